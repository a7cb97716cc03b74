/* The cheapest step onto each candidate of a layer from the candidates of the layer before, many at a time. */
#ifndef RP_STEPS_H
#define RP_STEPS_H
#include "ladder.h"

#define RP_NO_WAY 1e300
#define RP_BESIDE 4 /* no joined step changes the spin by more slots than this: rp_task.reach is less */

/* What steps cost a robot. */
typedef struct {
    const rp_robot *r;
    double weight[8]; /* 1 / speed */
    int wraps[8];
    double haste;     /* times its speed that a joint may need in a step of known time */
} rp_metric;

static inline double rp_wrapped(double d, int wraps) { return wraps ? d - RP_TURN * rint(d / RP_TURN) : d; }

/* The candidates of a layer, one a column, each joint's values behind each other. Sorted: slot k has the columns from
 * first[k] to first[k + 1]. In rows, one a branch: each slot has its own column, and at either end RP_BESIDE columns repeat
 * what a ring goes on with. Columns of nobody cost RP_NO_WAY. */
typedef struct {
    int32_t n_slot, width; /* columns of a row; 0: sorted */
    int32_t cap, *first, *at;
    double *q[RP_DOF], *cost;
    uint8_t used[RP_BRANCH]; /* the row holds a candidate */
} rp_columns;

/* Room for `most` candidates of so many slots. */
void rp_columns_open(rp_columns *x, const rp_robot *r, int32_t most, int32_t most_slots);
void rp_columns_close(rp_columns *x);

/* Lay out n candidates and what it costs to be there. */
void rp_columns_sorted(rp_columns *x, const rp_robot *r, const rp_candidate *c, const double *cost, int32_t n, int32_t n_slot);
void rp_columns_rows(rp_columns *x, const rp_robot *r, const rp_candidate *c, const double *cost, int32_t n, int32_t n_slot,
                     int32_t ring);

/* The least cost on the way to each of n candidates and the candidate it comes from (RP_NO_WAY, -1: there is none): by free
 * travel; */
void rp_steps_free(const rp_metric *m, const rp_columns *before, const rp_candidate *c, int32_t n, double *cost, int32_t *from);

/* joined, in dt [s] (0: as long as needed), from sorted ones at most `window` slots away; */
void rp_steps_joined(const rp_metric *m, const rp_columns *before, const rp_candidate *c, int32_t n, int32_t ring, int32_t window,
                     double dt, int32_t windings, double *cost, int32_t *from);

/* the same in rows, every `step` slots, from the own or from any branch. `here` is room to lay the candidates out in. */
void rp_steps_rows(const rp_metric *m, const rp_columns *before, rp_columns *here, const rp_candidate *c, int32_t n,
                   int32_t window, int32_t step, double dt, int32_t across, double *cost, int32_t *from);
#endif
