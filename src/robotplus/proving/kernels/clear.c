#include "ik.h"
#include "motion.h"

#define CAP 0.2            /* [m] distances beyond this are not told apart */
#define LINE_MARGIN 1.5e-4 /* [m] a planned line keeps this much more than is asked */

/* A piece of motion: the posture in its middle, the time to either end, and what joints do meanwhile. */
typedef struct {
    double q[RP_DOF], v[RP_DOF]; /* in the middle */
    double tau;
    double vmax[RP_DOF], amax[RP_DOF]; /* highest |speed| and |acceleration| in the piece */
} piece;

typedef struct {
    double slack, clearance, self, move; /* move: what the deciding pair may come closer */
    int32_t pair;
} probe;

/* What the points of box b of a link may move relative to link `from`, in any direction and along one.
 *
 * Any direction: a point at distance rho_j from axis j moves at most D = sum_j w_j (rho_j + 2 D) with w_j = vmax_j tau, as
 * its distance from an axis changes by at most twice what points move; so D <= sum_j w_j rho_j / (1 - 2 sum_j w_j).
 * Along a fixed direction n: the speed in the middle times tau, and half tau squared times the highest acceleration
 * sum_j rho_j a_j + sum_jk rho_max(j,k) v_j v_k (second derivatives of a chain are as long as the deeper lever). The
 * speed of a point of the box along n is at most |n . v_centre| + |n x omega| radius. */
typedef struct {
    const rp_scene *s;
    const piece *m;
    double f[RP_DOF + 1][12], box[RP_BOXES][12];
    double w[RP_DOF], grow;
    double rho[RP_BOXES][RP_DOF]; /* farthest point of the box from axis j, in the middle */
} levers;

static void prepare(levers *x, const rp_scene *s, const piece *m, double total) {
    const rp_robot *r = s->robot;
    x->s = s;
    x->m = m;
    x->grow = 1 / (1 - 2 * total);
    ik_fk(r, m->q, x->f);
    rp_boxes(r, x->f, x->box);
    for (int b = 0; b < r->n_box; b++) {
        const int l = r->box_link[b] > r->dof ? r->dof : r->box_link[b];
        for (int j = 0; j < l; j++) {
            if (r->prismatic >> j & 1) {
                x->rho[b][j] = 1;
                continue;
            }
            const double *f = x->f[j], *c = x->box[b];
            const double u = c[3] - f[3], v = c[7] - f[7], w = c[11] - f[11];
            const double along = u * f[2] + v * f[6] + w * f[10];
            x->rho[b][j] = sqrt(fmax(0, u * u + v * v + w * w - along * along)) + s->box_radius[b];
        }
    }
}

static double any_way(const levers *x, int b, int from, int to) {
    double D = 0;
    for (int j = from; j < to; j++) D += x->w[j] * x->rho[b][j];
    return D * x->grow;
}

static double along(const levers *x, int b, int from, int to, const double n[3], double D) {
    const rp_robot *r = x->s->robot;
    const piece *m = x->m;
    double v[3] = {0, 0, 0}, o[3] = {0, 0, 0}, A = 0, faster = 0;
    for (int j = from; j < to; j++) {
        const double *f = x->f[j], z[3] = {f[2], f[6], f[10]};
        const double lever = r->prismatic >> j & 1 ? 1 : x->rho[b][j] + 2 * D;
        A += lever * (m->amax[j] + m->vmax[j] * (m->vmax[j] + 2 * faster)); /* pairs (j, k <= j) */
        faster += m->vmax[j];
        if (r->prismatic >> j & 1) {
            for (int k = 0; k < 3; k++) v[k] += m->v[j] * z[k];
            continue;
        }
        const double d[3] = {x->box[b][3] - f[3], x->box[b][7] - f[7], x->box[b][11] - f[11]};
        for (int k = 0; k < 3; k++) {
            v[k] += m->v[j] * (z[(k + 1) % 3] * d[(k + 2) % 3] - z[(k + 2) % 3] * d[(k + 1) % 3]);
            o[k] += m->v[j] * z[k];
        }
    }
    double across = 0;
    for (int k = 0; k < 3; k++) {
        const double c = n[(k + 1) % 3] * o[(k + 2) % 3] - n[(k + 2) % 3] * o[(k + 1) % 3];
        across += c * c;
    }
    const double speed = fabs(n[0] * v[0] + n[1] * v[1] + n[2] * v[2]) + sqrt(across) * x->s->box_radius[b];
    return m->tau * (speed + 0.5 * m->tau * A);
}

