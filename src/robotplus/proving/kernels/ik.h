/* What the inverse-kinematics kernels share: fast trigonometry, forward kinematics, limits. */
#ifndef RP_IK_H
#define RP_IK_H

#include "rp.h"

#define IK_PI 3.14159265358979323846
#define IK_ANGLE_ARM 0.5 /* metres per radian where rotations are weighed against distances */
/* What arms of fewer than six joints may miss [m]: files round angles, so no tool of theirs is exactly upright. */
#define IK_SHORT 3e-5

/* sin and cos to about 1e-16 for |x| < 1e5: three-part reduction by pi/2, then Taylor sums on [-pi/4, pi/4]
 * (first omitted terms below 1e-18). No branches, so loops over it vectorise. */
static inline void ik_sincos(double x, double *s, double *c) {
    const double shift = 6755399441055744.0; /* 1.5 * 2^52: adding it rounds to an integer */
    const double t = x * 0.63661977236758134308 + shift;
    const double n = t - shift;
    double r = x - n * 1.57079632673412561417e+00;
    r -= n * 6.07710050630396597660e-11;
    r -= n * 2.02226624879595063154e-21;
    const double z = r * r;
    const double sr =
        r + r * z *
                (-1.0 / 6 +
                 z * (1.0 / 120 +
                      z * (-1.0 / 5040 +
                           z * (1.0 / 362880 + z * (-1.0 / 39916800 +
                                                    z * (1.0 / 6227020800.0 + z * (-1.0 / 1307674368000.0 +
                                                                                   z * (1.0 / 355687428096000.0))))))));
    const double cr =
        1 + z * (-1.0 / 2 +
                 z * (1.0 / 24 +
                      z * (-1.0 / 720 +
                           z * (1.0 / 40320 +
                                z * (-1.0 / 3628800 + z * (1.0 / 479001600.0 + z * (-1.0 / 87178291200.0 +
                                                                                    z * (1.0 / 20922789888000.0))))))));
    int64_t bits;
    memcpy(&bits, &t, sizeof bits);
    const int odd = bits & 1, high = bits >> 1 & 1;
    const double a = odd ? cr : sr, b = odd ? sr : cr;
    *s = high ? -a : a;
    *c = (odd ^ high) ? -b : b;
}

/* atan2 to about 2e-16 relative: folded into [-tan(pi/8), tan(pi/8)], then t + t^3 p(t^2) with p fitted to atan at
 * Chebyshev nodes. atan2(0, 0) = 0. No branches. */
static inline double ik_atan2(double y, double x) {
    const double ax = fabs(x), ay = fabs(y);
    const double big = ax > ay ? ax : ay, small = ax > ay ? ay : ax;
    const int fold = small > 0.41421356237309503 * big;
    const double num = fold ? small - big : small, den = fold ? small + big : big;
    const double t = num / (den > 0 ? den : 1), z = t * t;
    double p = 0.022750520903651858;
    p = p * z - 0.044833341647498588;
    p = p * z + 0.057363320232517549;
    p = p * z - 0.066496136714103149;
    p = p * z + 0.076910551560714982;
    p = p * z - 0.090908525570432719;
    p = p * z + 0.11111109636530012;
    p = p * z - 0.14285714266096541;
    p = p * z + 0.19999999999898407;
    p = p * z - 0.33333333333333248;
    double a = t + t * z * p;
    a = fold ? a + 0.25 * IK_PI : a;
    a = ay > ax ? 0.5 * IK_PI - a : a;
    a = x < 0 ? IK_PI - a : a;
    return y < 0 ? -a : a;
}

