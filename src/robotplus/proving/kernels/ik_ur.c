/* Arm with three parallel axes 2, 3, 4, then 5 and 6 each square to the one before (UR and its many relatives).
 *
 * Canonical chain: axis 1 is z; axes 2, 3, 4 are y, axis 2 at x = a1; at theta = 0 both arm links L2, L3 stand upright,
 * axis 5 is z at x = e5 beside axis 4, the wrist point (axes 5 and 6 meet) lies at d5 along it and at y = b; axis 6 is
 * y. The wrist point is known from the pose and stays at y = b before axis 1, which gives theta 1; axis 5 is square to
 * both axis 2 and axis 6, which gives its direction up to sign; the rest is a planar arm.
 * Branch = 2 * (behind the shoulder) + (elbow the other way) + 4 * (wrist flipped). */
#include "ik.h"

typedef double lanes[IK_LANES];

typedef struct {
    double a1, off, l2, l3, d5, e5, slack, above, below;
    double s6, c6; /* theta 6 where any would do (axes 2 and 6 parallel): joint 6 at zero */
} ur;

typedef struct {
    lanes c1, s1, ahead, s, c; /* theta 1; wrist point ahead of axis 2; axis 5 ahead and up */
    lanes exists, parallel;
} link;

/* Theta 1 and the direction of axis 5 for one shoulder side and one flip. */
static void wrist_link(const ur *a, const ik_block *b, double side, double flip, link *o) {
    for (int i = 0; i < IK_LANES; i++) {
        const double px = b->wrist[3][i], py = b->wrist[7][i];
        const double n2 = px * px + py * py - a->off * a->off, n = side * sqrt(n2 > 0 ? n2 : 0);
        const double r2 = n * n + a->off * a->off;
        const int on_axis = r2 < 1e-20;
        const double inv = 1 / (on_axis ? 1 : r2);
        const double c1 = on_axis ? side : (px * n + py * a->off) * inv;
        const double s1 = on_axis ? 0 : (py * n - px * a->off) * inv;
        /* axis 5 is square to axis 6 (the y column of the wanted rotation) and to axis 2 (left) */
        const double yf = c1 * b->wrist[1][i] + s1 * b->wrist[5][i], yu = b->wrist[9][i];
        const double xf = c1 * b->wrist[0][i] + s1 * b->wrist[4][i], xu = b->wrist[8][i];
        const double zf = c1 * b->wrist[2][i] + s1 * b->wrist[6][i], zu = b->wrist[10][i];
        const double w = sqrt(yf * yf + yu * yu);
        const int parallel = w < 1e-10;
        const double invw = flip / (parallel ? 1 : w);
        o->s[i] = invw * (parallel ? a->c6 * zf - a->s6 * xf : yu);
        o->c[i] = invw * (parallel ? a->c6 * zu - a->s6 * xu : -yf);
        o->c1[i] = c1, o->s1[i] = s1, o->ahead[i] = n - a->a1;
        o->exists[i] = n2 >= -2 * a->slack * fabs(a->off) ? 1 : 0;
        o->parallel[i] = parallel ? 1 : 0;
    }
}

/* Where axis 5 is free to turn about the wrist and axis 4 out of reach: turn it until axis 4 is just within reach. */
static void turn_within_reach(const ur *a, const ik_block *b, link *o) {
    const double longest = a->l2 + a->l3, shortest = fabs(a->l2 - a->l3), length = sqrt(a->d5 * a->d5 + a->e5 * a->e5);
    for (int i = 0; i < IK_LANES; i++) {
        const double x = o->ahead[i], z = b->wrist[11][i], s = o->s[i], c = o->c[i], far = sqrt(x * x + z * z);
        const double now_x = x - (a->d5 * s + a->e5 * c), now_z = z - (a->d5 * c - a->e5 * s);
        const double now = sqrt(now_x * now_x + now_z * now_z);
        if (!o->parallel[i] || (now >= shortest && now <= longest) || far < 1e-9 || length < 1e-9) continue;
        const double want = now > longest ? longest : shortest;
        const double cosine = (far * far + length * length - want * want) / (2 * far * length);
        const double ct = fmin(fmax(cosine, -1), 1), st = sqrt(1 - ct * ct);
        const double link_x = (x * ct + z * st) / (far * length), link_z = (z * ct - x * st) / (far * length);
        o->s[i] = a->d5 * link_x - a->e5 * link_z;
        o->c[i] = a->d5 * link_z + a->e5 * link_x;
    }
}

