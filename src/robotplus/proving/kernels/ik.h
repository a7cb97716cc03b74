/* What the inverse-kinematics kernels share: fast trigonometry, forward kinematics, limits. */
#ifndef RP_IK_H
#define RP_IK_H

#include "rp.h"

#define IK_PI 3.14159265358979323846
#define IK_ANGLE_ARM 0.5 /* metres per radian where rotations are weighed against distances */

/* sin and cos to about 1e-16 for |x| < 1e5: three-part reduction by pi/2, then Taylor sums on [-pi/4, pi/4]
 * (first omitted terms below 1e-18). No branches, so loops over it vectorise. */
static inline void ik_sincos(double x, double *s, double *c) {
    const double shift = 6755399441055744.0; /* 1.5 * 2^52: adding it rounds to an integer */
    const double t = x * 0.63661977236758134308 + shift;
    const double n = t - shift;
    double r = x - n * 1.57079632673412561417e+00;
    r -= n * 6.07710050630396597660e-11;
    r -= n * 2.02226624879595063154e-21;
    const double z = r * r;
    const double sr =
        r + r * z * (-1.0 / 6 + z * (1.0 / 120 + z * (-1.0 / 5040 + z * (1.0 / 362880 + z * (-1.0 / 39916800
          + z * (1.0 / 6227020800.0 + z * (-1.0 / 1307674368000.0 + z * (1.0 / 355687428096000.0))))))));
    const double cr =
        1 + z * (-1.0 / 2 + z * (1.0 / 24 + z * (-1.0 / 720 + z * (1.0 / 40320 + z * (-1.0 / 3628800
          + z * (1.0 / 479001600.0 + z * (-1.0 / 87178291200.0 + z * (1.0 / 20922789888000.0))))))));
    int64_t bits;
    memcpy(&bits, &t, sizeof bits);
    const int odd = bits & 1, high = bits >> 1 & 1;
    const double a = odd ? cr : sr, b = odd ? sr : cr;
    *s = high ? -a : a;
    *c = (odd ^ high) ? -b : b;
}

/* As rp_fk, with the fast trigonometry. */
static inline void ik_fk(const rp_robot *r, const double *q, double f[RP_DOF + 1][12]) {
    for (int j = 0; j < r->dof; j++) {
        double m[12];
        const double *o = r->origin[j];
        memcpy(m, o, sizeof m);
        if (r->prismatic >> j & 1) {
            for (int i = 0; i < 3; i++) m[4 * i + 3] += o[4 * i + 2] * q[j];
        } else {
            double s, c;
            ik_sincos(q[j], &s, &c);
            for (int i = 0; i < 3; i++) {
                m[4 * i] = o[4 * i] * c + o[4 * i + 1] * s;
                m[4 * i + 1] = o[4 * i + 1] * c - o[4 * i] * s;
            }
        }
        if (j) rp_mul(f[j - 1], m, f[j]);
        else memcpy(f[0], m, sizeof m);
    }
    rp_mul(f[r->dof - 1], r->tip, f[r->dof]);
}

/* The angle q moved by multiples of 2 pi to the one nearest the middle of [lower, upper]. */
static inline double ik_wind(double q, double lower, double upper) {
    const double shift = 6755399441055744.0;
    const double turns = ((0.5 * (lower + upper) - q) * (0.5 / IK_PI) + shift) - shift;
    return q + turns * (2 * IK_PI);
}

static inline int ik_couplings_hold(const rp_robot *r, const double *q) {
    for (int k = 0; k < r->n_coupling; k++) {
        double sum = 0;
        for (int j = 0; j < r->dof; j++) sum += r->coupling[k][j] * q[j];
        if (!(sum >= r->coupling_lower[k] && sum <= r->coupling_upper[k])) return 0;
    }
    return 1;
}

/* Base-frame Jacobian columns (linear at point p, then angular) from the frames of ik_fk. */
static inline void ik_columns(const rp_robot *r, double f[RP_DOF + 1][12], const double p[3],
                              double lin[RP_DOF][3], double ang[RP_DOF][3]) {
    for (int j = 0; j < r->dof; j++) {
        const double *m = f[j], z[3] = {m[2], m[6], m[10]};
        if (r->prismatic >> j & 1) {
            for (int i = 0; i < 3; i++) lin[j][i] = z[i], ang[j][i] = 0;
        } else {
            const double d[3] = {p[0] - m[3], p[1] - m[7], p[2] - m[11]};
            lin[j][0] = z[1] * d[2] - z[2] * d[1];
            lin[j][1] = z[2] * d[0] - z[0] * d[2];
            lin[j][2] = z[0] * d[1] - z[1] * d[0];
            for (int i = 0; i < 3; i++) ang[j][i] = z[i];
        }
    }
}

#endif
