/* Six revolute joints with an arm like the ortho-parallel one but no spherical wrist: axes 4 and 5 meet in a point A, while axis
 * 6 passes elsewhere. For a value of joint 6 the pose fixes A and the direction of axis 5; A gives joints 1, 2, 3 (four ways,
 * as in ik_opw.c), hence axis 4; its angle to axis 5 must be the built one. So the solutions are the roots of four functions of
 * one angle: they are sampled around the circle, roots are bracketed and closed in on, then checked on the true chain.
 *
 * The two elbows (or the two shoulder sides) join where the arm is stretched (or A is beside axis 1): brackets are also made
 * between the last sample and that edge, so no root is lost for lack of a neighbour.
 *
 * Lengths as in ik_opw.c with A for the wrist. IK_T0: A along axis 5; IK_T1: cosine between axes 4 and 5. */
#include "ik.h"

#define SAMPLES 64
#define FINE 1e-11     /* width of a closed bracket [rad] */
#define CLOSED 1e-8    /* what Newton must reach on the true chain [m] */

typedef struct {
    /* A and axis 5 before axis 1, over joint 6: constant + cosine + sine parts */
    double point[3][3], axis[3][3];
    double l2, l3, a1, a2, b, reach2, built;
} scan;

typedef struct {
    double g[4], valid[4], c1[2], s1[2], sphi[4], cphi[4];
} arm;

static void prepare(const rp_robot *r, const double *pose, scan *s) {
    const double *k = r->ik, *o5 = r->origin[5];
    double tip_inverse[12], sixth[12], canon[12], back[12];
    rp_inv(r->tip, tip_inverse);
    rp_mul(pose, tip_inverse, sixth); /* the frame of joint 6, turned */
    rp_mul(k + IK_CANON_FROM_BASE, sixth, canon);
    rp_inv(o5, back);
    const double a[3] = {back[2] * k[IK_T0] + back[3], back[6] * k[IK_T0] + back[7], back[10] * k[IK_T0] + back[11]};
    const double d[3] = {back[2], back[6], back[10]};
    for (int row = 0; row < 3; row++) {
        const double x = canon[4 * row], y = canon[4 * row + 1], z = canon[4 * row + 2];
        s->point[0][row] = canon[4 * row + 3] + z * a[2];
        s->point[1][row] = x * a[0] + y * a[1];
        s->point[2][row] = x * a[1] - y * a[0];
        s->axis[0][row] = z * d[2];
        s->axis[1][row] = x * d[0] + y * d[1];
        s->axis[2][row] = x * d[1] - y * d[0];
    }
    s->l2 = k[IK_L2], s->l3 = k[IK_L3], s->a1 = k[IK_A1], s->a2 = k[IK_A2], s->b = k[IK_B];
    s->reach2 = s->a2 * s->a2 + s->l3 * s->l3;
    s->built = k[IK_T1];
}

/* The four arms at one value of joint 6; where an arm does not reach, the nearest stretched one stands in and valid < 0. */
static inline void evaluate(const scan *s, double c6, double s6, arm *o) {
    double p[3], d[3];
    for (int i = 0; i < 3; i++) {
        p[i] = s->point[0][i] + c6 * s->point[1][i] + s6 * s->point[2][i];
        d[i] = s->axis[0][i] + c6 * s->axis[1][i] + s6 * s->axis[2][i];
    }
    const double n2 = p[0] * p[0] + p[1] * p[1] - s->b * s->b, n_abs = sqrt(n2 > 0 ? n2 : 0);
    const double r2 = n_abs * n_abs + s->b * s->b, inv = 1 / (r2 > 1e-20 ? r2 : 1e-20);
    for (int behind = 0; behind < 2; behind++) {
        const double n = behind ? -n_abs : n_abs, x = n - s->a1, z = p[2];
        const double c1 = (p[0] * n + p[1] * s->b) * inv, s1 = (p[1] * n - p[0] * s->b) * inv;
        const double reach = sqrt(s->reach2);
        const double cb = (x * x + z * z - s->l2 * s->l2 - s->reach2) / (2 * s->l2 * reach);
        const double cc = cb > 1 ? 1 : cb < -1 ? -1 : cb, sine = sqrt(1 - cc * cc);
        const double ahead = c1 * d[0] + s1 * d[1];
        o->c1[behind] = c1, o->s1[behind] = s1;
        for (int elbow = 0; elbow < 2; elbow++) {
            const double sb = elbow ? -sine : sine, m = s->l2 + reach * cc, q = reach * sb;
            const double w2 = m * m + q * q, iw = 1 / (w2 > 1e-20 ? w2 : 1e-20);
            const double s2 = (x * m - z * q) * iw, c2 = (z * m + x * q) * iw;
            const double sp = s2 * cc + c2 * sb, cp = c2 * cc - s2 * sb;
            const double sf = (sp * s->l3 - cp * s->a2) / reach, cf = (cp * s->l3 + sp * s->a2) / reach;
            const int b = 2 * behind + elbow;
            o->sphi[b] = sf, o->cphi[b] = cf;
            o->g[b] = sf * ahead + cf * d[2] - s->built;
            const double stretch = 1 - cb * cb;
            o->valid[b] = n2 < 0 ? n2 : stretch;
        }
    }
}

