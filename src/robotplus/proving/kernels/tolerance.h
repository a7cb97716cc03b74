/* How far the base may stand from its nominal place with the tool still where it should be (docs/check.md, "Base
 * tolerance"). */
#ifndef RP_TOLERANCE_H
#define RP_TOLERANCE_H
#include "scene.h"

/* What a displaced base asks of the joints at one posture. */
typedef struct {
    int regular;                               /* the tool can be moved every way */
    double shift[RP_DOF], turn[RP_DOF];        /* |correction| for each metre and each radian, to first order */
    double position[RP_DOF], rotation[RP_DOF]; /* lengths of the rows of the pseudo-inverse */
    double lever[RP_DOF + 1];                  /* distance of the TCP from the base's vertical and from each axis */
} rp_response;

rp_response rp_respond(const rp_scene *s, const double *flange_from_tcp, const double *q);

/* Bounds b on the joint corrections that hold the TCP while joint j is up to change[j] away and the base anywhere within
 * xy [m] and angle [rad] of its place. Returns their sum; infinite, as they are, when none can be shown. */
double rp_correct(const rp_robot *r, const rp_response *at, const double *change, double xy, double angle, double *b);

/* rp_correct at posture q (7), for tests; 0 when none can be shown. */
int32_t rp_corrections(const rp_scene *s, const double *flange_from_tcp, const double *q, const double *change, double xy,
                       double angle, double *b);

/* A short piece of motion. */
typedef struct {
    double b[6][RP_DOF];                /* Bernstein coefficients */
    double change[RP_DOF], box[RP_DOF]; /* bounds on |q - q in the middle| and on the corrections */
    int held;                           /* the tool stays where it is */
    rp_response at, from;               /* in its middle and, on a travel, where it starts */
} rp_piece;

/* Largest |q - q at the start| of each joint by the coefficients' hull; returns their sum. */
double rp_excursion(const double b[6][RP_DOF], int dof, double *change);

/* De Casteljau's halving. */
void rp_halve(const double b[6][RP_DOF], int dof, double left[6][RP_DOF], double right[6][RP_DOF]);

/* A box and one of an obstacle, or of a link before it; joints first .. last - 1 move them apart. */
typedef struct {
    int32_t box, other, links, rides; /* rides: moves with the tool alone */
    int32_t first, last;
    double known, moved; /* lower bound of the distance where the next piece starts; what the piece takes from it */
} rp_watch;

/* All pairs looked at in any of the phases; returns their number. out may be null to count them. */
int32_t rp_list_watches(const rp_scene *s, const rp_phase *phase, int32_t n_phase, rp_watch *out);

/* 1 when every watch keeps on the piece the room that a base displaced by (xy, angle) may use up. open: room for
 * (RP_CLEAR_HALVINGS + 2) * n_watch numbers. */
#define RP_CLEAR_HALVINGS 2
int32_t rp_keeps_clear(const rp_scene *s, const rp_piece *p, double xy, double angle, int32_t n_watch, rp_watch *watch,
                       int32_t *open);

/* The largest k <= most for which one move (knots t (n), q, d, a (n * 7)) can be done, in all of its phases, with the
 * base anywhere within k * xy and k * angle of its place; 0 when there is none. A travel need not hold the tool
 * everywhere. */
int32_t rp_tolerated(const rp_scene *s, const rp_phase *phase, int32_t n_phase, const double *flange_from_tcp,
                     int32_t travel, int32_t n, const double *t, const double *q, const double *d, const double *a,
                     double xy, double angle, int32_t most);

/* The same for the base link and the pedestal: they touch nothing but floor. */
int32_t rp_base_tolerated(const rp_scene *s, double xy, double angle, int32_t most);
#endif
