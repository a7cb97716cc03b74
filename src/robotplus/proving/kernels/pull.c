/* Whether a posture's joints can give the tool an acceleration.
 *
 * It makes least the largest share u_j = |x_j| / amax_j of a joint's limit over all joint accelerations x with J x = pull.
 * With as many joints as rows there is one x; with more, least squares are solved again and again with weights that grow
 * where u is large (Lawson, "Contributions to the theory of linear least maximum approximation", 1961). The weighted mean
 * of u is below the optimum at every round, so that most hopeless postures are known after one. */
#include "ik.h"
#include "ladder.h"

#define MOST_ROUNDS 8
#define LEAST_WEIGHT 1e-6

/* The solution y of the symmetric m (n * n, rows of 6), which is destroyed. */
static void solve(int n, double m[6][6], double y[6]) {
    double size = 0;
    for (int i = 0; i < n; i++) size += m[i][i];
    for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
            double v = m[i][j];
            for (int k = 0; k < j; k++) v -= m[i][k] * m[j][k];
            if (i == j) m[i][i] = sqrt(fmax(v, 1e-14 * size)); /* a singular posture cannot pull everywhere */
            else m[i][j] = v / m[j][j];
        }
        for (int k = 0; k < i; k++) y[i] -= m[i][k] * y[k];
        y[i] /= m[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int k = i + 1; k < n; k++) y[i] -= m[k][i] * y[k];
        y[i] /= m[i][i];
    }
}

double rp_pull_use(const rp_robot *r, const double *tcp, const double pull[6], int32_t free_spin, const double *q) {
    const int d = r->dof, rows = free_spin ? 5 : 6;
    double f[RP_DOF + 1][12], now[12], a[RP_DOF][6], b[6], weight[RP_DOF], best = 1e300;
    if (d < rows) return 0;
    ik_fk(r, q, f);
    rp_mul(f[d], tcp, now);
    for (int i = 0; i < 3; i++) { /* turns in the tool's frame, where the third is the spin */
        b[i] = pull[i];
        b[3 + i] = pull[3] * now[i] + pull[4] * now[4 + i] + pull[5] * now[8 + i];
    }
    for (int j = 0; j < d; j++) {
        const double *m = f[j], z[3] = {m[2], m[6], m[10]}, e[3] = {now[3] - m[3], now[7] - m[7], now[11] - m[11]};
        const int slides = r->prismatic >> j & 1;
        for (int i = 0; i < 3; i++) {
            const int k = (i + 1) % 3, l = (i + 2) % 3;
            a[j][i] = r->amax[j] * (slides ? z[i] : z[k] * e[l] - z[l] * e[k]);
            a[j][3 + i] = slides ? 0 : r->amax[j] * (z[0] * now[i] + z[1] * now[4 + i] + z[2] * now[8 + i]);
        }
        weight[j] = 1.0 / d;
    }
    for (int round = 0; round < MOST_ROUNDS; round++) {
        double m[6][6] = {{0}}, y[6], u[RP_DOF], most = 0, square = 0, sum = 0, total = 0;
        for (int j = 0; j < d; j++)
            for (int i = 0; i < 6; i++) { /* all of it: loops of a known length are quicker than half as many steps */
                const double share = a[j][i] / weight[j];
                for (int k = 0; k < 6; k++) m[i][k] += share * a[j][k];
            }
        memcpy(y, b, sizeof y);
        solve(rows, m, y);
        for (int j = 0; j < d; j++) {
            double x = 0;
            for (int i = 0; i < rows; i++) x += a[j][i] * y[i];
            u[j] = fabs(x) / weight[j];
            most = fmax(most, u[j]);
            square += weight[j] * u[j] * u[j];
            sum += weight[j] * u[j];
        }
        best = fmin(best, most);
        if (best <= RP_PULLED || square > 1 || d == rows) break;
        for (int j = 0; j < d; j++) total += weight[j] = fmax(weight[j] * u[j] / sum, LEAST_WEIGHT);
        for (int j = 0; j < d; j++) weight[j] /= total;
    }
    return best;
}