/* Least distances over the whole piece. */
static probe probe_at(const rp_scene *s, const rp_phase *phase, const piece *m) {
    const rp_robot *r = s->robot;
    const rp_world *world = s->world;
    levers x;
    probe out = {1e300, CAP, CAP, 0, -1};
    double total = 0, n[3];
    for (int j = 0; j < r->dof; j++) {
        x.w[j] = m->vmax[j] * m->tau;
        total += r->prismatic >> j & 1 ? 0 : x.w[j];
    }
    if (total >= 0.45) { /* too long a piece to say anything */
        out.slack = -1e300;
        return out;
    }
    prepare(&x, s, m, total);
    for (int b = 0; b < r->n_box; b++) {
        const int link = r->box_link[b], l = link > r->dof ? r->dof : link;
        if (link == 0 || (link > r->dof + 1 && link - r->dof - 2 != phase->carry)) continue;
        const double D = any_way(&x, b, 0, l);
        for (int k = 0; k < world->n; k++) {
            if (world->first[k] > phase->stop || phase->stop > world->last[k]) continue;
            if (link <= 1 && (world->flags[k] & RP_FLOOR)) continue;
            if (link > r->dof + 1 && phase->near && world->touch[phase->stop * world->n_id + world->id[k]]) continue;
            const double asked = phase->near && link > r->dof ? world->tool_clearance : world->min_clearance;
            const double *c = s->pose[k];
            const double u = x.box[b][3] - c[3], v = x.box[b][7] - c[7], w = x.box[b][11] - c[11];
            const double far = CAP + D + s->radius[k] + s->box_radius[b];
            if (u * u + v * v + w * w > far * far) continue;
            const double gap = rp_box_gap_along(c, world->half + 3 * k, x.box[b], r->box_half[b], n);
            double move = D;
            if (gap > 0 && gap - D < CAP) move = fmin(D, along(&x, b, 0, l, n, D));
            if (gap - move - asked < out.slack) {
                out.slack = gap - move - asked;
                out.move = move;
                out.pair = -1;
            }
            if (gap - move < out.clearance) out.clearance = gap - move;
        }
    }
    for (int p = 0; p < s->n_pair; p++) {
        const int i = s->pair[2 * p], j = s->pair[2 * p + 1], to = j > r->dof ? r->dof : j;
        if (j > r->dof + 1 && j - r->dof - 2 != phase->carry) continue;
        for (int b = s->link_first[j]; b < s->link_first[j] + s->link_count[j]; b++) {
            const double D = any_way(&x, b, i, to);
            for (int a = s->link_first[i]; a < s->link_first[i] + s->link_count[i]; a++) {
                const double u = x.box[b][3] - x.box[a][3], v = x.box[b][7] - x.box[a][7], w = x.box[b][11] - x.box[a][11];
                const double far = CAP + D + s->box_radius[a] + s->box_radius[b];
                if (u * u + v * v + w * w > far * far) continue;
                const double gap = rp_box_gap_along(x.box[a], r->box_half[a], x.box[b], r->box_half[b], n);
                double move = D;
                if (gap > 0 && gap - D < CAP) move = fmin(D, along(&x, b, i, to, n, D));
                if (gap - move < out.slack) {
                    out.slack = gap - move;
                    out.move = move;
                    out.pair = p;
                }
                if (gap - move < out.self) out.self = gap - move;
            }
        }
    }
    return out;
}

/* Value and speed at u in [0, 1] of the quintic with Bernstein coefficients B over h seconds. */
static void value_at(const double B[6], double h, double u, double *value, double *speed) {
    double c[6];
    memcpy(c, B, sizeof c);
    for (int n = 5; n > 1; n--)
        for (int k = 0; k < n; k++) c[k] = c[k] * (1 - u) + c[k + 1] * u;
    *speed = 5 * (c[1] - c[0]) / h;
    *value = c[0] * (1 - u) + c[1] * u;
}

