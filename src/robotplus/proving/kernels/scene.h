/* A robot at a place in a cell: what collides with what, and how close they come. */
#ifndef RP_SCENE_H
#define RP_SCENE_H
#include "rp.h"

#define RP_OBSTACLES 2048 /* most boxes of a cell */
#define RP_PAIRS 64      /* most self-collision link pairs */

/* Obstacle flags. FLOOR: links 0 and 1 stand on it and are exempt. BASE: given in the base frame (the pedestal). */
enum { RP_FLOOR = 1, RP_BASE = 2 };

/* Obstacles in the world frame; obstacle boxes of one named thing share an id. */
typedef struct {
    int32_t n, n_id;
    const double *pose;   /* n * 12 world_from_box */
    const double *half;   /* n * 3 */
    const int32_t *first; /* n: first and last order position at which it is there */
    const int32_t *last;
    const int32_t *flags;
    const int32_t *id;
    const uint8_t *touch; /* n_stop * n_id: the carried part may touch it when near */
    double min_clearance, tool_clearance;
} rp_world;

/* What is going on: order position of the stop, the carried part (-1: none), near the work or travelling. */
typedef struct {
    int32_t stop, carry, near;
} rp_phase;

/* The cell seen from a base place. */
typedef struct {
    const rp_robot *robot;
    const rp_world *world;
    int32_t n_pair;
    const int32_t *pair; /* n_pair * 2 link numbers that must not meet */
    double base_from_world[12];
    double pose[RP_OBSTACLES][12]; /* base_from_box */
    double radius[RP_OBSTACLES];
    double box_radius[RP_BOXES];
    int32_t link_first[RP_DOF + 2 + RP_BOXES], link_count[RP_DOF + 2 + RP_BOXES]; /* boxes of each link */
    int32_t n_link;
} rp_scene;

void rp_scene_init(rp_scene *s, const rp_robot *r, const rp_world *w, const double *world_from_base, const int32_t *pair,
                   int32_t n_pair);

/* Lower bound of the distance between two boxes given in one frame (negative: they may overlap); the second form looks no
 * further once the bound is `enough`, and also gives the unit direction along which they are that far apart. */
double rp_box_gap(const double *pa, const double *ha, const double *pb, const double *hb);
double rp_box_gap_until(const double *pa, const double *ha, const double *pb, const double *hb, double enough, double axis[3]);

/* The same, along the line between nearest points too where the boxes are apart but less than `enough`: what is nearest may be
 * corners, and these are farther apart than any of those axes shows. */
double rp_box_gap_or_nearest(const double *pa, const double *ha, const double *pb, const double *hb, double enough,
                             double axis[3]);

/* 1 when two boxes that do not meet are at least `asked` (positive) apart. */
int rp_boxes_apart(const double *pa, const double *ha, const double *pb, const double *hb, double asked);

/* base_from_box of every box at the frames f of rp_fk. */
void rp_boxes(const rp_robot *r, double f[RP_DOF + 1][12], double out[RP_BOXES][12]);

/* 1 when the base link and the pedestal stand clear of everything that is not floor. */
int32_t rp_base_free(const rp_scene *s);

/* For each pair of links: in how many of n configurations (rows of 7) a box of one overlaps one of the other. */
void rp_overlaps(const rp_robot *r, const int32_t *pair, int32_t n_pair, const double *q, int32_t n, int32_t *hits);

/* For n configurations q[joint * stride + i]: ok[i] &= free. tool = 0 leaves tool and part against the world out. */
void rp_scene_free(const rp_scene *s, const rp_phase *phase, const float *q, int32_t n, int32_t stride, int32_t tool,
                   uint8_t *ok);

/* The same for what the last joint does not move (RP_ARM) or for what it moves against everything (RP_WRIST). */
enum { RP_ALL, RP_ARM, RP_WRIST };
void rp_scene_free_part(const rp_scene *s, const rp_phase *phase, const float *q, int32_t n, int32_t stride, int32_t tool,
                        int32_t part, uint8_t *ok);
#endif
