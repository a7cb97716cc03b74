/* Seven revolute joints whose axes 1, 2, 3 meet in a shoulder S and 5, 6 in a wrist point W: with joint 7 held, all eight
 * branches in closed form. Joint 7 takes SPREAD values, so slot = 8 * value + branch; a slot that stays empty at its value is
 * tried again at values between, because the free interval of the redundancy may be short.
 *
 * Given joint 7 the pose fixes W; |W - S| gives joint 4 (two ways); the vector from W to S, seen from both ends, gives joints
 * 6 (two ways) and 5; what remains is a rotation for joints 1, 2, 3 (two ways). Arms that have these properties from the
 * other end (5, 6, 7 and 2, 3) are solved reversed: inverse pose, joints in reverse order, signs turned.
 *
 * IK_T0, IK_T1: S along axes 1 and 3; IK_T2, IK_T3: W along axes 5 and 6 (of the reversed chain when reversed). */
#include "ik.h"

typedef double lanes[IK_LANES];

#define SPREAD 8
#define TRIES 4
static const double SHIFT[TRIES] = {0, 0.5, -0.25, 0.25}; /* of the spacing of joint 7's values */

typedef struct {
    double origin[RP_DOF][12], tip_inverse[12];
} chain;

static void chain_of(const rp_robot *r, int reversed, chain *c) {
    if (!reversed) {
        memcpy(c->origin, r->origin, sizeof c->origin);
        rp_inv(r->tip, c->tip_inverse);
        return;
    }
    rp_inv(r->tip, c->origin[0]);
    for (int j = 1; j < RP_DOF; j++) rp_inv(r->origin[RP_DOF - j], c->origin[j]);
    memcpy(c->tip_inverse, r->origin[0], sizeof c->tip_inverse);
}

/* Turning by x about z: v -> (c v0 - s v1, s v0 + c v1, v2). */
static inline void turned(double c, double s, const double v[3], double o[3]) {
    o[0] = c * v[0] - s * v[1];
    o[1] = s * v[0] + c * v[1];
    o[2] = v[2];
}

static inline void rotate(const double *m, const double v[3], double o[3]) {
    for (int i = 0; i < 3; i++) o[i] = m[4 * i] * v[0] + m[4 * i + 1] * v[1] + m[4 * i + 2] * v[2];
}

static inline void rotate_back(const double *m, const double v[3], double o[3]) {
    for (int i = 0; i < 3; i++) o[i] = m[i] * v[0] + m[4 + i] * v[1] + m[8 + i] * v[2];
}

/* b cos x + c sin x = k, the solution of the given side; 0 when there is none. */
static inline double balance(double b, double c, double k, double side, double slack, double *cx, double *sx) {
    const double h2 = b * b + c * c, h = sqrt(h2 > 1e-24 ? h2 : 1e-24), d = k / h;
    const double cd = d > 1 ? 1 : d < -1 ? -1 : d, sd = side * sqrt(1 - cd * cd);
    *cx = (b * cd - c * sd) / h;
    *sx = (c * cd + b * sd) / h;
    return d <= 1 + slack && d >= -1 - slack ? 1 : 0;
}

/* The turn about z that takes the direction of (tx, ty) to that of (px, py); none when either has no length. */
static inline void swing(double tx, double ty, double px, double py, double *c, double *s) {
    const double dot = tx * px + ty * py, cross = tx * py - ty * px, n2 = dot * dot + cross * cross;
    const int none = n2 < 1e-40;
    const double inv = 1 / sqrt(none ? 1 : n2);
    *c = none ? 1 : dot * inv;
    *s = none ? 0 : cross * inv;
}

