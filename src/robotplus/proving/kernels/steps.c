#include "steps.h"

#include <stdlib.h>

#define LANES 8
#define FAR 1.2 /* [rad] or [m] that a joint may change in a step that takes as long as needed */

typedef double lanes[LANES];

static int32_t whole_lanes(int32_t n) { return (n + LANES - 1) / LANES * LANES; }
static int32_t row_width(int32_t n_slot) { return whole_lanes(n_slot) + 2 * RP_BESIDE; }

void rp_columns_open(rp_columns *x, const rp_robot *r, int32_t most, int32_t most_slots) {
    const int32_t in_rows = r->n_branch * row_width(most_slots);
    x->cap = (in_rows > most ? in_rows : most) + LANES; /* whole lanes are read behind the last */
    x->at = malloc(sizeof(int32_t) * (size_t)x->cap);
    x->first = malloc(sizeof(int32_t) * (size_t)(most_slots + 2));
    x->cost = calloc((size_t)x->cap * (RP_DOF + 1), sizeof(double));
    for (int j = 0; j < RP_DOF; j++) x->q[j] = x->cost + (size_t)(j + 1) * (size_t)x->cap;
}

void rp_columns_close(rp_columns *x) {
    free(x->at);
    free(x->first);
    free(x->cost);
}

static void put(rp_columns *x, const rp_robot *r, int32_t column, const rp_candidate *c, double cost, int32_t at) {
    for (int j = 0; j < r->dof; j++) x->q[j][column] = c->q[j];
    x->cost[column] = cost;
    x->at[column] = at;
}

void rp_columns_sorted(rp_columns *x, const rp_robot *r, const rp_candidate *c, const double *cost, int32_t n, int32_t n_slot) {
    x->n_slot = n_slot;
    x->width = 0;
    memset(x->first, 0, sizeof(int32_t) * (size_t)(n_slot + 2));
    for (int32_t i = 0; i < n; i++) x->first[c[i].slot + 2]++;
    for (int32_t k = 2; k < n_slot + 2; k++) x->first[k] += x->first[k - 1];
    for (int32_t i = 0; i < n; i++) put(x, r, x->first[c[i].slot + 1]++, c + i, cost[i], i);
}

void rp_columns_rows(rp_columns *x, const rp_robot *r, const rp_candidate *c, const double *cost, int32_t n, int32_t n_slot,
                     int32_t ring) {
    x->n_slot = n_slot;
    x->width = row_width(n_slot);
    memset(x->used, 0, sizeof x->used);
    for (int32_t i = 0; i < r->n_branch * x->width; i++) x->cost[i] = RP_NO_WAY, x->at[i] = -1;
    for (int32_t i = 0; i < n; i++) {
        const int32_t row = c[i].branch * x->width + RP_BESIDE, k = c[i].slot;
        if (k >= n_slot) continue; /* of a stop with more spins */
        x->used[c[i].branch] = 1;
        put(x, r, row + k, c + i, cost[i], i);
        if (!ring) continue;
        if (k >= n_slot - RP_BESIDE) put(x, r, row + k - n_slot, c + i, cost[i], i);
        if (k < RP_BESIDE) put(x, r, row + k + n_slot, c + i, cost[i], i);
    }
}

static void none_yet(int32_t n, double *cost, int32_t *from) {
    for (int32_t i = 0; i < n; i++) cost[i] = RP_NO_WAY, from[i] = -1;
}

/* Take over the best of some columns. */
static void choose(const rp_columns *before, int32_t column, int32_t n, const lanes cost, double *best, int32_t *from) {
    for (int32_t i = 0; i < n && i < LANES; i++)
        if (cost[i] < *best) *best = cost[i], *from = before->at[column + i];
}

void rp_steps_free(const rp_metric *m, const rp_columns *before, const rp_candidate *c, int32_t n, double *cost, int32_t *from) {
    const int32_t all = before->first[before->n_slot];
    none_yet(n, cost, from);
    for (int32_t i = 0; i < n; i++)
        for (int32_t k = 0; k < all; k += LANES) {
            lanes slowest = {0};
            for (int j = 0; j < m->r->dof; j++) {
                const double *x = before->q[j] + k, to = c[i].q[j], weight = m->weight[j];
                for (int v = 0; v < LANES; v++) {
                    const double u = fabs(to - x[v]) * weight;
                    slowest[v] = u > slowest[v] ? u : slowest[v];
                }
            }
            for (int v = 0; v < LANES; v++) slowest[v] += before->cost[k + v];
            choose(before, k, all - k, slowest, cost + i, from + i);
        }
}

/* What joined steps from columns x to columns y (or one posture: y_step 0) of a joint add to the sums of squared times; how
 * far it goes beyond its limit at most so far. */
