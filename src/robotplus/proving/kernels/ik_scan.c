/* Six revolute joints with an arm like the ortho-parallel one but no spherical wrist: axes 4 and 5 meet in a point A,
 * while axis 6 passes elsewhere. For a value of joint 6 the pose fixes A and the direction of axis 5; A gives joints 1,
 * 2, 3 (four ways, as in ik_opw.c), hence axis 4; its angle to axis 5 must be the built one. So the solutions are the
 * roots of four functions of one angle: they are sampled around the circle, roots are bracketed and closed in on, then
 * checked on the true chain.
 *
 * The two elbows (or the two shoulder sides) join where the arm is stretched (or A is beside axis 1): brackets are also
 * made between the last sample and that edge, so no root is lost for lack of a neighbour.
 *
 * Lengths as in ik_opw.c with A for the wrist. IK_T0: A along axis 5; IK_T1: cosine between axes 4 and 5. */
#include "ik.h"

#define SAMPLES 64
#define FINE 1e-11     /* width of a closed bracket [rad] */
#define TANGENT 1e-6   /* a dip this low is taken for a double root; Newton decides */
#define HIDDEN 0.5     /* how far short of reach two samples may fall with a reach hidden between them */
#define NEAR_EDGE 0.02 /* how far inside an edge to look first, as a share of the way to the next sample */
#define CLOSED 1e-8    /* what Newton must reach on the true chain [m] */

typedef struct {
    /* A and axis 5 before axis 1, over joint 6: constant + cosine + sine parts */
    double point[3][3], axis[3][3];
    double l2, l3, a1, a2, b, built;
    double reach, cpsi, spsi; /* from axis 3 to A: length, and its slant from the forearm */
} scan;

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
    s->reach = sqrt(s->a2 * s->a2 + s->l3 * s->l3);
    s->cpsi = s->l3 / s->reach, s->spsi = s->a2 / s->reach;
    s->built = k[IK_T1];
}

typedef struct {
    double c1, s1, x, z, cosine, sine, ahead, up, valid; /* one shoulder side: A in the arm's plane, elbow, axis 5 */
} reach;

static inline void reach_side(const scan *s, double c6, double s6, double side, reach *o) {
    double p[3], d[3];
    for (int i = 0; i < 3; i++) {
        p[i] = s->point[0][i] + c6 * s->point[1][i] + s6 * s->point[2][i];
        d[i] = s->axis[0][i] + c6 * s->axis[1][i] + s6 * s->axis[2][i];
    }
    const double n2 = p[0] * p[0] + p[1] * p[1] - s->b * s->b, n = side * sqrt(n2 > 0 ? n2 : 0);
    const double r2 = n * n + s->b * s->b, inv = 1 / (r2 > 1e-20 ? r2 : 1e-20);
    o->c1 = (p[0] * n + p[1] * s->b) * inv, o->s1 = (p[1] * n - p[0] * s->b) * inv;
    o->x = n - s->a1, o->z = p[2];
    const double cosine = (o->x * o->x + o->z * o->z - s->l2 * s->l2 - s->reach * s->reach) / (2 * s->l2 * s->reach);
    o->cosine = cosine > 1 ? 1 : cosine < -1 ? -1 : cosine;
    o->sine = sqrt(1 - o->cosine * o->cosine);
    o->ahead = o->c1 * d[0] + o->s1 * d[1], o->up = d[2];
    o->valid = n2 < 0 ? n2 : 1 - cosine * cosine;
}

/* Direction of axis 4 in the arm's plane (sf ahead, cf up) with the elbow on one side; returns what is wrong with its
 * angle. */
static inline double elbow_gap(const scan *s, const reach *o, double elbow, double *sf, double *cf) {
    const double sb = elbow * o->sine, m = s->l2 + s->reach * o->cosine, q = s->reach * sb;
    const double w2 = m * m + q * q, inv = 1 / (w2 > 1e-20 ? w2 : 1e-20);
    const double s2 = (o->x * m - o->z * q) * inv, c2 = (o->z * m + o->x * q) * inv;
    const double sp = s2 * o->cosine + c2 * sb, cp = c2 * o->cosine - s2 * sb;
    *sf = sp * s->cpsi - cp * s->spsi;
    *cf = cp * s->cpsi + sp * s->spsi;
    return *sf * o->ahead + *cf * o->up - s->built;
}

typedef struct {
    double g, valid, c1, s1, sphi, cphi;
} arm;

/* Branch b at one value of joint 6: what is wrong with the angle between axes 4 and 5. Where the arm does not reach,
 * the nearest stretched one stands in and valid < 0. */