/* One branch of every lane, joint 7 at q7 (of the chain as given); angles into theta. */
static void solve_branch(const chain *ch, const double *k, double pose[12][IK_LANES], const lanes q7, int branch,
                         double theta[RP_DOF][IK_LANES], double *good) {
    const double side4 = branch & 1 ? -1 : 1, side6 = branch & 2 ? -1 : 1, side2 = branch & 4 ? -1 : 1;
    const double slack = k[IK_SLACK];
    const double *o0 = ch->origin[0], *o1 = ch->origin[1], *o2 = ch->origin[2], *o3 = ch->origin[3];
    const double *o4 = ch->origin[4], *o5 = ch->origin[5];
    const double s_base[3] = {o0[3] + k[IK_T0] * o0[2], o0[7] + k[IK_T0] * o0[6], o0[11] + k[IK_T0] * o0[10]};
    const double w3[3] = {o4[3] + k[IK_T2] * o4[2], o4[7] + k[IK_T2] * o4[6], o4[11] + k[IK_T2] * o4[10]};
    const double s2[3] = {-o3[3], -o3[7], k[IK_T1] - o3[11]};
    double sp[3], o6_inverse[12], last[12];
    rotate_back(o3, s2, sp); /* S before joint 4 turns */
    rp_inv(ch->origin[6], o6_inverse);
    const double e2[3] = {o2[2], o2[6], o2[10]};
    const double constant4 = 0.5 * (sp[0] * sp[0] + sp[1] * sp[1] + sp[2] * sp[2] + w3[0] * w3[0] + w3[1] * w3[1] + w3[2] * w3[2]) -
                             w3[2] * sp[2];
    const double b4 = w3[0] * sp[0] + w3[1] * sp[1], c4k = w3[0] * sp[1] - w3[1] * sp[0];
    memcpy(last, ch->tip_inverse, sizeof last);
    for (int i = 0; i < IK_LANES; i++) {
        /* t: the frame after joint 6 */
        double a[12], t[12], c7, s7;
        ik_sincos(-q7[i], &s7, &c7);
        for (int row = 0; row < 3; row++) {
            const double x = pose[4 * row][i], y = pose[4 * row + 1][i], z = pose[4 * row + 2][i];
            const double u = x * last[0] + y * last[4] + z * last[8], v = x * last[1] + y * last[5] + z * last[9];
            a[4 * row] = u * c7 + v * s7;
            a[4 * row + 1] = v * c7 - u * s7;
            a[4 * row + 2] = x * last[2] + y * last[6] + z * last[10];
            a[4 * row + 3] = x * last[3] + y * last[7] + z * last[11] + pose[4 * row + 3][i];
        }
        rp_mul(a, o6_inverse, t);
        double to_s[3], v5[3], exists;
        for (int row = 0; row < 3; row++) to_s[row] = s_base[row] - (t[4 * row + 3] + k[IK_T3] * t[4 * row + 2]);
        const double u2 = to_s[0] * to_s[0] + to_s[1] * to_s[1] + to_s[2] * to_s[2];
        double c1, s1, c2, s2q, c3, s3, c4, s4, c5, s5, c6, s6;
        exists = balance(b4, c4k, constant4 - 0.5 * u2, side4, slack, &c4, &s4);
        /* from W to S before joint 5 (p) and after joint 6 (v5) */
        double v3[3], p[3], u[3], w[3];
        turned(c4, -s4, sp, v3);
        for (int row = 0; row < 3; row++) v3[row] -= w3[row];
        rotate_back(o4, v3, p);
        rotate_back(t, to_s, v5);
        exists *= balance(o5[8] * v5[0] + o5[9] * v5[1], o5[9] * v5[0] - o5[8] * v5[1], p[2] - o5[10] * v5[2], side6, slack,
                          &c6, &s6);
        turned(c6, s6, v5, u);
        rotate(o5, u, w);
        swing(w[0], w[1], p[0], p[1], &c5, &s5);
        /* the columns of the rotation after joint 3, carried back through joints 6, 5, 4: m = rows seen before joint 1 */
        double m[3][3];
        for (int col = 0; col < 3; col++) {
            const double axis[3] = {col == 0, col == 1, col == 2};
            double x[3], y[3];
            rotate_back(o3, axis, x);
            turned(c4, -s4, x, y);
            rotate_back(o4, y, x);
            turned(c5, -s5, x, y);
            rotate_back(o5, y, x);
            turned(c6, -s6, x, y);
            rotate(t, y, x);
            rotate_back(o0, x, y);
            for (int row = 0; row < 3; row++) m[row][col] = y[row];
        }
        exists *= balance(o1[8] * e2[0] + o1[9] * e2[1], o1[9] * e2[0] - o1[8] * e2[1], m[2][2] - o1[10] * e2[2], side2, slack,
                          &c2, &s2q);
        turned(c2, s2q, e2, u);
        rotate(o1, u, w);
        swing(w[0], w[1], m[0][2], m[1][2], &c1, &s1);
        const double x0[3] = {m[0][0], m[1][0], m[2][0]};
        turned(c1, -s1, x0, u);
        rotate_back(o1, u, w);
        turned(c2, -s2q, w, u);
        rotate_back(o2, u, w);
        c3 = w[0], s3 = w[1];
        theta[0][i] = ik_atan2(s1, c1);
        theta[1][i] = ik_atan2(s2q, c2);
        theta[2][i] = ik_atan2(s3, c3);
        theta[3][i] = ik_atan2(s4, c4);
        theta[4][i] = ik_atan2(s5, c5);
        theta[5][i] = ik_atan2(s6, c6);
        theta[6][i] = q7[i];
        good[i] = exists;
    }
}