/* As rp_fk, with the fast trigonometry. */
static inline void ik_fk(const rp_robot *r, const double *q, double f[RP_DOF + 1][12]) {
    for (int j = 0; j < r->dof; j++) {
        double m[12];
        const double *o = r->origin[j];
        memcpy(m, o, sizeof m);
        if (r->prismatic >> j & 1) {
            for (int i = 0; i < 3; i++) m[4 * i + 3] += o[4 * i + 2] * q[j];
        } else {
            double s, c;
            ik_sincos(q[j], &s, &c);
            for (int i = 0; i < 3; i++) {
                m[4 * i] = o[4 * i] * c + o[4 * i + 1] * s;
                m[4 * i + 1] = o[4 * i + 1] * c - o[4 * i] * s;
            }
        }
        if (j)
            rp_mul(f[j - 1], m, f[j]);
        else
            memcpy(f[0], m, sizeof m);
    }
    rp_mul(f[r->dof - 1], r->tip, f[r->dof]);
}

/* The angle q moved by multiples of 2 pi to the one nearest the middle of [lower, upper]. */
static inline double ik_wind(double q, double lower, double upper) {
    const double shift = 6755399441055744.0;
    const double turns = ((0.5 * (lower + upper) - q) * (0.5 / IK_PI) + shift) - shift;
    return q + turns * (2 * IK_PI);
}

static inline int ik_couplings_hold(const rp_robot *r, const double *q) {
    for (int k = 0; k < r->n_coupling; k++) {
        double sum = 0;
        for (int j = 0; j < r->dof; j++) sum += r->coupling[k][j] * q[j];
        if (!(sum >= r->coupling_lower[k] && sum <= r->coupling_upper[k])) return 0;
    }
    return 1;
}

/* Base-frame Jacobian columns (linear at point p, then angular) from the frames of ik_fk. */
static inline void ik_columns(const rp_robot *r, double f[RP_DOF + 1][12], const double p[3], double lin[RP_DOF][3],
                              double ang[RP_DOF][3]) {
    for (int j = 0; j < r->dof; j++) {
        const double *m = f[j], z[3] = {m[2], m[6], m[10]};
        if (r->prismatic >> j & 1) {
            for (int i = 0; i < 3; i++) lin[j][i] = z[i], ang[j][i] = 0;
        } else {
            const double d[3] = {p[0] - m[3], p[1] - m[7], p[2] - m[11]};
            lin[j][0] = z[1] * d[2] - z[2] * d[1];
            lin[j][1] = z[2] * d[0] - z[0] * d[2];
            lin[j][2] = z[0] * d[1] - z[1] * d[0];
            for (int i = 0; i < 3; i++) ang[j][i] = z[i];
        }
    }
}

/* The closed forms work on blocks of poses, one lane a pose, so that every inner loop vectorises.
 *
 * Both name angles theta in a canonical chain (ik_opw.c, ik_ur.c): theta = sign * q + offset, and
 * base_from_flange = base_from_canon * chain(theta) * wrist_from_flange. */
#define IK_LANES 16

enum { /* where the parameters lie in rp_robot.ik; classify.py fills them */
       IK_CANON_FROM_BASE = 0,
       IK_FLANGE_FROM_WRIST = 12,
       IK_A1 = 24, /* axis 2 before axis 1 */
       IK_B,       /* wrist beside axis 1, along axis 2 */
       IK_L2,      /* axis 2 to axis 3 */
       IK_L3,      /* axis 3 to wrist along axis 4 (OPW); axis 3 to axis 4 (UR) */
       IK_A2,      /* wrist beside axis 4 in the arm's plane (OPW) */
       IK_D5,      /* axis 4 to wrist along axis 5 (UR) */
       IK_E5,      /* axis 5 beside axis 4 (UR) */
       IK_SIGN = 32,
       IK_OFFSET = 40,
       IK_POLISH = 48, /* Newton iterations that follow because the chain is off its class, else 0 */
       IK_SLACK,       /* how far past a double root (arm stretched, wrist beside axis 1) is still on it */
                       /* [m; relative in ik_held.c and ik_swivel.c] */
       IK_METHOD,      /* of the generic class, below */
       IK_T0,          /* points on joint axes, as z in the joint's frame: see ik_held.c, ik_swivel.c, ik_scan.c */
       IK_T1,
       IK_T2,
       IK_T3
};

