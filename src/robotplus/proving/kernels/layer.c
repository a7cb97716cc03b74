/* The candidates of one layer: postures of all spins that are in the limits and free of collision. */
#include "ladder.h"

#include <stdlib.h>

#define NEARLY 2e-5 /* [m], [rad] by which models written in few digits miss */

/* Turn that takes the frame of spin 0 to the tool's, about the tool's axis. */
static double spin_at(const rp_robot *r, const double *base_from_tcp, const double *tcp, const double *q) {
    double f[RP_DOF + 1][12], at[12], x = 0, y = 0;
    rp_fk(r, q, f);
    rp_mul(f[r->dof], tcp, at);
    for (int k = 0; k < 3; k++) {
        x += base_from_tcp[4 * k] * at[4 * k];
        y += base_from_tcp[4 * k + 1] * at[4 * k];
    }
    return atan2(y, x);
}

/* 1 or -1 when the last joint turns the tool about its own axis (with or against it): it then only chooses the spin. */
static int last_spins(const rp_robot *r, const double *tcp) {
    double at[12];
    if (r->prismatic >> (r->dof - 1) & 1) return 0;
    rp_mul(r->tip, tcp, at); /* the joint turns about z of its own frame */
    if (fabs(at[3]) > NEARLY || fabs(at[7]) > NEARLY || fabs(at[10]) < 1 - NEARLY * NEARLY) return 0;
    return at[10] > 0 ? 1 : -1;
}

/* Every spin of a posture whose last joint turns the tool about its own axis; returns how many are in the limits. */
static int all_spins(const rp_robot *r, const double *q, double spin, int sense, int n_slot, int most, rp_candidate *out) {
    const int last = r->dof - 1;
    int n = 0;
    for (int k = 0; k < n_slot && n < most; k++) {
        double v = q[last] + sense * (RP_TURN * k / n_slot - spin);
        v -= RP_TURN * rint((v - 0.5 * (r->lower[last] + r->upper[last])) / RP_TURN);
        if (v < r->lower[last] || v > r->upper[last]) continue;
        memset(out[n].q, 0, sizeof out[n].q);
        memcpy(out[n].q, q, (size_t)last * sizeof(double));
        out[n].q[last] = v;
        out[n].slot = k;
        out[n++].branch = 0;
    }
    return n;
}

static int same_arm(const rp_robot *r, const double *a, const double *b) {
    for (int j = 0; j < r->dof - 1; j++)
        if (fabs(a[j] - b[j]) > 1e-4) return 0;
    return 1;
}

/* Arms of fewer than six joints cannot choose the spin: postures for position and direction, with the spin they bring;
 * where the last joint is free to choose it after all, with every spin. */
static int few_axes(const rp_task *t, const rp_robot *r, const double *base_from_tcp, int n_slot, rp_candidate *out) {
    double tcp[12], flange[12], found[RP_BRANCH * RP_DOF];
    rp_inv(t->tcp_from_flange, tcp);
    rp_mul(base_from_tcp, t->tcp_from_flange, flange);
    const int most = t->cap < RP_BRANCH ? t->cap : RP_BRANCH, sense = last_spins(r, tcp);
    const int n = rp_ik_point(r, flange, tcp, 1, found, most);
    int kept = 0;
    for (int i = 0; i < n; i++) {
        const double *q = found + RP_DOF * i, spin = spin_at(r, base_from_tcp, tcp, q);
        if (sense) {
            int known = 0;
            for (int k = 0; k < i && !known; k++) known = same_arm(r, found + RP_DOF * k, q);
            if (!known) kept += all_spins(r, q, spin, sense, n_slot, t->cap - kept, out + kept);
            continue;
        }
        rp_candidate *c = out + kept++;
        memset(c->q, 0, sizeof c->q);
        memcpy(c->q, q, RP_DOF * sizeof(double));
        c->slot = ((int)rint(spin / RP_TURN * n_slot) % n_slot + n_slot) % n_slot;
        c->branch = 0;
    }
    return kept;
}

/* 1 or -1 as last_spins where, besides, no coupling asks what the last joint is at: then one spin's postures are those of
 * all spins, but for the last joint. */
static int arm_serves_all(const rp_task *t, const rp_robot *r) {
    double tcp[12];
    for (int c = 0; c < r->n_coupling; c++)
        if (r->coupling[c][r->dof - 1] != 0) return 0;
    rp_inv(t->tcp_from_flange, tcp);
    return last_spins(r, tcp);
}

