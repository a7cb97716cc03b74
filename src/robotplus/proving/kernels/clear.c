#include "motion.h"

#define CAP 0.2 /* [m] distances beyond this are not told apart */

typedef struct {
    double slack, clearance, self, move; /* move: what the deciding pair may move */
    int32_t pair;
} probe;

/* Distances at q, less what every box may move while joint j turns by at most w[j] to either side.
 *
 * A point of a box at distance rho_j from axis j moves at most D = sum_j w_j (rho_j + 2 D') with D' <= D, because its
 * distance from any axis changes by at most twice what points move; so D <= sum_j w_j rho_j / (1 - 2 sum_j w_j). */
static probe probe_at(const rp_scene *s, const rp_phase *phase, const double *q, const double *w) {
    const rp_robot *r = s->robot;
    const rp_world *world = s->world;
    double f[RP_DOF + 1][12], box[RP_BOXES][12], part[RP_DOF][RP_BOXES], total = 0;
    probe out = {1e300, CAP, CAP, 0, -1};
    rp_fk(r, q, f);
    rp_boxes(r, f, box);
    for (int j = 0; j < r->dof; j++) total += r->prismatic >> j & 1 ? 0 : w[j];
    if (total >= 0.45) { /* too long a piece to say anything */
        out.slack = -1e300;
        return out;
    }
    const double grow = 1 / (1 - 2 * total);
    for (int b = 0; b < r->n_box; b++) {
        const int l = r->box_link[b] > r->dof ? r->dof : r->box_link[b];
        for (int j = 0; j < l; j++) {
            if (r->prismatic >> j & 1) part[j][b] = w[j] * grow;
            else {
                const double x = box[b][3] - f[j][3], y = box[b][7] - f[j][7], z = box[b][11] - f[j][11];
                const double along = x * f[j][2] + y * f[j][6] + z * f[j][10];
                part[j][b] = w[j] * grow * (sqrt(fmax(0, x * x + y * y + z * z - along * along)) + s->box_radius[b]);
            }
        }
    }
    for (int b = 0; b < r->n_box; b++) {
        const int link = r->box_link[b], l = link > r->dof ? r->dof : link;
        if (link == 0 || (link > r->dof + 1 && link - r->dof - 2 != phase->carry)) continue;
        double D = 0;
        for (int j = 0; j < l; j++) D += part[j][b];
        for (int k = 0; k < world->n; k++) {
            if (world->first[k] > phase->stop || phase->stop > world->last[k]) continue;
            if (link <= 1 && (world->flags[k] & RP_FLOOR)) continue;
            if (link > r->dof + 1 && phase->near && world->touch[phase->stop * world->n_id + world->id[k]]) continue;
            const double asked = phase->near && link > r->dof ? world->tool_clearance : world->min_clearance;
            const double *c = s->pose[k];
            const double x = box[b][3] - c[3], y = box[b][7] - c[7], z = box[b][11] - c[11];
            const double far = CAP + D + s->radius[k] + s->box_radius[b];
            if (x * x + y * y + z * z > far * far) continue;
            const double g = rp_box_gap(c, world->half + 3 * k, box[b], r->box_half[b]) - D;
            if (g - asked < out.slack) {
                out.slack = g - asked;
                out.move = D;
                out.pair = -1;
            }
            if (g < out.clearance) out.clearance = g;
        }
    }
    for (int p = 0; p < s->n_pair; p++) {
        const int i = s->pair[2 * p], j = s->pair[2 * p + 1];
        if (j > r->dof + 1 && j - r->dof - 2 != phase->carry) continue;
        for (int b = s->link_first[j]; b < s->link_first[j] + s->link_count[j]; b++) {
            double D = 0;
            for (int k = i; k < (j > r->dof ? r->dof : j); k++) D += part[k][b];
            for (int a = s->link_first[i]; a < s->link_first[i] + s->link_count[i]; a++) {
                const double g = rp_box_gap(box[a], r->box_half[a], box[b], r->box_half[b]) - D;
                if (g < out.slack) {
                    out.slack = g;
                    out.move = D;
                    out.pair = p;
                }
                if (g < out.self) out.self = g;
            }
        }
    }
    return out;
}

