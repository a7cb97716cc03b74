/* Newton on the true chain: damped least squares with joint limits as an active set. */
#include "ik.h"

#define MAX_STEP 0.6 /* radians (or metres) a joint may move in one iteration */
#define DAMPING 1e-3 /* damping per squared error: vanishes at the goal, so convergence stays quadratic */
#define DAMPING_LEAST 1e-13

int32_t rp_sizeof_robot(void) { return (int32_t)sizeof(rp_robot); }

void rp_fk_batch(const rp_robot *r, const double *q, int32_t n, double *flange) {
    double f[RP_DOF + 1][12];
    for (int32_t i = 0; i < n; i++) {
        ik_fk(r, q + 7 * (int64_t)i, f);
        memcpy(flange + 12 * (int64_t)i, f[r->dof], sizeof f[0]);
    }
}

void rp_jacobian(const rp_robot *r, const double *q, double *jacobian) {
    double f[RP_DOF + 1][12], lin[RP_DOF][3], ang[RP_DOF][3];
    ik_fk(r, q, f);
    const double *t = f[r->dof], p[3] = {t[3], t[7], t[11]};
    ik_columns(r, f, p, lin, ang);
    memset(jacobian, 0, 6 * RP_DOF * sizeof *jacobian);
    for (int j = 0; j < r->dof; j++)
        for (int i = 0; i < 3; i++) jacobian[RP_DOF * i + j] = lin[j][i], jacobian[RP_DOF * (3 + i) + j] = ang[j][i];
}

/* Rotation vector that turns the rotation of pose a into that of pose b, in the base frame. */
static inline void rotation_between(const double *a, const double *b, double w[3]) {
    double m[3][3]; /* b aT */
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            m[i][j] = b[4 * i] * a[4 * j] + b[4 * i + 1] * a[4 * j + 1] + b[4 * i + 2] * a[4 * j + 2];
    const double v[3] = {0.5 * (m[2][1] - m[1][2]), 0.5 * (m[0][2] - m[2][0]), 0.5 * (m[1][0] - m[0][1])};
    const double c = 0.5 * (m[0][0] + m[1][1] + m[2][2] - 1);
    const double s2 = v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
    if (c > 0 && s2 < 1e-8) { /* theta / sin(theta) = 1 + sin^2 / 6 + ... */
        for (int i = 0; i < 3; i++) w[i] = v[i] * (1 + s2 / 6);
    } else if (c > -0.999) {
        const double s = sqrt(s2), k = atan2(s, c) / s;
        for (int i = 0; i < 3; i++) w[i] = v[i] * k;
    } else { /* near half a turn the axis is the largest column of R + I */
        int k = 0;
        for (int i = 1; i < 3; i++)
            if (m[i][i] > m[k][k]) k = i;
        double n = 0;
        for (int i = 0; i < 3; i++) w[i] = m[i][k] + (i == k), n += w[i] * w[i];
        n = IK_PI / sqrt(n);
        if (w[0] * v[0] + w[1] * v[1] + w[2] * v[2] < 0) n = -n;
        for (int i = 0; i < 3; i++) w[i] *= n;
    }
}