static arm arm_at(const scan *s, double q6, int b) {
    reach side;
    arm o;
    double c, n;
    ik_sincos(q6, &n, &c);
    reach_side(s, c, n, b & 2 ? -1 : 1, &side);
    o.g = elbow_gap(s, &side, b & 1 ? 1 : -1, &o.sphi, &o.cphi);
    o.valid = side.valid, o.c1 = side.c1, o.s1 = side.s1;
    return o;
}

/* All four branches at SAMPLES values around the circle. */
static void sample(const scan *s, double g[4][SAMPLES], double valid[4][SAMPLES]) {
    double c[SAMPLES], n[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) ik_sincos(2 * IK_PI / SAMPLES * i, &n[i], &c[i]);
    for (int behind = 0; behind < 2; behind++) {
        double *lower = g[2 * behind], *upper = g[2 * behind + 1], *v = valid[2 * behind];
        for (int i = 0; i < SAMPLES; i++) {
            reach side;
            double sf, cf;
            reach_side(s, c[i], n[i], behind ? -1 : 1, &side);
            lower[i] = elbow_gap(s, &side, -1, &sf, &cf);
            upper[i] = elbow_gap(s, &side, 1, &sf, &cf);
            v[i] = side.valid;
        }
    }
}

/* Angle about z from the direction of (ax, ay) to that of (bx, by). */
static double swing(double ax, double ay, double bx, double by) {
    return ik_atan2(ax * by - ay * bx, ax * bx + ay * by);
}