/* Postures of all spins from those of the first: the last joint takes up the difference. arm[i]: which posture of the other
 * joints candidate i has. */
static int by_last_joint(const rp_task *t, const rp_robot *r, const double *base_from_tcp, int sense, const double *spin,
                         const int32_t *at, int n, rp_candidate *out, int32_t *arm) {
    const int last = r->dof - 1;
    double turned[12], flange[12], q[RP_BRANCH * RP_DOF];
    uint8_t ok[RP_BRANCH];
    rp_robot loose = *r; /* a last joint out of its limits here may be in them at another spin */
    loose.lower[last] = -0.5 * RP_TURN;
    loose.upper[last] = 0.5 * RP_TURN;
    rp_spun(base_from_tcp, spin[at[0]], turned);
    rp_mul(turned, t->tcp_from_flange, flange);
    rp_ik_batch(&loose, flange, 1, 1, q, ok);
    int found = 0;
    for (int i = 0; i < n; i++)
        for (int b = 0; b < r->n_branch && found < t->cap; b++) {
            if (!ok[b]) continue;
            double v = q[RP_DOF * b + last] + sense * (spin[at[i]] - spin[at[0]]);
            v -= RP_TURN * rint((v - 0.5 * (r->lower[last] + r->upper[last])) / RP_TURN);
            if (v < r->lower[last] || v > r->upper[last]) continue;
            rp_candidate *c = out + found;
            memset(c->q, 0, sizeof c->q);
            memcpy(c->q, q + RP_DOF * b, (size_t)last * sizeof(double));
            c->q[last] = v;
            c->slot = at[i];
            c->branch = b;
            arm[found++] = b;
        }
    return found;
}

/* Postures of every spin for itself. */
static int spin_by_spin(const rp_task *t, const rp_robot *r, const double *base_from_tcp, const double *spin, const int32_t *at,
                        int n, rp_candidate *out) {
    const int nb = r->n_branch;
    double *pose = malloc(sizeof(double) * 12 * (size_t)n);
    double *q = malloc(sizeof(double) * RP_DOF * (size_t)nb * (size_t)n);
    uint8_t *ok = malloc((size_t)nb * (size_t)n);
    int found = 0;
    for (int i = 0; i < n; i++) {
        double turned[12], flange[12];
        rp_spun(base_from_tcp, spin[at[i]], turned);
        rp_mul(turned, t->tcp_from_flange, flange);
        for (int m = 0; m < 12; m++) pose[m * n + i] = flange[m];
    }
    rp_ik_batch(r, pose, n, n, q, ok);
    for (int i = 0; i < n; i++)
        for (int b = 0; b < nb && found < t->cap; b++) {
            if (!ok[b * n + i]) continue;
            rp_candidate *c = out + found++;
            memset(c->q, 0, sizeof c->q);
            for (int j = 0; j < r->dof; j++) c->q[j] = q[(b * RP_DOF + j) * n + i];
            c->slot = at[i];
            c->branch = b;
        }
    free(pose);
    free(q);
    free(ok);
    return found;
}

/* Keep the candidates whose joints can pull the tool as the layer asks. Those with the same `arm` (or null) can or cannot
 * together: the last joint, in which alone they differ, is free to do as it likes. */
static int keep_strong(const rp_task *t, const rp_scene *s, int32_t layer, int32_t *arm, rp_candidate *out, int found) {
    const double *asked = t->pull + 6 * layer, *w = s->base_from_world;
    const int free_spin = t->ring && t->slot_count[layer] > 1;
    double tcp[12], pull[6];
    int8_t known[RP_BRANCH];
    int any = 0, kept = 0;
    for (int i = 0; i < 6; i++) any |= asked[i] != 0;
    if (!any) return found;
    for (int i = 0; i < 6; i++) {
        const double *row = w + 4 * (i % 3), *v = asked + i - i % 3;
        pull[i] = row[0] * v[0] + row[1] * v[1] + row[2] * v[2];
    }
    rp_inv(t->tcp_from_flange, tcp);
    memset(known, -1, sizeof known);
    for (int i = 0; i < found; i++) {
        int bears = arm ? known[arm[i]] : -1;
        if (bears < 0) bears = rp_pull_use(s->robot, tcp, pull, free_spin, out[i].q) <= RP_PULLED;
        if (arm) known[arm[i]] = (int8_t)bears;
        if (!bears) continue;
        if (arm) arm[kept] = arm[i];
        out[kept++] = out[i];
    }
    return kept ? kept : RP_WEAK;
}

