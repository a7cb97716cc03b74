/* Pairs of bodies over pieces of motion: what is clear over a whole piece is not looked at again in parts of it. */
#ifndef RP_SWEEP_H
#define RP_SWEEP_H
#include "scene.h"

#define SWEEP_CAP 0.2 /* [m] distances beyond this are not told apart */

/* A box of the robot and what it may not meet: a box of the cell, or one of an earlier link. */
typedef struct {
    int16_t still, moving; /* indices of boxes; `still` of the cell where pair < 0 */
    int16_t from;          /* first joint that moves one against the other */
    int16_t pair;          /* self pair, or -1 */
    double asked, radii;   /* distance that is asked; both half diagonals */
} rp_couple;

/* A piece of motion: the posture in its middle, how far each joint gets from it at most, and, where `tau` > 0, the time
 * to either end, the speeds in the middle, and the highest speeds and accelerations. */
typedef struct {
    double q[RP_DOF], w[RP_DOF];
    double tau, v[RP_DOF], vmax[RP_DOF], amax[RP_DOF];
} rp_piece;

/* Room for lists of couples; the first `n` are all of a phase. `met` is the couple that failed last. */
typedef struct {
    const rp_scene *scene;
    rp_couple *couple, met;
    int32_t n, cap;
} rp_sweep;

void rp_sweep_open(rp_sweep *s, const rp_scene *scene, const rp_phase *phase);
void rp_sweep_close(rp_sweep *s);

/* The couples first .. first + n - 1 over a piece. Those that keep what is asked plus `margin` all over it are settled;
 * the others are appended behind, as a list for parts of the piece. Returns how many; -1 when one is too close already
 * in the middle, or `last` is set and it cannot be told.
 *
 * claim (or null): least distances to the cell and between links so far; a couple that would lower one is settled only
 * when its bound is near what is true in the middle (or `last` is set). */
int32_t rp_sweep_settle(rp_sweep *s, const rp_piece *m, int32_t first, int32_t n, double margin, double claim[2], int last);

/* 1 when the straight joint line from a to b keeps every asked distance; it is not cut finer than `finest` [rad]. */
int32_t rp_sweep_line(rp_sweep *s, const double *a, const double *b, double finest);
#endif