/* Joints from the arm of branch b at q6: 1, 2, 3 from the arm, then 4 and 5 peeled off the true chain. */
static void recover(const rp_robot *r, const double *pose, const scan *s, double q6, int b, double *q) {
    const double *k = r->ik;
    const arm a = arm_at(s, q6, b);
    double f[12], m[12], o[12], tip_inverse[12], sixth[12], before[12], turn[12] = {0};
    rp_inv(r->tip, tip_inverse);
    rp_mul(pose, tip_inverse, sixth);
    double c, n;
    ik_sincos(-q6, &n, &c);
    turn[0] = turn[5] = c, turn[1] = -n, turn[4] = n, turn[10] = 1;
    rp_mul(sixth, turn, before); /* the frame of joint 6, not yet turned */
    const double c1 = a.c1, s1 = a.s1;
    double p[3];
    ik_sincos(q6, &n, &c);
    for (int i = 0; i < 3; i++) p[i] = s->point[0][i] + c * s->point[1][i] + n * s->point[2][i];
    const double x = c1 * p[0] + s1 * p[1] - s->a1 - (s->a2 * a.cphi + s->l3 * a.sphi);
    const double z = p[2] - (s->l3 * a.cphi - s->a2 * a.sphi);
    const double theta[3] = {ik_atan2(s1, c1), ik_atan2(x, z), ik_atan2(a.sphi, a.cphi)};
    const double arm_angle[3] = {theta[0], theta[1], theta[2] - theta[1]};
    memcpy(f, r->origin[0], sizeof f);
    for (int j = 0; j < 5; j++) {
        if (j < 3)
            q[j] = k[IK_SIGN + j] * (arm_angle[j] - k[IK_OFFSET + j]);
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

/* Root of g[b] between x and y, with values of opposite signs there (Illinois: false position that cannot get stuck).
 */
static double close_in(const scan *s, int b, double x, double y, double at_x, double at_y) {
    int kept = 0;
    double root = x;
    for (int it = 0; it < 50 && fabs(y - x) > FINE; it++) {
        root = (at_x * y - at_y * x) / (at_x - at_y);
        const double g = arm_at(s, root, b).g;
        if (fabs(g) < 1e-12) break;
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
    for (int it = 0; it < 26; it++) {
        const double x = 0.5 * (inside + outside);
        if (arm_at(s, x, b).valid >= 0)
            inside = x;
        else
            outside = x;
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

/* Lowest point of h * f between x and y, of which m is an inner point lower than both, by golden section; stops as soon
 * as it is below zero, or plainly will not get there. The function is g[b], or valid[b] when b < 0 (then of branch ~b).
 */
static double lowest(const scan *s, int b, double h, double x, double m, double y, double at_x, double at_m,
                     double at_y, double *at) {
    double best = h * at_m, left = h * at_x, right = h * at_y;
    for (int it = 0; it < 24 && best > 0; it++) {
        const double drop = fmax(left, right) - best;
        if (it > 3 && best > 4 * drop) break;
        const int longer = y - m > m - x;
        const double probe = longer ? m + 0.382 * (y - m) : m - 0.382 * (m - x);
        const arm a = arm_at(s, probe, b < 0 ? ~b : b);
        const double v = h * (b < 0 ? a.valid : a.g);
        if (v < best) {
            if (longer)
                x = m, left = best;
            else
                y = m, right = best;
            m = probe, best = v;
        } else if (longer)
            y = probe, right = v;
        else
            x = probe, left = v;
    }
    *at = h * best;
    return m;
}

typedef struct {
    double x, g[2]; /* joint 6, and g of the side's two elbows there */
} node;

/* Two roots may hide between nodes of one sign where |g| dips. */
static void look_between(const scan *s, roots *found, int b, int elbow, const node *x, const node *m, const node *y) {
    const double gx = x->g[elbow], gm = m->g[elbow], gy = y->g[elbow], h = gm > 0 ? 1 : -1;
    if (!(h * gx > 0 && h * gy > 0 && h * gm <= h * gx && h * gm <= h * gy)) return;
    double g;
    const double low = lowest(s, b, h, x->x, m->x, y->x, gx, gm, gy, &g);
    if (h * g < 0) {
        bracket(s, found, b, x->x, low, gx, g);
        bracket(s, found, b, low, y->x, g, gy);
    } else if (fabs(g) < TANGENT)
        keep_root(found, low, b);
}

static void fill(const scan *s, int side, double x, node *o) {
    o->x = x, o->g[0] = arm_at(s, x, side).g, o->g[1] = arm_at(s, x, side + 1).g;
}

/* From an edge inwards g starts like a square root, so a dip may lie close to it: look whether |g| falls there at
 * first. */
static void look_at_edge(const scan *s, roots *found, int side, const node *here, const node *edge) {
    node near;
    fill(s, side, edge->x + NEAR_EDGE * (here->x - edge->x), &near);
    for (int e = 0; e < 2; e++) {
        const double h = edge->g[e] > 0 ? 1 : -1;
        if (h * here->g[e] <= 0) continue; /* one root, bracketed already */
        if (h * near.g[e] < 0) {
            bracket(s, found, side + e, edge->x, near.x, edge->g[e], near.g[e]);
            bracket(s, found, side + e, near.x, here->x, near.g[e], here->g[e]);
        } else
            look_between(s, found, side + e, e, edge, &near, here);
    }
}

/* Roots of one node's stretch: towards an edge on either side, towards the next sample, and where it dips. */
static void search(const scan *s, roots *found, int side, const node *left, const node *here, const node *right,
                   int left_is_edge, int right_is_edge) {
    for (int e = 0; e < 2; e++) {
        if (left_is_edge) bracket(s, found, side + e, left->x, here->x, left->g[e], here->g[e]);
        bracket(s, found, side + e, here->x, right->x, here->g[e], right->g[e]);
        look_between(s, found, side + e, e, left, here, right);
    }
    if (left_is_edge) look_at_edge(s, found, side, here, left);
    if (right_is_edge) look_at_edge(s, found, side, here, right);
}

static void find_roots(const scan *s, roots *found) {
    double g[4][SAMPLES], valid[4][SAMPLES];
    const double step = 2 * IK_PI / SAMPLES;
    sample(s, g, valid);
    found->n = 0;
    for (int side = 0; side < 4; side += 2)
        for (int i = 0; i < SAMPLES; i++) {
            const int next = (i + 1) % SAMPLES, last = (i + SAMPLES - 1) % SAMPLES;
            const double x = step * i, *v = valid[side];
            node left = {x - step, {g[side][last], g[side + 1][last]}}, here = {x, {g[side][i], g[side + 1][i]}};
            node right = {x + step, {g[side][next], g[side + 1][next]}};
            if (v[i] < 0) { /* a short reach may hide between samples that do not reach */
                if (v[last] >= 0 || v[next] >= 0 || v[i] < v[last] || v[i] < v[next] || v[i] < -HIDDEN) continue;
                double at;
                const double m = lowest(s, ~side, -1, x - step, x, x + step, v[last], v[i], v[next], &at);
                if (at < 0) continue;
                fill(s, side, m, &here);
                fill(s, side, edge_between(s, side, m, x - step), &left);
                fill(s, side, edge_between(s, side, m, x + step), &right);
                search(s, found, side, &left, &here, &right, 1, 1);
                continue;
            }
            if (v[last] < 0) fill(s, side, edge_between(s, side, x, x - step), &left);
            if (v[next] < 0) fill(s, side, edge_between(s, side, x, x + step), &right);
            search(s, found, side, &left, &here, &right, v[last] < 0, v[next] < 0);
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
