#include "steps.h"

#include <stdlib.h>

#define HURRIED 3    /* what easing may make possible */
#define SHUNNED 0.3  /* [rad] */
#define MOST_CARRIED 24
#define CARRY_STEPS 14
#define CARRY_CLOSED 1e-9

void rp_survey(const rp_task *t, const rp_robot *r, const rp_world *const *w, const int32_t *pair, int32_t n_pair,
               const double *bases, int32_t n_base, const int32_t *layers, int32_t n_layer, int32_t stride, int32_t *alive,
               int32_t *count) {
    rp_scene *s = malloc(sizeof *s);
    rp_candidate *c = malloc(sizeof *c * (size_t)t->cap);
    int32_t *order = malloc(sizeof(int32_t) * (size_t)n_layer);
    memcpy(order, layers, sizeof(int32_t) * (size_t)n_layer);
    for (int b = 0; b < n_base; b++) {
        if (b && w[b] != w[b - 1]) memcpy(order, layers, sizeof(int32_t) * (size_t)n_layer);
        rp_scene_init(s, r, w[b], bases + 12 * b, pair, n_pair);
        alive[b] = -1;
        count[b] = 0;
        if (!rp_base_free(s)) continue;
        alive[b] = 0;
        count[b] = INT32_MAX;
        for (int i = 0; i < n_layer; i++) {
            const int found = rp_layer(t, s, order[i], stride, 0, c);
            if (found < count[b]) count[b] = found;
            if (found <= 0) { /* what killed this place will kill the next ones soonest */
                const int32_t killer = order[i];
                memmove(order + 1, order, sizeof(int32_t) * (size_t)i);
                order[0] = killer;
                break;
            }
            alive[b]++;
        }
    }
    free(order);
    free(c);
    free(s);
}

static double node_cost(const rp_robot *r, const double *q) {
    double worst = 0;
    for (int j = 0; j < r->dof; j++) {
        const double u = fabs(2 * q[j] - r->lower[j] - r->upper[j]) / (r->upper[j] - r->lower[j]);
        if (u > worst) worst = u;
    }
    worst *= worst;
    return 0.05 * worst * worst * worst * worst;
}

/* Postures that are reached from the cheapest ones of the layer before by Newton steps, at the same spin, behind the
 * `found` candidates of this layer: arms with a joint to spare may have none of these near by. Returns how many there are
 * then. */
static int carried_on(const rp_task *t, const rp_scene *s, int32_t layer, const rp_candidate *before, const double *cost,
                      int n_before, rp_candidate *out, int found) {
    const rp_robot *r = s->robot;
    const int first = found;
    double base_from_tcp[12], turned[12], flange[12];
    float qf[RP_DOF * MOST_CARRIED];
    uint8_t alive[MOST_CARRIED];
    int chosen[MOST_CARRIED], n = 0;
    rp_mul(s->base_from_world, t->pose + 12 * layer, base_from_tcp);
    for (int i = 0; i < n_before; i++) { /* the cheapest, in order */
        if (cost[i] >= 1e300) continue;
        if (n == MOST_CARRIED && cost[chosen[n - 1]] <= cost[i]) continue;
        int k = n < MOST_CARRIED ? n++ : n - 1;
        for (; k > 0 && cost[chosen[k - 1]] > cost[i]; k--) chosen[k] = chosen[k - 1];
        chosen[k] = i;
    }
    for (int i = 0; i < n && found < t->cap; i++) {
        rp_candidate *c = out + found;
        *c = before[chosen[i]];
        if (c->slot >= t->slot_count[layer] || !t->slot_ok[t->slot_first[layer] + c->slot]) continue;
        rp_spun(base_from_tcp, t->spin[t->slot_first[layer] + c->slot], turned);
        rp_mul(turned, t->tcp_from_flange, flange);
        found += rp_newton(r, flange, 0, 0, CARRY_STEPS, CARRY_CLOSED, c->q);
    }
    const int added = found - first;
    memset(alive, 1, sizeof alive);
    for (int i = 0; i < added; i++)
        for (int j = 0; j < r->dof; j++) qf[j * added + i] = (float)out[first + i].q[j];
    const rp_phase phase = {t->stop[layer], t->carry[layer], t->near[layer]};
    rp_scene_free(s, &phase, qf, added, added, 0, alive);
    found = first;
    for (int i = 0; i < added; i++)
        if (alive[i]) out[found++] = out[first + i];
    return found;
}

