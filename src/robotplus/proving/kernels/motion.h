/* Timed motion: splines through samples, speed profiles, knots; and proofs that hold between samples. */
#ifndef RP_MOTION_H
#define RP_MOTION_H
#include "scene.h"

/* Second derivatives of the cubic spline through q (n * 7) over s (n) whose end pieces are parabolas; m has the shape
 * of q. */
void rp_spline(int32_t n, int32_t dof, const double *s, const double *q, double *m);

/* Why a path could not be timed. */
enum { RP_TOO_FAST = -1, RP_TOO_SHARP = -2, RP_KNOTS = -3 };

/* Time a path q(s) (spline of rp_spline) from rest to rest within speed and acceleration limits (amax times `ease`).
 * speed: {lowest, wanted, highest, ramp}: hold a speed in that band outside the first and last `ramp` metres; a wanted
 * speed of 0 means as fast as the limits allow. Knots go to t (cap), oq, od, oa (cap * 7). Returns their number. */
int32_t rp_time_path(const rp_robot *r, int32_t n, const double *s, const double *q, const double *m, const double speed[4],
                     double ease, int32_t cap, double *t, double *oq, double *od, double *oa);

/* Only the duration of rp_time_path [s], at other accelerations (dof). */
int32_t rp_path_duration(const rp_robot *r, int32_t n, const double *s, const double *q, const double *m, const double speed[4],
                         const double *amax, double *duration);

/* rp_spline and rp_time_path of n paths, which lie behind each other: path k has the samples first[k] … first[k + 1] - 1
 * and the speeds speed[4 * k] …; m is written. Knots are packed one path behind the other; knots[k] is their number or why
 * there are none. The room needed is 8 times the samples and 64 a path. */
void rp_time_paths(const rp_robot *r, int32_t n, const int32_t *first, const double *s, const double *q, double *m,
                   const double *speed, int32_t cap, double *t, double *oq, double *od, double *oa, int32_t *knots);

/* rp_path_duration of n paths, laid out as for rp_time_paths; -1 where a path cannot be timed. */
void rp_path_durations(const rp_robot *r, int32_t n, const int32_t *first, const double *s, const double *q, const double *m,
                       const double *speed, const double *amax, double *duration);

/* Highest use of joint range, speed and acceleration over the whole move (Bernstein hulls); use[0] > 1: out of range or a
 * coupling is broken. */
void rp_limits_used(const rp_robot *r, int32_t n, const double *t, const double *q, const double *d, const double *a,
                    double use[3]);

/* rp_limits_used of n moves, whose knots lie behind each other: first has n + 1 numbers, use n * 3. */
void rp_moves_limits(const rp_robot *r, int32_t n, const int32_t *first, const double *t, const double *q, const double *d,
                     const double *a, double *use);

/* Least distances to the cell and between links that are checked: lower bounds, on entry what they are at most. Where a
 * proof fails: the time in its move, its job, and the index of the self pair that met (-1: the cell). */
typedef struct {
    double clearance, self, fail_time;
    int32_t job, pair;
} rp_clear;

/* Continuous proof over moves: 1 when every asked distance holds at every time. A job is five numbers: first knot and
 * number of knots in t, q, d, a, and its phase. */
int32_t rp_prove_moves(const rp_scene *s, int32_t n_job, const int32_t *job, const double *t, const double *q, const double *d,
                       const double *a, rp_clear *out);

/* 1 when the straight joint line from a to b keeps every asked distance; it is not cut finer than `finest` [rad]. */
int32_t rp_line_free(const rp_scene *s, const rp_phase *phase, const double *a, const double *b, double finest);

/* Collision-free polyline from a to b: via (cap * 7) receives the points between; returns their number or -1.
 * The budget counts tree nodes; the same seed gives the same path. */
int32_t rp_plan(const rp_scene *s, const rp_phase *phase, const double *a, const double *b, uint64_t seed, int32_t budget,
                int32_t cap, double *via);

/* rp_plan of n travels from a to b (each n * 7) in turn until one cannot be planned: via is n * cap * 7, count (n). Returns
 * how many were planned. */
int32_t rp_plans(const rp_scene *s, int32_t n, const rp_phase *phase, const double *a, const double *b, const uint64_t *seed,
                 int32_t budget, int32_t cap, double *via, int32_t *count);

/* One step that makes joints q (n * 7) along a path bend less while the tool stays near base_from_tcp `goal` (n * 12), both
 * ends held; 0 when there is no step. scale: what a metre and a radian off count; free_spin: the turn about the tool's axis
 * does not count; `weight` (n) of a sample's tool pose, `bend` (n * 7) of squared second and `rate` (n * 7) of squared first
 * derivatives along s (that of the piece which starts at the sample). */
int32_t rp_ease(const rp_robot *r, const double *tcp, int32_t n, const double *s, const double *goal, const double scale[2],
                int32_t free_spin, const double *weight, const double *bend, const double *rate, double *q);

/* TCP position (3), tool direction (3), x direction (3) and speed of n configurations, in the base frame: out n * 10. */
void rp_track(const rp_robot *r, const double *flange_from_tcp, int32_t n, const double *q, const double *d, double *out);
#endif