static void evaluate_at(const scan *s, double q6, arm *o) {
    double c, n;
    ik_sincos(q6, &n, &c);
    evaluate(s, c, n, o);
}

/* Angle about z from the direction of (ax, ay) to that of (bx, by). */
static double swing(double ax, double ay, double bx, double by) {
    return ik_atan2(ax * by - ay * bx, ax * bx + ay * by);
}

/* Joints from the arm of branch b at q6: 1, 2, 3 from the arm, then 4 and 5 peeled off the true chain. */
static void recover(const rp_robot *r, const double *pose, const scan *s, double q6, int b, double *q) {
    const double *k = r->ik;
    arm a;
    double f[12], m[12], o[12], tip_inverse[12], sixth[12], before[12], turn[12] = {0};
    evaluate_at(s, q6, &a);
    rp_inv(r->tip, tip_inverse);
    rp_mul(pose, tip_inverse, sixth);
    double c, n;
    ik_sincos(-q6, &n, &c);
    turn[0] = turn[5] = c, turn[1] = -n, turn[4] = n, turn[10] = 1;
    rp_mul(sixth, turn, before); /* the frame of joint 6, not yet turned */
    const double c1 = a.c1[b >> 1], s1 = a.s1[b >> 1];
    double p[3];
    ik_sincos(q6, &n, &c);
    for (int i = 0; i < 3; i++) p[i] = s->point[0][i] + c * s->point[1][i] + n * s->point[2][i];
    const double x = c1 * p[0] + s1 * p[1] - s->a1 - (s->a2 * a.cphi[b] + s->l3 * a.sphi[b]);
    const double z = p[2] - (s->l3 * a.cphi[b] - s->a2 * a.sphi[b]);
    const double theta[3] = {ik_atan2(s1, c1), ik_atan2(x, z), ik_atan2(a.sphi[b], a.cphi[b])};
    const double arm_angle[3] = {theta[0], theta[1], theta[2] - theta[1]};
    memcpy(f, r->origin[0], sizeof f);
    for (int j = 0; j < 5; j++) {
        if (j < 3) q[j] = k[IK_SIGN + j] * (arm_angle[j] - k[IK_OFFSET + j]);
        else {
            /* where the next axis points: that of joint 5 comes from `before`, that of joint 6 is its z */
            const double *next = r->origin[j + 1];
            double back[12], want[3], seen[3];
            rp_inv(r->origin[5], back);
            for (int i = 0; i < 3; i++)
                want[i] = j == 4 ? before[4 * i + 2]
                                 : before[4 * i] * back[2] + before[4 * i + 1] * back[6] + before[4 * i + 2] * back[10];
            for (int i = 0; i < 3; i++) seen[i] = f[i] * want[0] + f[4 + i] * want[1] + f[8 + i] * want[2];
            q[j] = swing(next[2], next[6], seen[0], seen[1]);
        }
        ik_sincos(q[j], &n, &c);
        memset(turn, 0, sizeof turn);
        turn[0] = turn[5] = c, turn[1] = -n, turn[4] = n, turn[10] = 1;
        rp_mul(f, turn, m);
        rp_mul(m, r->origin[j + 1], o);
        memcpy(f, o, sizeof f);
    }
    q[5] = q6;
}

/* Root of g[b] between x and y, with values of opposite signs there (Illinois: false position that cannot get stuck). */
static double close_in(const scan *s, int b, double x, double y, double at_x, double at_y) {
    arm a;
    int kept = 0;
    double root = x;
    for (int it = 0; it < 50 && fabs(y - x) > FINE; it++) {
        root = (at_x * y - at_y * x) / (at_x - at_y);
        evaluate_at(s, root, &a);
        const double g = a.g[b];
        if (fabs(g) < 1e-13) break;
        if ((g > 0) == (at_y > 0)) {
            y = root, at_y = g;
            if (kept == 1) at_x *= 0.5;
            kept = 1;
        } else {
            x = root, at_x = g;
            if (kept == 2) at_y *= 0.5;
            kept = 2;
        }
    }
    return root;
}

