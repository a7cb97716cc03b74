/* Arms of five joints whose middle three turn about one direction, across the first axis and across the last: the last axis
 * keeps its distance from the first, in a plane that turns about it.
 *
 * The tool may spin about its own z. At spin phi the last axis lies at p(phi) with direction d(phi); with n = first axis x d
 * it can be there when p . n = s beside |n|, s = 1 or -1 (p from a point on the first axis). Roots of that in phi are looked
 * for between PLANAR_SPINS of them; each leaves an arm of two links in the plane, with two elbows. */
#include "ik.h"

#define PLANAR_SPINS 72
#define HALVINGS 14
#define UPRIGHT 0.02 /* sine of the angle between first and last axis below which n means nothing */
#define ALMOST 1e-4  /* by which the cosine of an elbow may pass 1: Newton decides */
#define NEARLY 2e-5 /* [rad] by which models written in few digits miss */
#define MISSED 1e-3  /* [m] more than Newton forgives */

typedef struct {
    double a[3], y[3], on[3];    /* first axis, common direction of the middle ones, a point on the first axis; at q = 0 */
    double joint[5][2], leaning; /* joints 2 to 5 in the plane: along a and along y x a; angle of the last axis */
    double beside, sense[RP_DOF];
} plane;

typedef struct {
    double goal[12], axis[12]; /* base_from_tcp at spin 0; tcp from last joint */
} wanted;