static inline void add_joint(const double *x, const double *y, int y_step, int wraps, double weight, double limit, lanes sum,
                             lanes over) {
    for (int v = 0; v < LANES; v++) {
        const double d = fabs(rp_wrapped(y[v * y_step] - x[v], wraps)), u = d * weight;
        sum[v] += u * u;
        over[v] = d - limit > over[v] ? d - limit : over[v];
    }
}

static void limits(const rp_metric *m, double dt, double *limit) {
    for (int j = 0; j < m->r->dof; j++) limit[j] = dt > 0 ? m->haste * dt / m->weight[j] : FAR;
}

static inline void total(const double *before, const lanes sum, const lanes over, double share, lanes cost) {
    for (int v = 0; v < LANES; v++) cost[v] = over[v] > 0 ? RP_NO_WAY : before[v] + sum[v] * share;
}

/* A joined step as it is looked at: limits of the joints, and costs per square of the time they need. */
typedef struct {
    double limit[RP_DOF], share;
    int windings;
} joined;

/* From the candidates of some slots. */
static void from_slots(const rp_metric *m, const rp_columns *before, const joined *step, int32_t low, int32_t high, const double *q,
                       double *cost, int32_t *from) {
    const int32_t last = before->first[high + 1];
    for (int32_t k = before->first[low]; k < last; k += LANES) {
        lanes sum = {0}, over = {0}, found;
        for (int j = 0; j < m->r->dof; j++)
            add_joint(before->q[j] + k, q + j, 0, m->wraps[j] && !step->windings, m->weight[j], step->limit[j], sum, over);
        total(before->cost + k, sum, over, step->share, found);
        choose(before, k, last - k, found, cost, from);
    }
}

void rp_steps_joined(const rp_metric *m, const rp_columns *before, const rp_candidate *c, int32_t n, int32_t ring, int32_t window,
                     double dt, int32_t windings, double *cost, int32_t *from) {
    const int32_t slots = before->n_slot;
    joined step = {.share = 1 / (dt + 0.05), .windings = windings};
    limits(m, dt, step.limit);
    none_yet(n, cost, from);
    for (int32_t i = 0; i < n; i++) {
        const int32_t low = c[i].slot - window, high = c[i].slot + window;
        from_slots(m, before, &step, low < 0 ? 0 : low, high < slots ? high : slots - 1, c[i].q, cost + i, from + i);
        if (!ring) continue;
        if (low < 0) from_slots(m, before, &step, slots + low, slots - 1, c[i].q, cost + i, from + i);
        if (high >= slots) from_slots(m, before, &step, 0, high - slots, c[i].q, cost + i, from + i);
    }
}

void rp_steps_rows(const rp_metric *m, const rp_columns *before, rp_columns *here, const rp_candidate *c, int32_t n,
                   int32_t window, int32_t step, double dt, int32_t across, double *cost, int32_t *from) {
    const int32_t width = before->width, n_branch = m->r->n_branch;
    double limit[RP_DOF];
    limits(m, dt, limit);
    none_yet(n, cost, from);
    rp_columns_rows(here, m->r, c, cost, n, before->n_slot, 0);
    for (int32_t b = 0; b < n_branch; b++) {
        if (!here->used[b]) continue;
        for (int32_t k = RP_BESIDE; k < RP_BESIDE + before->n_slot; k += LANES) {
            lanes best, way; /* the column it comes from */
            const int32_t to = b * width + k;
            for (int v = 0; v < LANES; v++) best[v] = RP_NO_WAY, way[v] = -1;
            for (int32_t w = -window; w <= window; w += step)
                for (int32_t a = across ? 0 : b; a <= (across ? n_branch - 1 : b); a++) {
                    if (!before->used[a]) continue;
                    const int32_t origin = a * width + k + w;
                    lanes sum = {0}, over = {0}, found;
                    for (int j = 0; j < m->r->dof; j++)
                        add_joint(before->q[j] + origin, here->q[j] + to, 1, m->wraps[j], m->weight[j], limit[j], sum, over);
                    total(before->cost + origin, sum, over, 1 / (dt + 0.05), found);
                    for (int v = 0; v < LANES; v++) {
                        const int better = found[v] < best[v];
                        way[v] = better ? origin + v : way[v];
                        best[v] = better ? found[v] : best[v];
                    }
                }
            for (int v = 0; v < LANES && k + v < RP_BESIDE + before->n_slot; v++) {
                if (way[v] < 0 || here->at[to + v] < 0) continue;
                cost[here->at[to + v]] = best[v];
                from[here->at[to + v]] = before->at[(int32_t)way[v]];
            }
        }
    }
}