/* The last value of joint 6, going from `inside` to `outside`, at which branch b still reaches. */
static double edge_between(const scan *s, int b, double inside, double outside) {
    arm a;
    for (int it = 0; it < 26; it++) {
        const double x = 0.5 * (inside + outside);
        evaluate_at(s, x, &a);
        if (a.valid[b] >= 0) inside = x;
        else outside = x;
    }
    return inside;
}

typedef struct {
    double q6[IK_LANES];
    int branch[IK_LANES], n;
} roots;

static void keep_root(roots *found, double q6, int b) {
    if (found->n == IK_LANES) return;
    found->q6[found->n] = q6;
    found->branch[found->n++] = b;
}

static void bracket(const scan *s, roots *found, int b, double x, double y, double at_x, double at_y) {
    if ((at_x > 0) != (at_y > 0)) keep_root(found, close_in(s, b, x, y, at_x, at_y), b);
}

/* Two roots may hide between samples of one sign: look at the lowest point of the parabola through three of them. */
static void look_between(const scan *s, roots *found, int b, double q6, const double g[3]) {
    const double bend = g[0] - 2 * g[1] + g[2], slope = 0.5 * (g[2] - g[0]);
    if (bend * g[1] <= 0) return;
    const double step = 2 * IK_PI / SAMPLES, to = -slope / bend, low = g[1] + 0.5 * slope * to;
    if (fabs(low) > 0.5 * fabs(g[1]) && (low > 0) == (g[1] > 0)) return;
    arm a;
    const double x = q6 + to * step;
    evaluate_at(s, x, &a);
    if (a.valid[b] < 0) return;
    if ((a.g[b] > 0) != (g[1] > 0)) {
        bracket(s, found, b, q6 - step, x, g[0], a.g[b]);
        bracket(s, found, b, x, q6 + step, a.g[b], g[2]);
    } else if (fabs(a.g[b]) < 1e-7) keep_root(found, x, b);
}

static void find_roots(const scan *s, roots *found) {
    double g[4][SAMPLES], valid[4][SAMPLES], c[SAMPLES], n[SAMPLES];
    const double step = 2 * IK_PI / SAMPLES;
    for (int i = 0; i < SAMPLES; i++) ik_sincos(step * i, &n[i], &c[i]);
    for (int i = 0; i < SAMPLES; i++) {
        arm a;
        evaluate(s, c[i], n[i], &a);
        for (int b = 0; b < 4; b++) g[b][i] = a.g[b], valid[b][i] = a.valid[b];
    }
    found->n = 0;
    for (int side = 0; side < 4; side += 2)
        for (int i = 0; i < SAMPLES; i++) {
            const int next = (i + 1) % SAMPLES, last = (i + SAMPLES - 1) % SAMPLES;
            const int here = valid[side][i] >= 0, there = valid[side][next] >= 0;
            const double x = step * i;
            if (here && there)
                for (int b = side; b < side + 2; b++) {
                    bracket(s, found, b, x, x + step, g[b][i], g[b][next]);
                    const double three[3] = {g[b][last], g[b][i], g[b][next]};
                    const int dips = (three[0] > 0) == (three[1] > 0) && (three[1] > 0) == (three[2] > 0) &&
                                     fabs(three[1]) <= fabs(three[0]) && fabs(three[1]) <= fabs(three[2]);
                    if (dips && valid[b][last] >= 0) look_between(s, found, b, x, three);
                }
            else if (here != there) {
                const double from = here ? x : x + step;
                const double edge = edge_between(s, side, from, here ? x + step : x);
                arm a;
                evaluate_at(s, edge, &a);
                for (int b = side; b < side + 2; b++) bracket(s, found, b, from, edge, g[b][here ? i : next], a.g[b]);
            }
        }
}

int ik_scan(const rp_robot *r, const double *pose, double (*out)[RP_DOF], int most) {
    scan s;
    roots found;
    double target[12][IK_LANES], q[RP_DOF][IK_LANES] = {{0}}, good[IK_LANES];
    prepare(r, pose, &s);
    find_roots(&s, &found);
    for (int i = 0; i < IK_LANES; i++) {
        double one[RP_DOF] = {0};
        if (i < found.n) recover(r, pose, &s, found.q6[i], found.branch[i], one);
        for (int j = 0; j < RP_DOF; j++) q[j][i] = one[j];
        for (int k = 0; k < 12; k++) target[k][i] = pose[k];
        good[i] = i < found.n;
    }
    ik_refine(r, target, q, good, 4, CLOSED, 0);
    ik_settle(r, q, good);
    int n = 0;
    for (int i = 0; i < found.n && n < most; i++) {
        double one[RP_DOF];
        for (int j = 0; j < RP_DOF; j++) one[j] = q[j][i];
        if (good[i] > 0 && ik_is_new(r, one, out, n)) memcpy(out[n++], one, sizeof one);
    }
    return n;
}
