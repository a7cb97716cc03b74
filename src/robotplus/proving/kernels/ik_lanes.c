/* Damped Newton over IK_LANES poses at once: the polish of closed forms and the workhorse of the numeric class. */
#include "ik.h"

typedef double lanes[IK_LANES];

#define ROWS 6
#define MOST 0.5     /* radians (or metres) a joint may move in one iteration */
#define DAMPING 1e-3 /* damping per squared error */
#define DAMPING_LEAST 1e-14
#define DAMPING_SHORT 1e-9 /* the same for arms with fewer than six joints, whose J JT has no inverse */

#define PATIENCE 4 /* iterations before lanes may be given up */
#define STUCK 0.6  /* share of its squared error that a hopeful lane gets rid of at least */

typedef struct {
    lanes col[RP_DOF][ROWS]; /* Jacobian at the flange origin, rotations times IK_ANGLE_ARM */
    lanes error[ROWS];
    lanes norm2;
} lanes_linear;

/* Forward kinematics, pose error and Jacobian of every lane. */
static void linearise(const rp_robot *r, double target[12][IK_LANES], double q[RP_DOF][IK_LANES], lanes_linear *out) {
    lanes f[12], at[RP_DOF][3], axis[RP_DOF][3];
    for (int k = 0; k < 12; k++)
        for (int i = 0; i < IK_LANES; i++) f[k][i] = k % 5 == 0;
    for (int j = 0; j <= r->dof; j++) {
        const double *o = j < r->dof ? r->origin[j] : r->tip;
        for (int row = 0; row < 3; row++) {
            double *a = f[4 * row], *b = f[4 * row + 1], *c = f[4 * row + 2], *d = f[4 * row + 3];
            for (int i = 0; i < IK_LANES; i++) {
                const double x = a[i], y = b[i], z = c[i];
                a[i] = x * o[0] + y * o[4] + z * o[8];
                b[i] = x * o[1] + y * o[5] + z * o[9];
                c[i] = x * o[2] + y * o[6] + z * o[10];
                d[i] += x * o[3] + y * o[7] + z * o[11];
            }
        }
        if (j == r->dof) break;
        const int slides = r->prismatic >> j & 1;
        for (int i = 0; i < IK_LANES; i++) {
            double s, c;
            ik_sincos(slides ? 0 : q[j][i], &s, &c);
            const double shift = slides ? q[j][i] : 0;
            for (int row = 0; row < 3; row++) {
                const double x = f[4 * row][i], y = f[4 * row + 1][i];
                f[4 * row][i] = x * c + y * s;
                f[4 * row + 1][i] = y * c - x * s;
                f[4 * row + 3][i] += f[4 * row + 2][i] * shift;
                axis[j][row][i] = f[4 * row + 2][i];
                at[j][row][i] = f[4 * row + 3][i];
            }
        }
    }
    for (int i = 0; i < IK_LANES; i++) {
        double m[3], trace = 0, e2 = 0;
        for (int row = 0; row < 3; row++) {
            const int u = 4 * ((row + 1) % 3), v = 4 * ((row + 2) % 3);
            m[row] = 0;
            for (int k = 0; k < 3; k++) {
                m[row] += f[u + k][i] * target[v + k][i] - f[v + k][i] * target[u + k][i];
                trace += f[4 * row + k][i] * target[4 * row + k][i];
            }
            out->error[row][i] = target[4 * row + 3][i] - f[4 * row + 3][i];
            e2 += out->error[row][i] * out->error[row][i];
        }
        const double s = 0.5 * sqrt(m[0] * m[0] + m[1] * m[1] + m[2] * m[2]);
        const double k = s > 1e-7 ? ik_atan2(s, 0.5 * (trace - 1)) / s : 1; /* angle over its sine */
        for (int row = 0; row < 3; row++) {
            const double w = 0.5 * k * IK_ANGLE_ARM * m[row];
            out->error[3 + row][i] = w;
            e2 += w * w;
        }
        out->norm2[i] = trace < -0.99 ? 1 + e2 : e2; /* half a turn has no sine: never small */
    }
    for (int j = 0; j < r->dof; j++) {
        const int slides = r->prismatic >> j & 1;
        for (int row = 0; row < 3; row++) {
            const int u = (row + 1) % 3, v = (row + 2) % 3;
            for (int i = 0; i < IK_LANES; i++) {
                const double cross =
                    axis[j][u][i] * (f[4 * v + 3][i] - at[j][v][i]) - axis[j][v][i] * (f[4 * u + 3][i] - at[j][u][i]);
                out->col[j][row][i] = slides ? axis[j][row][i] : cross;
                out->col[j][3 + row][i] = slides ? 0 : IK_ANGLE_ARM * axis[j][row][i];
            }
        }
    }
}