/* Drops candidates of a layer that lie within SHUNNED of one of n_shun postures (rows of 7, `apart` doubles from one to the
 * next); returns how many are left. */
static int without(const rp_metric *m, const double *shun, int32_t n_shun, int64_t apart, rp_candidate *c, int n) {
    int kept = 0;
    for (int i = 0; i < n; i++) {
        int near = 0;
        for (int k = 0; k < n_shun && !near; k++) {
            near = 1;
            for (int j = 0; j < m->r->dof && near; j++)
                near = fabs(rp_wrapped(c[i].q[j] - shun[k * apart + j], m->wraps[j])) < SHUNNED;
        }
        if (!near) c[kept++] = c[i];
    }
    return kept;
}

int32_t rp_ladder(const rp_task *t, const rp_scene *s, int32_t stride, int32_t way, const double *shun, int32_t n_shun, double *q,
                  int32_t *slot, double *total, int32_t *stuck) {
    const rp_robot *r = s->robot;
    const int L = t->n_layer, windings = way == RP_WINDINGS, across = way == RP_ACROSS;
    const int closed = r->ik_class != RP_IK_GENERIC && !windings;
    rp_metric m = {.r = r, .haste = across ? HURRIED : 0.98};
    for (int j = 0; j < r->dof; j++) {
        m.weight[j] = 1 / r->vmax[j];
        m.wraps[j] = rp_turns(r, j) && r->upper[j] - r->lower[j] > RP_TURN + 1e-3; /* or a turn's ends do not join */
    }
    rp_candidate *scratch = malloc(sizeof *scratch * (size_t)t->cap);
    rp_candidate **node = calloc((size_t)L, sizeof *node);
    int32_t **back = calloc((size_t)L, sizeof *back), *n = calloc((size_t)L, sizeof *n);
    double **cost = calloc((size_t)L, sizeof *cost);
    rp_columns before, here;
    int32_t most_slots = 1;
    for (int l = 0; l < L; l++)
        if (t->slot_count[l] > most_slots) most_slots = t->slot_count[l];
    rp_columns_open(&before, r, t->cap, most_slots);
    rp_columns_open(&here, r, t->cap, most_slots);
    int32_t failed = 0;
    *stuck = 0;
    for (int l = 0; l < L && !failed; l++) {
        n[l] = rp_layer(t, s, l, stride, windings, scratch);
        if (n[l] == RP_WEAK) {
            n[l] = 0;
            failed = 1 + l;
            *stuck = 4;
            break;
        }
        if (across && l && t->joined[l] && r->dof > 6) n[l] = carried_on(t, s, l, node[l - 1], cost[l - 1], n[l - 1], scratch, n[l]);
        n[l] = without(&m, shun + 7 * l, n_shun, 7 * (int64_t)L, scratch, n[l]);
        if (!n[l]) {
            failed = 1 + l;
            *stuck = 1;
            break;
        }
        node[l] = malloc(sizeof(rp_candidate) * (size_t)n[l]);
        memcpy(node[l], scratch, sizeof(rp_candidate) * (size_t)n[l]);
        back[l] = malloc(sizeof(int32_t) * (size_t)n[l]);
        cost[l] = malloc(sizeof(double) * (size_t)n[l]);
        const int slots = t->slot_count[l], step = slots > stride ? stride : 1;
        const int held = t->hold_spin[l] == 2 || (t->hold_spin[l] && way == RP_SAME_BRANCH);
        const int window = r->dof < 6 && t->ring ? t->reach + 1 : held ? 0 : (t->reach + step - 1) / step;
        const int rows = closed && l && t->joined[l];
        if (l) {
            if (rows) rp_columns_rows(&before, r, node[l - 1], cost[l - 1], n[l - 1], slots, t->ring);
            else rp_columns_sorted(&before, r, node[l - 1], cost[l - 1], n[l - 1], t->slot_count[l - 1]);
        }
        if (!l) memset(cost[l], 0, sizeof(double) * (size_t)n[l]);
        else if (!t->joined[l]) rp_steps_free(&m, &before, node[l], n[l], cost[l], back[l]);
        else if (rows) rp_steps_rows(&m, &before, &here, node[l], n[l], window * step, step, t->dt[l], across, cost[l], back[l]);
        else rp_steps_joined(&m, &before, node[l], n[l], t->ring, window * step, t->dt[l], windings, cost[l], back[l]);
        int reached = 0;
        for (int i = 0; i < n[l]; i++) {
            if (cost[l][i] >= RP_NO_WAY) continue;
            cost[l][i] += node_cost(r, node[l][i].q);
            reached = 1;
        }
        if (!reached) {
            failed = 1 + l;
            *stuck = 2;
        }
    }
    if (!failed) {
        int best = 0;
        for (int i = 1; i < n[L - 1]; i++)
            if (cost[L - 1][i] < cost[L - 1][best]) best = i;
        *total = cost[L - 1][best];
        for (int l = L - 1, i = best; l >= 0; i = back[l][i], l--) {
            memcpy(q + 7 * l, node[l][i].q, 7 * sizeof(double));
            slot[l] = node[l][i].slot;
        }
        /* joined layers continue the turn they are in; then each joined run is moved by whole turns into the limits */
        for (int a = 0; a < L && !failed;) {
            int e = a + 1;
            while (e < L && t->joined[e]) e++;
            for (int j = 0; j < r->dof; j++) {
                double lo = q[7 * a + j], hi = lo;
                for (int l = a + 1; l < e; l++) {
                    double *v = q + 7 * l + j;
                    if (m.wraps[j]) *v = *(v - 7) + rp_wrapped(*v - *(v - 7), 1);
                    if (*v < lo) lo = *v;
                    if (*v > hi) hi = *v;
                }
                double shift = 0;
                if (lo < r->lower[j]) shift = RP_TURN * ceil((r->lower[j] - lo) / RP_TURN - 1e-9);
                else if (hi > r->upper[j]) shift = -RP_TURN * ceil((hi - r->upper[j]) / RP_TURN - 1e-9);
                if (lo + shift < r->lower[j] - 1e-9 || hi + shift > r->upper[j] + 1e-9) {
                    failed = 1 + a;
                    *stuck = 3;
                }
                for (int l = a; l < e; l++) q[7 * l + j] += shift;
            }
            a = e;
        }
    }
    for (int l = 0; l < L; l++) {
        free(node[l]);
        free(back[l]);
        free(cost[l]);
    }
    free(node);
    free(back);
    free(cost);
    free(n);
    rp_columns_close(&before);
    rp_columns_close(&here);
    free(scratch);
    return failed;
}