/* Both elbows, and what follows for the wrist. */
static void arm_and_wrist(const ur *a, ik_block *b, const link *o, int branch) {
    double(*t)[IK_LANES] = b->theta[branch], (*u)[IK_LANES] = b->theta[branch + 1];
    double *good = b->good[branch], *good_other = b->good[branch + 1];
    for (int i = 0; i < IK_LANES; i++) {
        const double c1 = o->c1[i], s1 = o->s1[i], s = o->s[i], c = o->c[i];
        const double x = o->ahead[i] - (a->d5 * s + a->e5 * c), z = b->wrist[11][i] - (a->d5 * c - a->e5 * s);
        const double d = (x * x + z * z - a->l2 * a->l2 - a->l3 * a->l3) / (2 * a->l2 * a->l3);
        const double cb = d > 1 ? 1 : d < -1 ? -1 : d, sb = sqrt(1 - cb * cb);
        const double m = a->l2 + a->l3 * cb, q = a->l3 * sb, v2 = m * m + q * q, inv = v2 > 1e-20 ? 1 / v2 : 0;
        const double xm = x * m * inv, zm = z * m * inv, xq = x * q * inv, zq = z * q * inv;
        const double phi = ik_atan2(s, c), beta = ik_atan2(sb, cb);
        const double xf = c1 * b->wrist[0][i] + s1 * b->wrist[4][i], xu = b->wrist[8][i];
        const double yf = c1 * b->wrist[1][i] + s1 * b->wrist[5][i], yu = b->wrist[9][i];
        const double zf = c1 * b->wrist[2][i] + s1 * b->wrist[6][i], zu = b->wrist[10][i];
        const double yl = c1 * b->wrist[5][i] - s1 * b->wrist[1][i];
        t[0][i] = u[0][i] = ik_atan2(s1, c1);
        t[1][i] = ik_atan2(xm - zq, zm + xq);
        u[1][i] = ik_atan2(xm + zq, zm - xq);
        t[2][i] = beta, u[2][i] = -beta;
        t[3][i] = phi - t[1][i] - beta, u[3][i] = phi - u[1][i] + beta;
        t[4][i] = u[4][i] = ik_atan2(s * yu - c * yf, yl);
        t[5][i] = u[5][i] = ik_atan2(-(s * xf + c * xu), s * zf + c * zu);
        good[i] = d <= 1 + a->above && d >= -1 - a->below ? o->exists[i] : 0;
        good_other[i] = good[i];
    }
}

void ik_ur(const rp_robot *r, ik_block *b) {
    const double *k = r->ik;
    ur a = {.a1 = k[IK_A1], .off = k[IK_B], .l2 = k[IK_L2], .l3 = k[IK_L3], .d5 = k[IK_D5], .e5 = k[IK_E5]};
    a.slack = k[IK_SLACK];
    ik_bend_slack(a.l2, a.l3, a.slack, &a.above, &a.below);
    const double rest = r->lower[5] <= 0 && r->upper[5] >= 0 ? 0 : 0.5 * (r->lower[5] + r->upper[5]);
    ik_sincos(k[IK_SIGN + 5] * rest + k[IK_OFFSET + 5], &a.s6, &a.c6);
    for (int flipped = 0; flipped < 2; flipped++)
        for (int behind = 0; behind < 2; behind++) {
            link o;
            double parallel = 0;
            wrist_link(&a, b, behind ? -1 : 1, flipped ? -1 : 1, &o);
            for (int i = 0; i < IK_LANES; i++) parallel += o.parallel[i];
            if (parallel > 0) turn_within_reach(&a, b, &o);
            arm_and_wrist(&a, b, &o, 4 * flipped + 2 * behind);
        }
}
