/* A task as layers of waypoints, and the cheapest posture through them. */
#ifndef RP_LADDER_H
#define RP_LADDER_H
#include "scene.h"

#define RP_TURN (2 * 3.14159265358979323846)

/* One layer is one waypoint of the coarse path with the spins its tool may have there (its slots). */
typedef struct {
    int32_t n_layer, cap;       /* cap: most candidates of a layer, n_branch * most slots (times windings) */
    const double *pose;         /* n_layer * 12 world_from_tcp at spin 0 */
    const int32_t *stop, *carry, *near;
    const int32_t *joined;      /* 1: reached from the layer before without leaving the path; 0: by free travel */
    const int32_t *hold_spin;   /* joined at the same spin: 1 where that is possible, 2 always */
    const double *dt;           /* [s] least time from the layer before; 0: as long as needed */
    const int32_t *slot_first, *slot_count;
    const double *spin;         /* [rad] per slot */
    const uint8_t *slot_ok;     /* per slot: tool and part are clear of the cell there (the same for every robot) */
    int32_t ring;               /* 1: the slots of a free layer cover the circle */
    int32_t reach;              /* joined free layers may differ by this many slots */
    double tcp_from_flange[12];
    const double *pull;         /* n_layer * 6 [m/s^2], [rad/s^2]: what the tool has to bear there as a stroke sets in or ends */
    int32_t closing, pad;       /* order position of the travel back to layer 0 (the number of stops), or -1 */
} rp_task;

typedef struct {
    double q[8]; /* joint values, padded */
    int32_t slot, branch;
} rp_candidate;

#define RP_WEAK (-1)   /* a layer has postures, but none can pull the tool as asked */
#define RP_PULLED 0.9  /* share of the joints' accelerations that a pull may need: the path may bend besides */

/* Candidates of one layer that are in the limits, bear its pull and are free of collision, or RP_WEAK; every `stride`-th
 * slot only. */
int32_t rp_layer(const rp_task *t, const rp_scene *s, int32_t layer, int32_t stride, int32_t windings, rp_candidate *out);

/* For each base place, in its own world: how many of the given layers (in this order) have candidates before one has none
 * (-1: the base itself is in the way); `count` receives the least number of candidates over them, RP_WEAK where the one
 * without only lacks candidates that bear its pull. The layer that killed last in the same world is tried first. */
void rp_survey(const rp_task *t, const rp_robot *r, const rp_world *const *w, const int32_t *pair, int32_t n_pair,
               const double *bases, int32_t n_base, const int32_t *layers, int32_t n_layer, int32_t stride, int32_t *alive,
               int32_t *count);

/* How rp_ladder looks for a way: joined layers keep their branch; or go across branches, arms with a joint to spare also
 * from posture to posture by Newton steps; or every whole turn of a joint is a posture of its own. Either of these may turn
 * the tool on approach and retract. */
enum { RP_SAME_BRANCH = 0, RP_WINDINGS = 1, RP_ACROSS = 2 };

/* Cheapest way through all layers that comes nowhere near the n_shun ways of `shun` (n_shun * n_layer * 7), which had been
 * tried. q: n_layer * 7, slot: n_layer. Returns 0, or 1 + the first layer that cannot be
 * reached (counted in `stuck`: 1 no candidate, 2 no step from the layer before, 3 turns do not fit the limits,
 * 4 no candidate bears the pull). */
int32_t rp_ladder(const rp_task *t, const rp_scene *s, int32_t stride, int32_t way, const double *shun, int32_t n_shun, double *q,
                  int32_t *slot, double *cost, int32_t *stuck);

/* The least share of their limits that the joints' accelerations need to pull the tool so (linear, angular; in the base
 * frame), nearly; looked for only down to RP_PULLED. 0 for arms that cannot choose. */
double rp_pull_use(const rp_robot *r, const double *tcp, const double pull[6], int32_t free_spin, const double *q);

/* slot_ok for every slot: tool and part boxes (on the flange of r) against the cell. */
void rp_tool_mask(const rp_task *t, const rp_robot *r, const rp_world *w, uint8_t *slot_ok);
/* o = pose · Rz(spin) */
static inline void rp_spun(const double *pose, double spin, double *o) {
    const double c = cos(spin), s = sin(spin);
    for (int i = 0; i < 3; i++) {
        o[4 * i] = pose[4 * i] * c + pose[4 * i + 1] * s;
        o[4 * i + 1] = pose[4 * i + 1] * c - pose[4 * i] * s;
        o[4 * i + 2] = pose[4 * i + 2];
        o[4 * i + 3] = pose[4 * i + 3];
    }
}

/* Joints whose range holds a whole turn: the same posture may lie at several values. */
static inline int rp_turns(const rp_robot *r, int j) {
    return !(r->prismatic >> j & 1) && r->upper[j] - r->lower[j] >= RP_TURN;
}
#endif