enum { IK_NUMERIC = 0, IK_SCAN = 1, IK_HELD = 2, IK_HELD_REVERSED = 3, IK_SWIVEL = 4 };

typedef struct {
    double wrist[12][IK_LANES]; /* canon_from_wrist, wanted */
    double theta[8][RP_DOF][IK_LANES];
    double good[8][IK_LANES]; /* 1 where the branch exists, else 0 */
} ik_block;

void ik_opw(const rp_robot *r, ik_block *b);
void ik_ur(const rp_robot *r, ik_block *b);

/* The methods of the generic class; q and ok are rp_ik_batch's, already at pose `first`. */
void ik_redundant(const rp_robot *r, double target[12][IK_LANES], int32_t count, int32_t stride, double *q,
                  uint8_t *ok);

/* Solutions of one pose (12 doubles), at most `most` rows of 7, all distinct, within limits and couplings. `from` holds
 * n_from earlier solutions to start from (the numeric method uses them). */
int ik_scan(const rp_robot *r, const double *pose, double (*out)[RP_DOF], int most);
int ik_numeric(const rp_robot *r, const double *pose, double (*from)[RP_DOF], int n_from, double (*out)[RP_DOF],
               int most);

/* Starts for Newton near every posture that brings the tool to base_from_flange `target` at whatever spin about its own z
 * (tcp is flange_from_tcp), at most `most` rows of 7; -1 when the arm does not work in a plane, or roots cannot be told
 * apart. */
int ik_planar(const rp_robot *r, const double *target, const double *tcp, double (*out)[RP_DOF], int most);

/* In each lane the library posture nearest the pose, among the lane's share `share` of `shares`. */
void ik_nearest_seeds(const rp_robot *r, const double *pose, int share, int shares, double q[RP_DOF][IK_LANES]);

/* 1 when q differs from every row of list. */
int ik_is_new(const rp_robot *r, const double *q, double (*list)[RP_DOF], int n);

/* Newton on the true chain from q towards the base_from_flange targets, lane by lane; good becomes 0 where the error
 * (metres; radians times IK_ANGLE_ARM) ends at tol or more. within_limits keeps every iterate within the joint limits.
 */
void ik_refine(const rp_robot *r, double target[12][IK_LANES], double q[RP_DOF][IK_LANES], double *good, int iterations,
               double tol, int within_limits);

/* Turn revolute joints into their ranges (nearest the middle) and couplings; good becomes 0 where that fails. */
void ik_settle(const rp_robot *r, double q[RP_DOF][IK_LANES], double *good);

/* good becomes 0 where a joint is more than `margin` outside its limits. */
void ik_cull(const rp_robot *r, double q[RP_DOF][IK_LANES], double *good, double margin);

/* How far from the limits [rad] a start for Newton may lie when it is right but for a small misfit. */
#define IK_NEAR_LIMIT 0.03
/* How far past a joint limit [rad] still counts as on it. */
#define IK_ON_LIMIT 1e-10

/* How far the cosine of the bend between links a and b may pass 1 (above) and -1 (below) for a reach `slack` metres
 * too long or too short; with a whiff of rounding for arms that fold onto their shoulder. */
static inline void ik_bend_slack(double a, double b, double slack, double *above, double *below) {
    const double ab = fabs(a * b);
    *above = slack * (fabs(a) + fabs(b)) / ab;
    *below = slack * (fabs(fabs(a) - fabs(b)) + slack) / ab + 1e-15;
}

/* The fast trigonometry on arrays, for its tests: sine and cosine of y, angle of (x, y). */
void rp_trigonometry(const double *y, const double *x, int32_t n, double *sine, double *cosine, double *angle);

#endif