static void value_at(double h, double u, const double *q, const double *d, const double *a, int dof, double *out) {
    for (int j = 0; j < dof; j++) {
        double B[6] = {q[j],
                       q[j] + h * d[j] / 5,
                       q[j] + 2 * h * d[j] / 5 + h * h * a[j] / 20,
                       q[7 + j] - 2 * h * d[7 + j] / 5 + h * h * a[7 + j] / 20,
                       q[7 + j] - h * d[7 + j] / 5,
                       q[7 + j]};
        for (int n = 5; n > 0; n--)
            for (int k = 0; k < n; k++) B[k] = B[k] * (1 - u) + B[k + 1] * u;
        out[j] = B[0];
    }
}

int32_t rp_prove_move(const rp_scene *s, const rp_phase *phase, int32_t n, const double *t, const double *q, const double *d,
                      const double *a, rp_clear *out) {
    const int dof = s->robot->dof;
    *out = (rp_clear){1e300, CAP, CAP, 0, 0, -1};
    for (int i = 0; i < n - 1; i++) {
        const double h = t[i + 1] - t[i];
        double top[RP_DOF]; /* highest |qd| in the piece */
        for (int j = 0; j < dof; j++) {
            const double *q0 = q + 7 * i, *d0 = d + 7 * i, *a0 = a + 7 * i;
            const double B[6] = {q0[j], q0[j] + h * d0[j] / 5, q0[j] + 2 * h * d0[j] / 5 + h * h * a0[j] / 20,
                                 q0[7 + j] - 2 * h * d0[7 + j] / 5 + h * h * a0[7 + j] / 20, q0[7 + j] - h * d0[7 + j] / 5, q0[7 + j]};
            top[j] = 0;
            for (int k = 0; k < 5; k++) top[j] = fmax(top[j], 5 / h * fabs(B[k + 1] - B[k]));
        }
        double from[40], to[40];
        int depth = 1;
        from[0] = 0, to[0] = 1;
        while (depth) {
            depth--;
            const double u0 = from[depth], u1 = to[depth];
            double mid[RP_DOF], w[RP_DOF];
            value_at(h, 0.5 * (u0 + u1), q + 7 * i, d + 7 * i, a + 7 * i, dof, mid);
            for (int j = 0; j < dof; j++) w[j] = 0.5 * (u1 - u0) * h * top[j];
            const probe p = probe_at(s, phase, mid, w);
            out->evaluations++;
            const double least = fmin(p.clearance, p.self);
            /* split where it does not hold yet, or where the bound would claim much less than is true */
            const int split = p.slack < 1e-4 || (least < 0.1 && p.move > 0.3 * (fmax(least, 0) + p.move) + 5e-4);
            if (split && u1 - u0 > 1.0 / 2048) {
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

int32_t rp_line_free(const rp_scene *s, const rp_phase *phase, const double *a, const double *b) {
    const int dof = s->robot->dof;
    double from[32], to[32];
    int depth = 1;
    from[0] = 0, to[0] = 1;
    while (depth) {
        depth--;
        const double u0 = from[depth], u1 = to[depth], u = 0.5 * (u0 + u1);
        double mid[RP_DOF], w[RP_DOF], widest = 0;
        for (int j = 0; j < dof; j++) {
            mid[j] = a[j] + (b[j] - a[j]) * u;
            w[j] = 0.5 * (u1 - u0) * fabs(b[j] - a[j]);
            widest = fmax(widest, w[j]);
        }
        const probe p = probe_at(s, phase, mid, w);
        if (p.slack >= 1e-3) continue;
        if (p.slack > -1e299 && p.slack + p.move < 1e-3) return 0; /* the middle itself is too close */
        if (widest < 2e-3) return 0;
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
