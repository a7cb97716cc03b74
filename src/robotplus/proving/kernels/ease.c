/* One step towards joints along a tool path that bend less: least squares over all samples at once.
 *
 * With x the change of the joints at the inner samples, it makes least
 *   sum |W (e - J x)|^2 + sum c (q'' + x'')^2 + sum g (q' + x')^2 + RIDGE |x|^2
 * where e is what the tool misses its pose by, W in units of the tolerances, derivatives along the path by divided
 * differences. Near a singular posture joints may go far while the tool hardly moves: J knows, an average does not. The
 * normal equations have a band of two samples and are solved by Cholesky's method. */
#include "ik.h"
#include "motion.h"

#include <stdlib.h>

#define RIDGE 1e-6 /* per square radian or metre */

/* a: n rows of the lower band, a[row * (band + 1) + band] the diagonal; b becomes the solution. 0 when not definite. */
static int solve_band(int n, int band, double *a, double *b) {
    const int w = band + 1;
    for (int i = 0; i < n; i++) {
        const int first = i > band ? i - band : 0;
        for (int j = first; j <= i; j++) {
            const int from = j > band && j - band > first ? j - band : first;
            double s = a[i * w + j - i + band];
            for (int k = from; k < j; k++) s -= a[i * w + k - i + band] * a[j * w + k - j + band];
            if (j < i) a[i * w + j - i + band] = s * a[j * w + band];
            else if (s > 0) a[i * w + band] = 1 / sqrt(s); /* the inverse of the diagonal */
            else return 0;
        }
        double s = b[i];
        for (int k = first; k < i; k++) s -= a[i * w + k - i + band] * b[k];
        b[i] = s * a[i * w + band];
    }
    for (int i = n - 1; i >= 0; i--) {
        b[i] *= a[i * w + band];
        for (int k = i > band ? i - band : 0; k < i; k++) b[k] -= a[i * w + k - i + band] * b[i];
    }
    return 1;
}

/* Rows of what the tool misses its pose by, in tolerances, and of its change with the joints; returns their number. */
static int missed(const rp_robot *r, const double *tcp, const double *goal, const double scale[2], int free_spin, const double *q,
                  double e[6], double row[6][RP_DOF]) {
    double f[RP_DOF + 1][12], now[12], lin[RP_DOF][3], ang[RP_DOF][3], turn[3] = {0, 0, 0};
    ik_fk(r, q, f);
    rp_mul(f[r->dof], tcp, now);
    const double p[3] = {now[3], now[7], now[11]};
    ik_columns(r, f, p, lin, ang);
    for (int i = 0; i < 3; i++) {
        e[i] = scale[0] * (goal[4 * i + 3] - p[i]);
        for (int j = 0; j < r->dof; j++) row[i][j] = scale[0] * lin[j][i];
    }
    for (int c = free_spin ? 2 : 0; c < 3; c++) { /* small turns: half the sum over three axes, or that of the direction */
        const double a[3] = {now[c], now[4 + c], now[8 + c]}, b[3] = {goal[c], goal[4 + c], goal[8 + c]};
        const double k = free_spin ? 1 : 0.5;
        turn[0] += k * (a[1] * b[2] - a[2] * b[1]);
        turn[1] += k * (a[2] * b[0] - a[0] * b[2]);
        turn[2] += k * (a[0] * b[1] - a[1] * b[0]);
    }
    const int rows = free_spin ? 5 : 6; /* in the tool's frame, where the third turn is the spin */
    for (int i = 3; i < rows; i++) {
        const double axis[3] = {now[i - 3], now[4 + i - 3], now[8 + i - 3]};
        e[i] = scale[1] * (axis[0] * turn[0] + axis[1] * turn[1] + axis[2] * turn[2]);
        for (int j = 0; j < r->dof; j++)
            row[i][j] = scale[1] * (axis[0] * ang[j][0] + axis[1] * ang[j][1] + axis[2] * ang[j][2]);
    }
    return rows;
}

int32_t rp_ease(const rp_robot *r, const double *tcp, int32_t n, const double *s, const double *goal, const double scale[2],
                int32_t free_spin, const double *weight, const double *bend, const double *rate, double *q) {
    const int d = r->dof, band = 2 * d, w = band + 1, inner = n - 2, all = inner * d;
    if (inner < 1) return 0;
    double *a = calloc((size_t)all * (size_t)w, sizeof *a), *b = calloc((size_t)all, sizeof *b);
    for (int i = 0; i < inner; i++) {
        double e[6], row[6][RP_DOF];
        const double *at = q + 7 * (i + 1);
        const int rows = missed(r, tcp, goal + 12 * (i + 1), scale, free_spin, at, e, row);
        for (int j = 0; j < d; j++) {
            const int m = i * d + j;
            for (int k = 0; k < rows; k++) {
                b[m] += weight[i + 1] * row[k][j] * e[k];
                for (int l = 0; l <= j; l++) a[m * w + l - j + band] += weight[i + 1] * row[k][j] * row[k][l];
            }
            a[m * w + band] += RIDGE;
        }
    }
    for (int i = 0; i < n - 1; i++) { /* first and second divided differences that start at sample i */
        const double h0 = s[i + 1] - s[i], h1 = i < n - 2 ? s[i + 2] - s[i + 1] : 1, two = 2 / (h0 + h1);
        const double c1[2] = {-1 / h0, 1 / h0}, c2[3] = {two / h0, -two / h0 - two / h1, two / h1};
        for (int order = 1; order <= (i < n - 2 ? 2 : 1); order++) {
            const double *c = order == 1 ? c1 : c2;
            for (int j = 0; j < d; j++) {
                const double g = order == 1 ? rate[7 * i + j] : bend[7 * (i + 1) + j];
                double now = 0;
                for (int k = 0; k <= order; k++) now += c[k] * q[7 * (i + k) + j];
                for (int k = 0; k <= order; k++) {
                    if (i + k < 1 || i + k > inner) continue; /* the ends stay */
                    const int m = (i + k - 1) * d + j;
                    b[m] -= g * c[k] * now;
                    for (int l = 0; l <= k; l++)
                        if (i + l >= 1) a[m * w + (l - k) * d + band] += g * c[k] * c[l];
                }
            }
        }
    }
    const int solved = solve_band(all, band, a, b);
    for (int i = 0; solved && i < inner; i++)
        for (int j = 0; j < d; j++) {
            double *v = q + 7 * (i + 1) + j;
            *v = fmin(fmax(*v + b[i * d + j], r->lower[j]), r->upper[j]);
        }
    free(a);
    free(b);
    return solved;
}