void rp_tool_mask(const rp_task *t, const rp_robot *r, const rp_world *w, uint8_t *slot_ok) {
    for (int l = 0; l < t->n_layer; l++)
        for (int k = 0; k < t->slot_count[l]; k++) {
            double turned[12], flange[12], box[12];
            int ok = 1;
            rp_spun(t->pose + 12 * l, t->spin[t->slot_first[l] + k], turned);
            rp_mul(turned, t->tcp_from_flange, flange);
            for (int b = 0; b < r->n_box && ok; b++) {
                const int link = r->box_link[b], part = link - r->dof - 2;
                if (link <= r->dof || (part >= 0 && part != t->carry[l])) continue;
                rp_mul(flange, r->box_pose[b], box);
                for (int o = 0; o < w->n && ok; o++) {
                    if (w->first[o] > t->stop[l] || t->stop[l] > w->last[o] || w->flags[o] & RP_BASE) continue;
                    if (part >= 0 && t->near[l] && w->touch[t->stop[l] * w->n_id + w->id[o]]) continue;
                    const double asked = (t->near[l] ? w->tool_clearance : w->min_clearance) + 1e-4;
                    const double *pose = w->pose + 12 * o, *half = w->half + 3 * o;
                    const double gap = rp_box_gap(pose, half, box, r->box_half[b]);
                    ok = gap >= asked || (gap > 0 && rp_boxes_apart(pose, half, box, r->box_half[b], asked));
                }
            }
            slot_ok[t->slot_first[l] + k] = (uint8_t)ok;
        }
}