int32_t rp_prove_move(const rp_scene *s, const rp_phase *phase, int32_t n, const double *t, const double *q, const double *d,
                      const double *a, rp_clear *out) {
    const int dof = s->robot->dof;
    *out = (rp_clear){1e300, CAP, CAP, 0, 0, -1};
    for (int i = 0; i < n - 1; i++) {
        const double h = t[i + 1] - t[i];
        double B[RP_DOF][6];
        piece m = {.tau = 0};
        for (int j = 0; j < dof; j++) {
            const double *q0 = q + 7 * i, *d0 = d + 7 * i, *a0 = a + 7 * i;
            B[j][0] = q0[j];
            B[j][1] = q0[j] + h * d0[j] / 5;
            B[j][2] = q0[j] + 2 * h * d0[j] / 5 + h * h * a0[j] / 20;
            B[j][3] = q0[7 + j] - 2 * h * d0[7 + j] / 5 + h * h * a0[7 + j] / 20;
            B[j][4] = q0[7 + j] - h * d0[7 + j] / 5;
            B[j][5] = q0[7 + j];
            for (int k = 0; k < 5; k++) m.vmax[j] = fmax(m.vmax[j], 5 / h * fabs(B[j][k + 1] - B[j][k]));
            for (int k = 0; k < 4; k++) m.amax[j] = fmax(m.amax[j], 20 / (h * h) * fabs(B[j][k + 2] - 2 * B[j][k + 1] + B[j][k]));
        }
        double from[40], to[40];
        int depth = 1;
        from[0] = 0, to[0] = 1;
        while (depth) {
            depth--;
            const double u0 = from[depth], u1 = to[depth];
            for (int j = 0; j < dof; j++) value_at(B[j], h, 0.5 * (u0 + u1), &m.q[j], &m.v[j]);
            m.tau = 0.5 * (u1 - u0) * h;
            const probe p = probe_at(s, phase, &m);
            out->evaluations++;
            const double least = fmin(p.clearance, p.self);
            /* split where it does not hold yet, or where the bound would claim much less than is true */
            const int split = p.slack < 1e-4 || (least < 0.1 && p.move > 0.3 * (fmax(least, 0) + p.move) + 1e-3);
            /* the middle itself is too close: no splitting helps */
            const int hopeless = p.slack > -1e299 && p.slack + p.move < 1e-4;
            if (split && !hopeless && u1 - u0 > 1.0 / 2048) {
                from[depth] = 0.5 * (u0 + u1), to[depth] = u1;
                depth++;
                from[depth] = u0, to[depth] = 0.5 * (u0 + u1);
                depth++;
                continue;
            }
            if (p.slack < out->slack) out->slack = p.slack;
            if (p.clearance < out->clearance) out->clearance = p.clearance;
            if (p.self < out->self) out->self = p.self;
            if (p.slack < 1e-4) {
                out->fail_time = t[i] + 0.5 * (u0 + u1) * h;
                out->pair = p.pair;
                return 0;
            }
        }
    }
    return 1;
}

int32_t rp_line_free(const rp_scene *s, const rp_phase *phase, const double *a, const double *b, double finest) {
    const int dof = s->robot->dof;
    double from[32], to[32];
    piece m = {.tau = 0};
    for (int j = 0; j < dof; j++) { /* one second from a to b */
        m.v[j] = b[j] - a[j];
        m.vmax[j] = fabs(b[j] - a[j]);
    }
    int depth = 1;
    from[0] = 0, to[0] = 1;
    while (depth) {
        depth--;
        const double u0 = from[depth], u1 = to[depth], u = 0.5 * (u0 + u1);
        double widest = 0;
        for (int j = 0; j < dof; j++) {
            m.q[j] = a[j] + (b[j] - a[j]) * u;
            widest = fmax(widest, 0.5 * (u1 - u0) * m.vmax[j]);
        }
        m.tau = 0.5 * (u1 - u0);
        const probe p = probe_at(s, phase, &m);
        if (p.slack >= LINE_MARGIN) continue;
        if (p.slack > -1e299 && p.slack + p.move < LINE_MARGIN) return 0; /* the middle itself is too close */
        if (widest < finest) return 0;
        from[depth] = u, to[depth] = u1;
        depth++;
        from[depth] = u0, to[depth] = u;
        depth++;
    }
    return 1;
}

void rp_track(const rp_robot *r, const double *flange_from_tcp, int32_t n, const double *q, const double *d, double *out) {
    for (int i = 0; i < n; i++) {
        double f[RP_DOF + 1][12], tcp[12], v[3] = {0, 0, 0};
        rp_fk(r, q + 7 * i, f);
        rp_mul(f[r->dof], flange_from_tcp, tcp);
        for (int j = 0; j < r->dof; j++) {
            const double *m = f[j], z[3] = {m[2], m[6], m[10]}, w = d[7 * i + j];
            if (r->prismatic >> j & 1) {
                for (int k = 0; k < 3; k++) v[k] += w * z[k];
                continue;
            }
            const double x = tcp[3] - m[3], y = tcp[7] - m[7], e = tcp[11] - m[11];
            v[0] += w * (z[1] * e - z[2] * y);
            v[1] += w * (z[2] * x - z[0] * e);
            v[2] += w * (z[0] * y - z[1] * x);
        }
        double *o = out + 10 * i;
        for (int k = 0; k < 3; k++) {
            o[k] = tcp[4 * k + 3];
            o[3 + k] = tcp[4 * k + 2];
            o[6 + k] = tcp[4 * k];
        }
        o[9] = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    }
}