/* Strike out (alive = 0) candidates that are not free in the layer's phases. */
static void look(const rp_task *t, const rp_scene *s, int32_t layer, const rp_candidate *c, const int32_t *own, int n, int tool,
                 int part, uint8_t *alive) {
    float *q = malloc(sizeof(float) * RP_DOF * (size_t)(n + 1));
    for (int i = 0; i < n; i++)
        for (int j = 0; j < s->robot->dof; j++) q[j * n + i] = (float)c[own ? own[i] : i].q[j];
    const rp_phase phase = {t->stop[layer], t->carry[layer], t->near[layer]};
    rp_scene_free_part(s, &phase, q, n, n, tool, part, alive);
    if (layer == 0 && t->closing >= 0) { /* the cycle comes back here when everything has been placed */
        const rp_phase back = {t->closing, t->carry[layer], 0};
        rp_scene_free_part(s, &back, q, n, n, 1, part, alive);
    }
    free(q);
}

/* Keep the candidates that are free of collision. Those with the same `arm` (or null) differ in the last joint alone: what
 * it does not move is looked at once for all of them. */
static int keep_free(const rp_task *t, const rp_scene *s, int32_t layer, int tool, const int32_t *arm, rp_candidate *out, int found) {
    uint8_t *alive = malloc((size_t)found + 1), clear[RP_BRANCH];
    memset(alive, 1, (size_t)found + 1);
    if (arm) {
        int32_t own[RP_BRANCH], at[RP_BRANCH], n = 0;
        for (int b = 0; b < RP_BRANCH; b++) at[b] = -1;
        for (int i = 0; i < found; i++)
            if (at[arm[i]] < 0) at[arm[i]] = n, own[n++] = i;
        memset(clear, 1, sizeof clear);
        look(t, s, layer, out, own, n, tool, RP_ARM, clear);
        for (int i = 0; i < found; i++) alive[i] = clear[at[arm[i]]];
    }
    look(t, s, layer, out, 0, found, tool, arm ? RP_WRIST : RP_ALL, alive);
    int kept = 0;
    for (int i = 0; i < found; i++)
        if (alive[i]) out[kept++] = out[i];
    free(alive);
    return kept;
}

int32_t rp_layer(const rp_task *t, const rp_scene *s, int32_t layer, int32_t stride, int32_t windings, rp_candidate *out) {
    const rp_robot *r = s->robot;
    const int n_slot = t->slot_count[layer], first = t->slot_first[layer];
    const int step = n_slot > stride ? stride : 1;
    double base_from_tcp[12];
    int32_t *at = malloc(sizeof(int32_t) * (size_t)n_slot), *arm = 0;
    int n = 0, found = 0;
    rp_mul(s->base_from_world, t->pose + 12 * layer, base_from_tcp);
    for (int k = 0; k < n_slot; k += step)
        if (t->slot_ok[first + k]) at[n++] = k;
    const int free_spin = r->dof < 6 && t->ring && n_slot > 1;
    const int sense = free_spin || n < 2 ? 0 : arm_serves_all(t, r);
    if (free_spin) found = few_axes(t, r, base_from_tcp, n_slot, out);
    else if (sense) {
        arm = malloc(sizeof(int32_t) * (size_t)t->cap);
        found = by_last_joint(t, r, base_from_tcp, sense, t->spin + first, at, n, out, arm);
    } else if (n) found = spin_by_spin(t, r, base_from_tcp, t->spin + first, at, n, out);
    if (found) found = keep_strong(t, s, layer, arm, out, found);
    if (found > 0) found = keep_free(t, s, layer, free_spin, arm, out, found);
    for (int j = 0; windings && found > 0 && j < r->dof; j++) { /* every whole turn that fits, as its own candidate */
        const int before = found;
        for (int i = 0; rp_turns(r, j) && i < before; i++)
            for (int k = -2; k <= 2; k++) {
                const double v = out[i].q[j] + k * RP_TURN;
                if (!k || v < r->lower[j] || v > r->upper[j] || found >= t->cap) continue;
                out[found] = out[i];
                out[found++].q[j] = v;
            }
    }
    free(at);
    free(arm);
    return found;
}