/* Rotation that turns direction a into b, as components about the axes x and y normal to a. */
static inline void tilt_between(const double a[3], const double b[3], const double x[3], const double y[3],
                                double tilt[2]) {
    const double v[3] = {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
    const double s = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    const double c = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    if (s < 1e-12) {
        tilt[0] = c < 0 ? IK_PI : 0, tilt[1] = 0;
        return;
    }
    const double k = atan2(s, c) / s;
    tilt[0] = k * (v[0] * x[0] + v[1] * x[1] + v[2] * x[2]);
    tilt[1] = k * (v[0] * y[0] + v[1] * y[1] + v[2] * y[2]);
}

/* Solve (A + damping I) x = b in place by Cholesky; the lower triangle of the n x n matrix A is read. n is a
 * constant at the call, so the loops unroll. */
static inline void solve_damped(const int n, double a[RP_DOF][RP_DOF], const double damping, double *b) {
    double d[RP_DOF];
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) {
            double s = a[i][j];
            for (int k = 0; k < j; k++) s -= a[i][k] * a[j][k];
            a[i][j] = s * d[j];
        }
        double s = a[i][i] + damping;
        for (int k = 0; k < i; k++) s -= a[i][k] * a[i][k];
        d[i] = 1 / sqrt(s > 0.5 * damping ? s : 0.5 * damping);
        s = b[i];
        for (int k = 0; k < i; k++) s -= a[i][k] * b[k];
        b[i] = s * d[i];
    }
    for (int i = n - 1; i >= 0; i--) {
        double s = b[i];
        for (int k = i + 1; k < n; k++) s -= a[k][i] * b[k];
        b[i] = s * d[i];
    }
}

/* Damped least-squares step for rows x dof columns col[joint][row]; joints out of `use` do not move. */
static inline void step_wide(const int rows, int dof, double col[RP_DOF][6], const double *error, unsigned use,
                             double damping, double *dq) {
    double a[RP_DOF][RP_DOF], y[6];
    for (int i = 0; i < rows; i++) {
        for (int j = 0; j <= i; j++) a[i][j] = 0;
        y[i] = error[i];
    }
    for (int k = 0; k < dof; k++)
        if (use >> k & 1)
            for (int i = 0; i < rows; i++)
                for (int j = 0; j <= i; j++) a[i][j] += col[k][i] * col[k][j];
    solve_damped(rows, a, damping, y);
    for (int k = 0; k < dof; k++) {
        double s = 0;
        for (int i = 0; i < rows; i++) s += col[k][i] * y[i];
        dq[k] = use >> k & 1 ? s : 0;
    }
}

/* The same step from the normal equations, for arms with fewer joints than rows. */
static void step_tall(int rows, int dof, double col[RP_DOF][6], const double *error, unsigned use, double damping,
                      double *dq) {
    double a[RP_DOF][RP_DOF];
    for (int i = 0; i < dof; i++) {
        const int moves = use >> i & 1;
        dq[i] = 0;
        for (int j = 0; j <= i; j++) a[i][j] = 0;
        for (int k = 0; k < rows && moves; k++) dq[i] += col[i][k] * error[k];
        for (int j = 0; j <= i && moves; j++)
            if (use >> j & 1)
                for (int k = 0; k < rows; k++) a[i][j] += col[i][k] * col[j][k];
        if (!moves) a[i][i] = 1;
    }
    switch (dof) {
    case 5: solve_damped(5, a, damping, dq); break;
    case 4: solve_damped(4, a, damping, dq); break;
    case 3: solve_damped(3, a, damping, dq); break;
    default: solve_damped(dof, a, damping, dq);
    }
}

static void step_any(int rows, int dof, double col[RP_DOF][6], const double *error, unsigned use, double damping,
                     double *dq) {
    if (dof < rows)
        step_tall(rows, dof, col, error, use, damping, dq);
    else if (rows == 6)
        step_wide(6, dof, col, error, use, damping, dq);
    else
        step_wide(5, dof, col, error, use, damping, dq);
}