/* Replace error by (J JT + damping)^-1 error. */
static void solve(int dof, lanes_linear *l) {
    const double least = dof < ROWS ? DAMPING_SHORT : DAMPING_LEAST;
    lanes a[ROWS][ROWS], d[ROWS], sum, right;
    for (int row = 0; row < ROWS; row++)
        for (int col = 0; col <= row; col++) {
            for (int i = 0; i < IK_LANES; i++) sum[i] = row == col ? DAMPING * l->norm2[i] + least : 0;
            for (int j = 0; j < dof; j++)
                for (int i = 0; i < IK_LANES; i++) sum[i] += l->col[j][row][i] * l->col[j][col][i];
            memcpy(a[row][col], sum, sizeof sum);
        }
    for (int row = 0; row < ROWS; row++) {
        for (int col = 0; col < row; col++) {
            memcpy(sum, a[row][col], sizeof sum);
            for (int k = 0; k < col; k++)
                for (int i = 0; i < IK_LANES; i++) sum[i] -= a[row][k][i] * a[col][k][i];
            for (int i = 0; i < IK_LANES; i++) a[row][col][i] = sum[i] * d[col][i];
        }
        memcpy(sum, a[row][row], sizeof sum);
        memcpy(right, l->error[row], sizeof right);
        for (int k = 0; k < row; k++)
            for (int i = 0; i < IK_LANES; i++) {
                sum[i] -= a[row][k][i] * a[row][k][i];
                right[i] -= a[row][k][i] * l->error[k][i];
            }
        for (int i = 0; i < IK_LANES; i++) {
            d[row][i] = 1 / sqrt(sum[i] > 0.5 * least ? sum[i] : 0.5 * least);
            l->error[row][i] = right[i] * d[row][i];
        }
    }
    for (int row = ROWS - 1; row >= 0; row--) {
        memcpy(right, l->error[row], sizeof right);
        for (int k = row + 1; k < ROWS; k++)
            for (int i = 0; i < IK_LANES; i++) right[i] -= a[k][row][i] * l->error[k][i];
        for (int i = 0; i < IK_LANES; i++) l->error[row][i] = right[i] * d[row][i];
    }
}

void ik_refine(const rp_robot *r, double target[12][IK_LANES], double q[RP_DOF][IK_LANES], double *good, int iterations,
               double tol, int within_limits) {
    lanes_linear l;
    lanes last;
    int least[IK_LANES] = {0}; /* no step makes the error much smaller */
    double any = 0;
    for (int i = 0; i < IK_LANES; i++) any += good[i];
    if (any == 0) return;
    for (int it = 0;; it++) {
        linearise(r, target, q, &l);
        double open = 0;
        for (int i = 0; i < IK_LANES; i++) {
            const int stuck = it > PATIENCE && l.norm2[i] > STUCK * last[i];
            least[i] = it && l.norm2[i] > 0.9 * last[i];
            open += good[i] > 0 && l.norm2[i] >= tol * tol && !stuck ? 1 : 0;
            last[i] = l.norm2[i];
        }
        if (open == 0) break;
        if (it == iterations) break;
        lanes step, scale;
        for (int i = 0; i < IK_LANES; i++) scale[i] = l.norm2[i] >= tol * tol ? MOST : 0, step[i] = MOST;
        solve(r->dof, &l);
        lanes dq[RP_DOF];
        for (int j = 0; j < r->dof; j++)
            for (int i = 0; i < IK_LANES; i++) {
                double s = 0;
                for (int row = 0; row < ROWS; row++) s += l.col[j][row][i] * l.error[row][i];
                dq[j][i] = s;
                step[i] = fabs(s) > step[i] ? fabs(s) : step[i];
            }
        for (int j = 0; j < r->dof; j++)
            for (int i = 0; i < IK_LANES; i++) {
                double x = q[j][i] + dq[j][i] * (scale[i] / step[i]);
                if (within_limits) {
                    x = x < r->lower[j] ? r->lower[j] : x;
                    x = x > r->upper[j] ? r->upper[j] : x;
                }
                q[j][i] = x;
            }
    }
    for (int i = 0; i < IK_LANES; i++) {
        const int near = r->dof < ROWS && least[i] && l.norm2[i] < IK_SHORT * IK_SHORT;
        good[i] = l.norm2[i] < tol * tol || near ? good[i] : 0;
    }
}
