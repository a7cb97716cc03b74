/* Shared types of the proving kernels.
 *
 * Units: m, rad, s, kg. A pose is 12 doubles, row-major 3x4 [R | t]; names read a_from_b. Every joint axis is
 * the z axis of its joint frame (the packer in ../pack.py turns the frames, link boxes included).
 * Arrays over many configurations are structure-of-arrays: component k of item i is a[k * stride + i].
 */
#ifndef RP_H
#define RP_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define RP_DOF 7      /* most joints */
#define RP_BRANCH 64  /* most inverse-kinematics solutions of one pose */
#define RP_BOXES 160  /* most boxes of a robot with tool and part */

enum { RP_IK_OPW = 1, RP_IK_UR = 2, RP_IK_GENERIC = 3 };

typedef struct {
    int32_t dof, ik_class, prismatic; /* bit j of prismatic: joint j slides */
    int32_t n_branch;                 /* slots per pose that rp_ik_batch fills: 8 for OPW and UR */
    double origin[RP_DOF][12];        /* parent_from_joint at q = 0; parent of joint 0 is the base */
    double tip[12];                   /* last joint frame from flange */
    double lower[RP_DOF], upper[RP_DOF], vmax[RP_DOF], amax[RP_DOF];
    int32_t n_coupling, pad;
    double coupling[4][RP_DOF], coupling_lower[4], coupling_upper[4];
    double ik[64];                    /* parameters of the closed form; see ik_*.c */
    int32_t n_seed, pad2;             /* seed library of the numeric class */
    const double *seed;               /* n_seed rows of (q[7], x, y, z, zx, zy, zz of the flange) */
    int32_t n_box, pad3;
    int32_t box_link[RP_BOXES];       /* 0 base .. dof last link; dof + 1 tool; dof + 2 carried part */
    double box_pose[RP_BOXES][12];    /* link_from_box (tool and part boxes: flange_from_box) */
    double box_half[RP_BOXES][3];
} rp_robot;

static inline void rp_mul(const double *a, const double *b, double *o) {
    for (int i = 0; i < 3; i++) {
        const double x = a[4 * i], y = a[4 * i + 1], z = a[4 * i + 2];
        for (int j = 0; j < 3; j++) o[4 * i + j] = x * b[j] + y * b[4 + j] + z * b[8 + j];
        o[4 * i + 3] = x * b[3] + y * b[7] + z * b[11] + a[4 * i + 3];
    }
}

static inline void rp_inv(const double *a, double *o) {
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) o[4 * i + j] = a[4 * j + i];
    for (int i = 0; i < 3; i++) o[4 * i + 3] = -(o[4 * i] * a[3] + o[4 * i + 1] * a[7] + o[4 * i + 2] * a[11]);
}

/* base_from_joint frames after motion, f[0..dof-1], and the flange in f[dof]. */
static inline void rp_fk(const rp_robot *r, const double *q, double f[RP_DOF + 1][12]) {
    for (int j = 0; j < r->dof; j++) {
        double m[12];
        const double *o = r->origin[j];
        if (r->prismatic >> j & 1) {
            memcpy(m, o, sizeof m);
            for (int i = 0; i < 3; i++) m[4 * i + 3] += o[4 * i + 2] * q[j];
        } else {
            const double c = cos(q[j]), s = sin(q[j]);
            for (int i = 0; i < 3; i++) {
                m[4 * i] = o[4 * i] * c + o[4 * i + 1] * s;
                m[4 * i + 1] = o[4 * i + 1] * c - o[4 * i] * s;
                m[4 * i + 2] = o[4 * i + 2];
                m[4 * i + 3] = o[4 * i + 3];
            }
        }
        if (j) rp_mul(f[j - 1], m, f[j]);
        else memcpy(f[0], m, sizeof m);
    }
    rp_mul(f[r->dof - 1], r->tip, f[r->dof]);
}

/* All branches of the flange poses pose (12 rows, stride apart, n items): q[(branch * 7 + joint) * stride + i],
 * ok[branch * stride + i] = 1 where the branch exists, lies within the limits (each revolute joint turned by
 * multiples of 2 pi into its range, nearest the middle) and respects the couplings. Poses come in an order in
 * which neighbours are close. */
void rp_ik_batch(const rp_robot *r, const double *pose, int32_t n, int32_t stride, double *q, uint8_t *ok);

/* Newton on the true chain from q to base_from_flange target; mode 0: whole pose, mode 1: position and flange-fixed
 * direction `axis` only (rotation about the line `axis` through the TCP is free; tcp is flange_from_tcp). Returns 1
 * when the error is below tol (metres; radians times half a metre) and q is within the limits, updating q. */
int32_t rp_newton(const rp_robot *r, const double *target, const double *tcp, int32_t mode, int32_t iterations,
                  double tol, double *q);

/* rp_newton on n targets (n * 12), each from its own q (n * 7, in and out). */
void rp_newton_path(const rp_robot *r, const double *targets, int32_t n, const double *tcp, int32_t mode,
                    int32_t iterations, double tol, double *q, uint8_t *ok);

/* Flange poses (n * 12) of configurations q (n * 7). */
void rp_fk_batch(const rp_robot *r, const double *q, int32_t n, double *flange);

/* 6 x 7 row-major Jacobian in the base frame at the flange origin: linear rows, then angular ones. */
void rp_jacobian(const rp_robot *r, const double *q, double *jacobian);

/* Postures (rows of 7) that meet base_from_flange `target`, at most max_out; mode 1 frees the spin about the tool's z
 * through the TCP (tcp is flange_from_tcp). Returns how many. */
int32_t rp_ik_point(const rp_robot *r, const double *target, const double *tcp, int32_t mode, double *q_out,
                    int32_t max_out);

/* n rows of rp_robot.seed for this robot. */
void rp_seed_library(const rp_robot *r, int32_t n, double *seed);

int32_t rp_sizeof_robot(void);

#endif
