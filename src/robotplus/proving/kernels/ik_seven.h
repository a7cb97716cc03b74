/* What the two closed forms for seven joints share. */
#ifndef RP_IK_SEVEN_H
#define RP_IK_SEVEN_H

#include "ik.h"

typedef struct {
    double origin[RP_DOF][12], tip_inverse[12];
} ik_chain;

/* One branch of every lane of a chain; `at` is the redundancy's value in each lane. good gets 1, or 0, or -1
 * where only another value of the redundancy can help: theta is then as near as it comes. pose is base_from_flange of
 * the chain (inverted when the chain is a reversed robot). */
void ik_held(const ik_chain *ch, const double *k, double pose[12][IK_LANES], const double *at, int branch,
             double theta[RP_DOF][IK_LANES], double *good);
void ik_swivel(const ik_chain *ch, const double *k, double pose[12][IK_LANES], const double *at, int branch,
               double theta[RP_DOF][IK_LANES], double *good);

/* Turning by x about z: v -> (c v0 - s v1, s v0 + c v1, v2). */
static inline void ik_turned(double c, double s, const double v[3], double o[3]) {
    o[0] = c * v[0] - s * v[1];
    o[1] = s * v[0] + c * v[1];
    o[2] = v[2];
}

static inline void ik_rotate(const double *m, const double v[3], double o[3]) {
    for (int i = 0; i < 3; i++) o[i] = m[4 * i] * v[0] + m[4 * i + 1] * v[1] + m[4 * i + 2] * v[2];
}

static inline void ik_rotate_back(const double *m, const double v[3], double o[3]) {
    for (int i = 0; i < 3; i++) o[i] = m[i] * v[0] + m[4 + i] * v[1] + m[8 + i] * v[2];
}

/* b cos x + c sin x = k, the solution of the given side; 0 when there is none. */
static inline double ik_balance(double b, double c, double k, double side, double slack, double *cx, double *sx) {
    const double h2 = b * b + c * c, h = sqrt(h2 > 1e-24 ? h2 : 1e-24), d = k / h;
    const double cd = d > 1 ? 1 : d < -1 ? -1 : d, sd = side * sqrt(1 - cd * cd);
    *cx = (b * cd - c * sd) / h;
    *sx = (c * cd + b * sd) / h;
    return d <= 1 + slack && d >= -1 - slack ? 1 : 0;
}

/* The turn about z that takes the direction of (tx, ty) to that of (px, py); none when either has no length. */
static inline void ik_swing(double tx, double ty, double px, double py, double *c, double *s) {
    const double dot = tx * px + ty * py, cross = tx * py - ty * px, n2 = dot * dot + cross * cross;
    const int none = n2 < 1e-40;
    const double inv = 1 / sqrt(none ? 1 : n2);
    *c = none ? 1 : dot * inv;
    *s = none ? 0 : cross * inv;
}

/* (Always inlined: a call would keep the loops over lanes from vectorising.)
 * Rz(x) b Rz(y) c Rz(z) = m for two of the ways, chosen by side; m by rows, b and c as poses. 0 when there is none. */
__attribute__((always_inline)) static inline double ik_three(double m[3][3], const double *b, const double *c,
                                                             double side, double slack, double cosine[3],
                                                             double sine[3]) {
    const double e[3] = {c[2], c[6], c[10]}, x0[3] = {m[0][0], m[1][0], m[2][0]};
    double u[3], w[3];
    const double exists = ik_balance(b[8] * e[0] + b[9] * e[1], b[9] * e[0] - b[8] * e[1], m[2][2] - b[10] * e[2], side,
                                     slack, &cosine[1], &sine[1]);
    ik_turned(cosine[1], sine[1], e, u);
    ik_rotate(b, u, w);
    ik_swing(w[0], w[1], m[0][2], m[1][2], &cosine[0], &sine[0]);
    ik_turned(cosine[0], -sine[0], x0, u);
    ik_rotate_back(b, u, w);
    ik_turned(cosine[1], -sine[1], w, u);
    ik_rotate_back(c, u, w);
    cosine[2] = w[0], sine[2] = w[1];
    return exists;
}

#endif