/* One configuration's error (rows: three of position, then rotation times IK_ANGLE_ARM) and its columns. */
static int linearise(const rp_robot *r, const double *goal, const double *tcp, int mode, const double *q,
                     double error[6], double col[RP_DOF][6]) {
    double f[RP_DOF + 1][12], now[12], lin[RP_DOF][3], ang[RP_DOF][3];
    ik_fk(r, q, f);
    if (tcp)
        rp_mul(f[r->dof], tcp, now);
    else
        memcpy(now, f[r->dof], sizeof now);
    const double p[3] = {now[3], now[7], now[11]};
    ik_columns(r, f, p, lin, ang);
    for (int i = 0; i < 3; i++) error[i] = goal[4 * i + 3] - p[i];
    for (int j = 0; j < r->dof; j++)
        for (int i = 0; i < 3; i++) col[j][i] = lin[j][i];
    if (mode == 0) {
        rotation_between(now, goal, error + 3);
        for (int i = 3; i < 6; i++) error[i] *= IK_ANGLE_ARM;
        for (int j = 0; j < r->dof; j++)
            for (int i = 0; i < 3; i++) col[j][3 + i] = IK_ANGLE_ARM * ang[j][i];
        return 6;
    }
    const double x[3] = {now[0], now[4], now[8]}, y[3] = {now[1], now[5], now[9]};
    const double z[3] = {now[2], now[6], now[10]}, zg[3] = {goal[2], goal[6], goal[10]};
    tilt_between(z, zg, x, y, error + 3);
    error[3] *= IK_ANGLE_ARM, error[4] *= IK_ANGLE_ARM;
    for (int j = 0; j < r->dof; j++) {
        col[j][3] = IK_ANGLE_ARM * (ang[j][0] * x[0] + ang[j][1] * x[1] + ang[j][2] * x[2]);
        col[j][4] = IK_ANGLE_ARM * (ang[j][0] * y[0] + ang[j][1] * y[1] + ang[j][2] * y[2]);
    }
    return 5;
}

int32_t rp_newton(const rp_robot *r, const double *target, const double *tcp, int32_t mode, int32_t iterations,
                  double tol, double *q) {
    const int dof = r->dof;
    double goal[12], x[RP_DOF], dq[RP_DOF], error[6], col[RP_DOF][6];
    const double *tool = mode == 0 ? 0 : tcp; /* a whole pose is met at the flange already */
    if (tool)
        rp_mul(target, tool, goal);
    else
        memcpy(goal, target, sizeof goal);
    for (int j = 0; j < dof; j++) {
        x[j] = q[j];
        if (!(r->prismatic >> j & 1) && (x[j] < r->lower[j] || x[j] > r->upper[j]))
            x[j] = ik_wind(x[j], r->lower[j], r->upper[j]);
        x[j] = fmin(fmax(x[j], r->lower[j]), r->upper[j]);
    }
    double before2 = 0;
    for (int it = 0;; it++) {
        const int rows = linearise(r, goal, tool, mode, x, error, col);
        double e2 = 0;
        for (int i = 0; i < rows; i++) e2 += error[i] * error[i];
        if (e2 < tol * tol) break;
        if (it >= iterations) {
            if (dof < 6 && e2 < IK_SHORT * IK_SHORT && e2 > 0.9 * before2) break;
            return 0;
        }
        before2 = e2;
        const double damping = DAMPING * e2 + DAMPING_LEAST;
        unsigned use = (1u << dof) - 1;
        for (int round = 0; round < 2; round++) { /* joints that would leave their limits are held */
            step_any(rows, dof, col, error, use, damping, dq);
            const unsigned before = use;
            for (int j = 0; j < dof; j++)
                if ((x[j] <= r->lower[j] && dq[j] < 0) || (x[j] >= r->upper[j] && dq[j] > 0)) use &= ~(1u << j);
            if (use == before) break;
        }
        double most = MAX_STEP;
        for (int j = 0; j < dof; j++) most = fmax(most, fabs(dq[j]));
        const double scale = MAX_STEP / most;
        for (int j = 0; j < dof; j++) x[j] = fmin(fmax(x[j] + scale * dq[j], r->lower[j]), r->upper[j]);
    }
    if (!ik_couplings_hold(r, x)) return 0;
    memcpy(q, x, dof * sizeof *q);
    return 1;
}

void rp_newton_path(const rp_robot *r, const double *targets, int32_t n, const double *tcp, int32_t mode,
                    int32_t iterations, double tol, double *q, uint8_t *ok) {
    for (int32_t i = 0; i < n; i++)
        ok[i] = (uint8_t)rp_newton(r, targets + 12 * (int64_t)i, tcp, mode, iterations, tol, q + 7 * (int64_t)i);
}