static double dot(const double *a, const double *b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

static void cross(const double *a, const double *b, double *o) {
    for (int k = 0; k < 3; k++) o[k] = a[(k + 1) % 3] * b[(k + 2) % 3] - a[(k + 2) % 3] * b[(k + 1) % 3];
}

static void column(const double *m, int k, double *o) {
    for (int i = 0; i < 3; i++) o[i] = m[4 * i + k];
}

static int plane_of(const rp_robot *r, plane *x) {
    double f[RP_DOF + 1][12], q[RP_DOF] = {0}, z[3], e[3], at[3];
    if (r->dof != 5 || r->prismatic) return 0;
    rp_fk(r, q, f);
    column(f[0], 2, x->a);
    column(f[0], 3, x->on);
    column(f[1], 2, x->y);
    cross(x->y, x->a, e);
    for (int j = 0; j < 5; j++) {
        column(f[j], 2, z);
        column(f[j], 3, at);
        const double along = dot(z, x->y);
        if (j > 0 && j < 4 ? 1 - fabs(along) > NEARLY * NEARLY : fabs(along) > NEARLY) return 0;
        x->sense[j] = along < 0 ? -1 : 1;
        for (int k = 0; k < 3; k++) at[k] -= x->on[k];
        x->joint[j][0] = dot(at, x->a);
        x->joint[j][1] = dot(at, e);
        if (j == 4) x->beside = dot(at, x->y), x->leaning = ik_atan2(dot(z, e), dot(z, x->a));
    }
    return 1;
}

/* p, d and n at a spin; returns p . n. */
static double at_spin(const plane *x, const wanted *w, double spin, double *p, double *d, double *n) {
    double c, s;
    ik_sincos(spin, &s, &c);
    for (int i = 0; i < 3; i++) {
        const double *g = w->goal + 4 * i, u = g[0] * c + g[1] * s, v = g[1] * c - g[0] * s;
        d[i] = u * w->axis[2] + v * w->axis[6] + g[2] * w->axis[10];
        p[i] = u * w->axis[3] + v * w->axis[7] + g[2] * w->axis[11] + g[3] - x->on[i];
    }
    cross(x->a, d, n);
    return dot(p, n);
}

/* Joint 5 where the tool has this spin and the joints before it stand as in q. */
static double last_joint(const rp_robot *r, const wanted *w, double spin, const double *q) {
    double f[RP_DOF + 1][12], turned[12], last[12], to[3], ahead[3], aside[3], c, s;
    ik_sincos(spin, &s, &c);
    memcpy(turned, w->goal, sizeof turned);
    for (int i = 0; i < 3; i++) {
        turned[4 * i] = w->goal[4 * i] * c + w->goal[4 * i + 1] * s;
        turned[4 * i + 1] = w->goal[4 * i + 1] * c - w->goal[4 * i] * s;
    }
    rp_mul(turned, w->axis, last);
    ik_fk(r, q, f);
    column(last, 0, to);
    column(f[4], 0, ahead);
    column(f[4], 1, aside);
    return ik_atan2(dot(to, aside), dot(to, ahead));
}

/* The two elbows with the last axis at p, d and the middle axes along y; returns how many rows of out it filled. */
static int elbows(const rp_robot *r, const plane *x, const wanted *w, double spin, const double *p, const double *d,
                  const double *y, double (*out)[RP_DOF]) {
    double up[3], was[3];
    cross(y, x->a, up);
    cross(x->a, x->y, was);
    const double first = ik_atan2(dot(y, was), dot(y, x->y)), lean = ik_atan2(dot(d, up), dot(d, x->a)) - x->leaning;
    const double (*at)[2] = x->joint, c = cos(lean), s = sin(lean);
    const double hand[2] = {at[4][0] - at[3][0], at[4][1] - at[3][1]};
    const double upper[2] = {at[2][0] - at[1][0], at[2][1] - at[1][1]}, fore[2] = {at[3][0] - at[2][0], at[3][1] - at[2][1]};
    const double u = dot(p, x->a) - (c * hand[0] - s * hand[1]) - at[1][0]; /* joint 4 from joint 2 */
    const double v = dot(p, up) - (s * hand[0] + c * hand[1]) - at[1][1];
    const double a = hypot(upper[0], upper[1]), b = hypot(fore[0], fore[1]);
    const double bend = (u * u + v * v - a * a - b * b) / (2 * a * b);
    int found = 0;
    if (fabs(bend) > 1 + ALMOST) return 0;
    for (int elbow = -1; elbow <= 1; elbow += 2) {
        double *q = out[found];
        const double t2 = elbow * acos(fmax(-1, fmin(1, bend))) - (ik_atan2(fore[1], fore[0]) - ik_atan2(upper[1], upper[0]));
        const double c2 = cos(t2), s2 = sin(t2);
        const double t1 = ik_atan2(v, u) - ik_atan2(upper[1] + s2 * fore[0] + c2 * fore[1], upper[0] + c2 * fore[0] - s2 * fore[1]);
        const double theta[4] = {first, t1, t2, lean - t1 - t2};
        int inside = 1;
        memset(q, 0, sizeof(double) * RP_DOF);
        for (int k = 0; k < 4; k++) q[k] = (k ? x->sense[k] : 1) * theta[k];
        q[4] = last_joint(r, w, spin, q);
        for (int k = 0; k < 5; k++) {
            q[k] = ik_wind(q[k], r->lower[k], r->upper[k]);
            if (q[k] < r->lower[k] - IK_NEAR_LIMIT || q[k] > r->upper[k] + IK_NEAR_LIMIT) inside = 0;
            q[k] = fmax(r->lower[k], fmin(r->upper[k], q[k]));
        }
        found += inside;
    }
    return found;
}

/* A tool on the last axis: every spin is as good. Where that axis is parallel to the first, the plane goes through p. */
static int on_axis(const rp_robot *r, const plane *x, const wanted *w, double (*out)[RP_DOF], int most) {
    double p[3], d[3], n[3], aside[3], y[3];
    const double level = at_spin(x, w, 0, p, d, n), length = sqrt(dot(n, n));
    cross(x->a, p, aside); /* as long as p is away from the first axis */
    const double away2 = dot(aside, aside), left = away2 - x->beside * x->beside;
    const int upright = length < NEARLY;
    int found = 0;
    if ((upright ? left < MISSED * MISSED : length < UPRIGHT) || most < 4) return -1;
    for (int side = -1; side <= 1; side += 2) {
        if (!upright && fabs(level / length - side * x->beside) > MISSED) continue;
        for (int k = 0; k < 3; k++)
            y[k] = upright ? (x->beside * (p[k] - dot(p, x->a) * x->a[k]) + side * sqrt(left) * aside[k]) / away2
                           : side * n[k] / length;
        found += elbows(r, x, w, 0, p, d, y, out + found);
    }
    return found;
}

int ik_planar(const rp_robot *r, const double *target, const double *tcp, double (*out)[RP_DOF], int most) {
    plane x;
    wanted w;
    double back[12], flange_from_last[12], p[3], d[3], n[3], level[PLANAR_SPINS], off[PLANAR_SPINS];
    if (!plane_of(r, &x)) return -1;
    rp_mul(target, tcp, w.goal);
    rp_inv(tcp, back);
    rp_inv(r->tip, flange_from_last);
    rp_mul(back, flange_from_last, w.axis);
    if (hypot(w.axis[2], w.axis[6]) < NEARLY && hypot(w.axis[3], w.axis[7]) < NEARLY) return on_axis(r, &x, &w, out, most);
    for (int k = 0; k < PLANAR_SPINS; k++) {
        level[k] = at_spin(&x, &w, 2 * IK_PI * k / PLANAR_SPINS, p, d, n);
        off[k] = x.beside * sqrt(dot(n, n));
        if (dot(n, n) < UPRIGHT * UPRIGHT) return -1;
    }
    int found = 0;
    for (int side = -1; side <= 1; side += 2)
        for (int k = 0; k < PLANAR_SPINS; k++) {
            const int next = (k + 1) % PLANAR_SPINS, after = (k + 2) % PLANAR_SPINS;
            const double g0 = level[k] - side * off[k], g1 = level[next] - side * off[next], g2 = level[after] - side * off[after];
            if ((g0 > 0) == (g1 > 0)) { /* two roots may hide where it comes near zero and turns back */
                const int turns = (g1 > 0) == (g2 > 0) && fabs(g1) <= fabs(g0) && fabs(g1) <= fabs(g2);
                if (turns && fabs(g1) <= fabs(g0 - g1) + fabs(g2 - g1) + MISSED) return -1;
                continue;
            }
            double low = 2 * IK_PI * k / PLANAR_SPINS, high = low + 2 * IK_PI / PLANAR_SPINS;
            for (int i = 0; i < HALVINGS; i++) {
                const double middle = 0.5 * (low + high), g = at_spin(&x, &w, middle, p, d, n) - side * x.beside * sqrt(dot(n, n));
                if ((g > 0) == (g0 > 0)) low = middle;
                else high = middle;
            }
            if (found + 2 > most) return -1;
            at_spin(&x, &w, low, p, d, n);
            const double length = side * sqrt(dot(n, n));
            for (int i = 0; i < 3; i++) n[i] /= length;
            found += elbows(r, &x, &w, low, p, d, n, out + found);
        }
    return found;
}