void ik_redundant(const rp_robot *r, double target[12][IK_LANES], int32_t count, int32_t stride, double *q, uint8_t *ok) {
    const int reversed = r->ik[IK_METHOD] == IK_REDUNDANT_REVERSED, held = reversed ? 0 : RP_DOF - 1;
    chain ch;
    double pose[12][IK_LANES], theta[RP_DOF][IK_LANES], swap[RP_DOF][IK_LANES];
    lanes q7, good;
    chain_of(r, reversed, &ch);
    for (int i = 0; i < IK_LANES; i++) {
        double a[12], b[12];
        for (int k = 0; k < 12; k++) a[k] = target[k][i];
        if (reversed) rp_inv(a, b);
        for (int k = 0; k < 12; k++) pose[k][i] = reversed ? b[k] : a[k];
    }
    const double middle = 0.5 * (r->lower[held] + r->upper[held]);
    const double range = fmin(r->upper[held] - r->lower[held], 2 * IK_PI);
    for (int value = 0; value < SPREAD; value++)
        for (int branch = 0; branch < 8; branch++) {
            const int64_t slot = 8 * value + branch;
            int left = count;
            for (int i = 0; i < count; i++) ok[slot * stride + i] = 0;
            for (int attempt = 0; attempt < TRIES && left; attempt++) {
                const double at = middle + range * ((value + 0.5 + SHIFT[attempt]) / SPREAD - 0.5);
                for (int i = 0; i < IK_LANES; i++) q7[i] = reversed ? -at : at;
                solve_branch(&ch, r->ik, pose, q7, branch, theta, good);
                if (reversed) {
                    memcpy(swap, theta, sizeof swap);
                    for (int j = 0; j < RP_DOF; j++)
                        for (int i = 0; i < IK_LANES; i++) theta[j][i] = -swap[RP_DOF - 1 - j][i];
                }
                if (r->ik[IK_POLISH] > 0) ik_refine(r, target, theta, good, (int)r->ik[IK_POLISH], 1e-7, 0);
                ik_settle(r, theta, good);
                for (int i = 0; i < count; i++) {
                    if (!(good[i] > 0) || ok[slot * stride + i]) continue;
                    for (int j = 0; j < RP_DOF; j++) q[(slot * RP_DOF + j) * stride + i] = theta[j][i];
                    ok[slot * stride + i] = 1;
                    left--;
                }
            }
        }
}
