#include "steps.h"

#include <stdlib.h>

#define LANES 8
#define FAR 1.2 /* [rad] or [m] that a joint may change in a step that takes as long as needed */

/* Vectors of the compilers (gcc and clang know them): left to themselves they do not find whole registers here. */
typedef double lanes __attribute__((vector_size(8 * LANES)));
typedef int64_t masks __attribute__((vector_size(8 * LANES))); /* all bits of a lane, or none */

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

static lanes all(double x) { return x - (lanes){0}; }

static lanes load(const double *x) {
    lanes v;
    memcpy(&v, x, sizeof v);
    return v;
}

static lanes either(masks where, lanes a, lanes b) { return (lanes)(((masks)a & where) | ((masks)b & ~where)); }

static int any(masks where) {
    int64_t x = 0;
    for (int v = 0; v < LANES; v++) x |= where[v];
    return x != 0;
}

/* Size of the change d of a joint; of one that turns round, to the nearest turn. */
static lanes change(lanes d, int wraps) {
    if (wraps) {
        const double shift = 6755399441055744.0; /* 1.5 * 2^52: adding it rounds to an integer */
        d -= RP_TURN * ((d * (1 / RP_TURN) + shift) - shift);
    }
    return (lanes)((masks)d & INT64_MAX);
}

/* The cheapest so far, lane by lane, and the columns they come from. */
typedef struct {
    lanes cost, column;
} cheapest;

static void consider(cheapest *best, lanes cost, int32_t column) {
    const masks better = cost < best->cost;
    best->cost = either(better, cost, best->cost);
    best->column = either(better, (lanes){0, 1, 2, 3, 4, 5, 6, 7} + column, best->column);
}

/* Of all lanes; of equals the first column. */
static void settle(const cheapest *best, const rp_columns *before, double *cost, int32_t *from) {
    int32_t column = -1;
    *cost = RP_NO_WAY;
    for (int v = 0; v < LANES; v++)
        if (best->cost[v] < *cost || (best->cost[v] == *cost && column > (int32_t)best->column[v])) {
            *cost = best->cost[v];
            column = (int32_t)best->column[v];
        }
    *from = column < 0 ? -1 : before->at[column];
}

static masks within(int32_t column, int32_t last) { return (lanes){0, 1, 2, 3, 4, 5, 6, 7} < (double)(last - column); }

void rp_steps_free(const rp_metric *m, const rp_columns *before, const rp_candidate *c, int32_t n, double *cost, int32_t *from) {
    const int32_t last = before->first[before->n_slot];
    for (int32_t i = 0; i < n; i++) {
        cheapest best = {all(RP_NO_WAY), all(-1)};
        for (int32_t k = 0; k < last; k += LANES) {
            lanes slowest = {0};
            for (int j = 0; j < m->r->dof; j++) {
                const lanes u = change(c[i].q[j] - load(before->q[j] + k), 0) * m->weight[j];
                slowest = either(u > slowest, u, slowest);
            }
            consider(&best, either(within(k, last), load(before->cost + k) + slowest, all(RP_NO_WAY)), k);
        }
        settle(&best, before, cost + i, from + i);
    }
}

/* A joined step as it is looked at: limits of the joints, and costs per square of the time they need. */
typedef struct {
    double limit[RP_DOF], share;
    int wraps[RP_DOF];
} joined;

static joined joined_step(const rp_metric *m, double dt, int windings) {
    joined step = {.share = 1 / (dt + 0.05)};
    for (int j = 0; j < m->r->dof; j++) {
        step.limit[j] = dt > 0 ? m->haste * dt / m->weight[j] : FAR;
        step.wraps[j] = m->wraps[j] && !windings;
    }
    return step;
}

/* Joined steps from the candidates of some slots. */
static void from_slots(const rp_metric *m, const rp_columns *before, const joined *step, int32_t low, int32_t high, const double *q,
                       cheapest *best) {
    const int32_t last = before->first[high + 1];
    for (int32_t k = before->first[low]; k < last; k += LANES) {
        lanes sum = {0};
        masks possible = within(k, last);
        for (int j = 0; j < m->r->dof; j++) {
            const lanes d = change(q[j] - load(before->q[j] + k), step->wraps[j]), u = d * m->weight[j];
            sum += u * u;
            possible &= d <= step->limit[j];
            if (j < 3 && !any(possible)) break; /* most postures differ in their first joints */
        }
        if (any(possible)) consider(best, either(possible, load(before->cost + k) + sum * step->share, all(RP_NO_WAY)), k);
    }
}

void rp_steps_joined(const rp_metric *m, const rp_columns *before, const rp_candidate *c, int32_t n, int32_t ring, int32_t window,
                     double dt, int32_t windings, double *cost, int32_t *from) {
    const int32_t slots = before->n_slot;
    const joined step = joined_step(m, dt, windings);
    for (int32_t i = 0; i < n; i++) {
        const int32_t low = c[i].slot - window, high = c[i].slot + window;
        cheapest best = {all(RP_NO_WAY), all(-1)};
        from_slots(m, before, &step, low < 0 ? 0 : low, high < slots ? high : slots - 1, c[i].q, &best);
        if (ring && low < 0) from_slots(m, before, &step, slots + low, slots - 1, c[i].q, &best);
        if (ring && high >= slots) from_slots(m, before, &step, 0, high - slots, c[i].q, &best);
        settle(&best, before, cost + i, from + i);
    }
}

void rp_steps_rows(const rp_metric *m, const rp_columns *before, rp_columns *here, const rp_candidate *c, int32_t n,
                   int32_t window, int32_t step, double dt, int32_t across, double *cost, int32_t *from) {
    const int32_t width = before->width, n_branch = m->r->n_branch, last = RP_BESIDE + before->n_slot;
    const joined costs = joined_step(m, dt, 0);
    for (int32_t i = 0; i < n; i++) cost[i] = RP_NO_WAY, from[i] = -1;
    rp_columns_rows(here, m->r, c, cost, n, before->n_slot, 0);
    for (int32_t b = 0; b < n_branch; b++) {
        if (!here->used[b]) continue;
        for (int32_t k = RP_BESIDE; k < last; k += LANES) {
            cheapest best = {all(RP_NO_WAY), all(-1)};
            const int32_t to = b * width + k;
            for (int32_t w = -window; w <= window; w += step)
                for (int32_t a = across ? 0 : b; a <= (across ? n_branch - 1 : b); a++) {
                    if (!before->used[a]) continue;
                    const int32_t origin = a * width + k + w;
                    lanes sum = {0};
                    masks possible = load(before->cost + origin) < best.cost;
                    for (int j = 0; j < m->r->dof; j++) {
                        const lanes d = change(load(here->q[j] + to) - load(before->q[j] + origin), costs.wraps[j]);
                        sum += d * m->weight[j] * (d * m->weight[j]);
                        possible &= d <= costs.limit[j];
                    }
                    consider(&best, either(possible, load(before->cost + origin) + sum * costs.share, all(RP_NO_WAY)), origin);
                }
            for (int v = 0; v < LANES && k + v < last; v++) {
                if (best.column[v] < 0 || here->at[to + v] < 0) continue;
                cost[here->at[to + v]] = best.cost[v];
                from[here->at[to + v]] = before->at[(int32_t)best.column[v]];
            }
        }
    }
}
