/* Seven revolute joints: the closed form of ik_swivel.c or ik_held.c at SPREAD values of the redundancy (swivel angle,
 * or the held joint), so slot = 8 * value + branch. A slot that stays empty for most poses is tried again at values
 * between, because the free interval of the redundancy may be short.
 *
 * Arms that have the axes meeting from the other end are solved reversed: inverse pose, joints in reverse order, signs
 * turned. Where the axes meet only nearly, the closed form is the start and Newton follows on the true chain. */
#include "ik_seven.h"

typedef double lanes[IK_LANES];

#define SPREAD 8
#define TRIES 4
#define ROUNDS 4     /* of IK_LANES values, for poses that are still without a posture */
#define APPROACH 10  /* Newton iterations from nearly met poses */
#define FAR_OFF 1e-3 /* slack of arms whose axes miss each other so much that the closed form is only a start */
#define AWAY 0.4     /* how far from the limits [rad] such a start may lie */
#define CLOSED 1e-6  /* what Newton must reach [m] */
static const double SHIFT[TRIES] = {0, 0.5, -0.25, 0.25}; /* of the spacing of the values */

static void chain_of(const rp_robot *r, int reversed, ik_chain *c) {
    if (!reversed) {
        memcpy(c->origin, r->origin, sizeof c->origin);
        rp_inv(r->tip, c->tip_inverse);
        return;
    }
    rp_inv(r->tip, c->origin[0]);
    for (int j = 1; j < RP_DOF; j++) rp_inv(r->origin[RP_DOF - j], c->origin[j]);
    memcpy(c->tip_inverse, r->origin[0], sizeof c->tip_inverse);
}

typedef struct {
    const rp_robot *r;
    ik_chain ch;
    int reversed;
    double middle, range; /* of the swivel angle or the held joint */
    void (*solve)(const ik_chain *, const double *, double (*)[IK_LANES], const double *, int, double (*)[IK_LANES],
                  double *);
} solver;

typedef struct {
    lanes found, reached; /* how often solved; how often existing, limits aside */
    lanes nearly;         /* how often missed by the redundancy's value alone */
} tally;

/* Branch `branch` of every lane with the redundancy at `at`. With `approach` what is nearly there is a start for
 * Newton. */
static void solve_lanes(const solver *s, double target[12][IK_LANES], double pose[12][IK_LANES], const lanes at,
                        int branch, int approach, double theta[RP_DOF][IK_LANES], lanes good, tally *seen) {
    double swap[RP_DOF][IK_LANES];
    lanes value;
    for (int i = 0; i < IK_LANES; i++) value[i] = s->reversed ? -at[i] : at[i];
    s->solve(&s->ch, s->r->ik, pose, value, branch, theta, good);
    if (s->reversed) {
        memcpy(swap, theta, sizeof swap);
        for (int j = 0; j < RP_DOF; j++)
            for (int i = 0; i < IK_LANES; i++) theta[j][i] = -swap[RP_DOF - 1 - j][i];
    }
    for (int i = 0; i < IK_LANES; i++) {
        seen->reached[i] += good[i] > 0 ? 1 : 0;
        seen->nearly[i] += good[i] < 0 ? 1 : 0;
        good[i] = good[i] > 0 || (approach && good[i] < 0) ? 1 : 0;
    }
    const int iterations = approach ? APPROACH : (int)s->r->ik[IK_POLISH];
    if (iterations > 0) ik_cull(s->r, theta, good, approach || s->r->ik[IK_SLACK] > FAR_OFF ? AWAY : IK_NEAR_LIMIT);
    if (iterations > 0) ik_refine(s->r, target, theta, good, iterations, CLOSED, 0);
    ik_settle(s->r, theta, good);
    for (int i = 0; i < IK_LANES; i++) seen->found[i] += good[i];
}

/* One pose that has no posture yet: many values of the redundancy, a lane each. */
static void search_one(const solver *s, double target[12][IK_LANES], double pose[12][IK_LANES], int lane, int approach,
                       int32_t stride, double *q, uint8_t *ok) {
    double same_target[12][IK_LANES], same_pose[12][IK_LANES], theta[RP_DOF][IK_LANES];
    lanes at, good;
    tally seen = {0};
    for (int k = 0; k < 12; k++)
        for (int i = 0; i < IK_LANES; i++) same_target[k][i] = target[k][lane], same_pose[k][i] = pose[k][lane];
    const int rounds = approach ? 1 : ROUNDS;
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < IK_LANES; i++)
            at[i] = s->middle + s->range * ((i + (round + 0.5) / rounds) / IK_LANES - 0.5);
        for (int branch = 0; branch < 8; branch++) {
            solve_lanes(s, same_target, same_pose, at, branch, approach, theta, good, &seen);
            for (int i = 0; i < IK_LANES; i++) {
                const int64_t slot = 8 * (i * SPREAD / IK_LANES) + branch;
                if (!(good[i] > 0) || ok[slot * stride]) continue;
                for (int j = 0; j < RP_DOF; j++) q[(slot * RP_DOF + j) * stride] = theta[j][i];
                ok[slot * stride] = 1;
            }
        }
    }
}

void ik_redundant(const rp_robot *r, double target[12][IK_LANES], int32_t count, int32_t stride, double *q,
                  uint8_t *ok) {
    solver s = {.r = r, .reversed = r->ik[IK_METHOD] == IK_HELD_REVERSED};
    double pose[12][IK_LANES], theta[RP_DOF][IK_LANES];
    lanes at, good;
    tally seen = {0};
    if (r->ik[IK_METHOD] == IK_SWIVEL)
        s.solve = ik_swivel, s.middle = 0, s.range = 2 * IK_PI;
    else {
        const int held = s.reversed ? 0 : RP_DOF - 1;
        s.solve = ik_held;
        s.middle = 0.5 * (r->lower[held] + r->upper[held]);
        s.range = fmin(r->upper[held] - r->lower[held], 2 * IK_PI);
    }
    chain_of(r, s.reversed, &s.ch);
    for (int i = 0; i < IK_LANES; i++) {
        double a[12], b[12];
        for (int k = 0; k < 12; k++) a[k] = target[k][i];
        rp_inv(a, b);
        for (int k = 0; k < 12; k++) pose[k][i] = s.reversed ? b[k] : a[k];
    }
    const int tries = r->ik[IK_SLACK] > FAR_OFF ? 1 : TRIES; /* Newton moves the redundancy by itself */
    for (int64_t slot = 0; slot < 8 * SPREAD; slot++) {
        int left = count;
        for (int i = 0; i < count; i++) ok[slot * stride + i] = 0;
        for (int attempt = 0; attempt < tries && 2 * left > (attempt ? count : 0); attempt++) {
            const double share = ((double)(slot / 8) + 0.5 + SHIFT[attempt]) / SPREAD - 0.5;
            for (int i = 0; i < IK_LANES; i++) at[i] = s.middle + s.range * share;
            solve_lanes(&s, target, pose, at, slot % 8, 0, theta, good, &seen);
            for (int i = 0; i < count; i++) {
                if (!(good[i] > 0) || ok[slot * stride + i]) continue;
                for (int j = 0; j < RP_DOF; j++) q[(slot * RP_DOF + j) * stride + i] = theta[j][i];
                ok[slot * stride + i] = 1;
                left--;
            }
        }
    }
    for (int i = 0; i < count; i++)
        if (seen.found[i] == 0 && (seen.reached[i] > 0 || seen.nearly[i] > 0))
            search_one(&s, target, pose, i, seen.reached[i] == 0, stride, q + i, ok + i);
}
