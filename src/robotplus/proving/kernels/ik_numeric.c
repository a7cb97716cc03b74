/* Any chain: damped Newton from the nearest of a library of postures, and from the solutions of the pose before.
 *
 * The library (rp_seed_library) is a low-discrepancy sequence within the limits. Each lane takes the nearest posture of
 * its own share of the library, so the starts are near the pose and still unlike each other. */
#include "ik.h"

#define ITERATIONS 14
#define CLOSED 1e-8 /* what Newton must reach [m] */
#define SAME 1e-4   /* solutions closer than this [rad or m] in every joint are one */
#define ROUNDS 2
#define WIDTH (RP_DOF + 6)

void rp_seed_library(const rp_robot *r, int32_t n, double *seed) {
    /* additive recurrence with the powers of the generalised golden ratio: g^(d+1) = g + 1 */
    double g = 1.5, f[RP_DOF + 1][12];
    for (int k = 0; k < 60; k++) g = pow(1 + g, 1.0 / (r->dof + 1));
    for (int32_t i = 0; i < n; i++) {
        double *row = seed + (int64_t)WIDTH * i, step = 1;
        memset(row, 0, WIDTH * sizeof *row);
        for (int j = 0; j < r->dof; j++) {
            step /= g;
            const double at = 0.5 + step * (i + 1), u = at - floor(at);
            const double middle = 0.5 * (r->lower[j] + r->upper[j]);
            double range = r->upper[j] - r->lower[j];
            if (!(r->prismatic >> j & 1) && range > 2 * IK_PI) range = 2 * IK_PI;
            row[j] = middle + range * (u - 0.5);
        }
        ik_fk(r, row, f);
        const double *t = f[r->dof];
        for (int k = 0; k < 3; k++) row[RP_DOF + k] = t[4 * k + 3], row[RP_DOF + 3 + k] = t[4 * k + 2];
    }
}

/* How far posture `row` is from the pose: squared distance, and direction weighed like IK_ANGLE_ARM. */
static inline double distance2(const double *row, const double *pose) {
    double d = 0;
    for (int k = 0; k < 3; k++) {
        const double p = row[RP_DOF + k] - pose[4 * k + 3], z = IK_ANGLE_ARM * (row[RP_DOF + 3 + k] - pose[4 * k + 2]);
        d += p * p + z * z;
    }
    return d;
}

void ik_nearest_seeds(const rp_robot *r, const double *pose, int share, int shares, double q[RP_DOF][IK_LANES]) {
    double best[IK_LANES];
    int32_t at[IK_LANES];
    for (int i = 0; i < IK_LANES; i++) best[i] = 1e300, at[i] = 0;
    for (int32_t first = share * IK_LANES; first + IK_LANES <= r->n_seed; first += shares * IK_LANES)
        for (int i = 0; i < IK_LANES; i++) {
            const double d = distance2(r->seed + (int64_t)WIDTH * (first + i), pose);
            at[i] = d < best[i] ? first + i : at[i];
            best[i] = d < best[i] ? d : best[i];
        }
    for (int j = 0; j < RP_DOF; j++)
        for (int i = 0; i < IK_LANES; i++) q[j][i] = r->seed[(int64_t)WIDTH * at[i] + j];
}

int ik_is_new(const rp_robot *r, const double *q, double (*list)[RP_DOF], int n) {
    for (int k = 0; k < n; k++) {
        int same = 1;
        for (int j = 0; j < r->dof && same; j++) {
            double d = fabs(q[j] - list[k][j]);
            if (!(r->prismatic >> j & 1)) d = fmin(d, fabs(d - 2 * IK_PI));
            same = d < SAME;
        }
        if (same) return 0;
    }
    return 1;
}

static int harvest(const rp_robot *r, double q[RP_DOF][IK_LANES], const double *good, double (*out)[RP_DOF], int n,
                   int most) {
    for (int i = 0; i < IK_LANES && n < most; i++) {
        double one[RP_DOF];
        for (int j = 0; j < RP_DOF; j++) one[j] = q[j][i];
        if (good[i] > 0 && ik_is_new(r, one, out, n)) memcpy(out[n++], one, sizeof one);
    }
    return n;
}

int ik_numeric(const rp_robot *r, const double *pose, double (*from)[RP_DOF], int n_from, double (*out)[RP_DOF],
               int most) {
    double target[12][IK_LANES], q[RP_DOF][IK_LANES], good[IK_LANES];
    for (int k = 0; k < 12; k++)
        for (int i = 0; i < IK_LANES; i++) target[k][i] = pose[k];
    int n = 0;
    for (int first = 0; first < n_from; first += IK_LANES) {
        for (int i = 0; i < IK_LANES; i++) {
            const int k = first + i < n_from ? first + i : first;
            for (int j = 0; j < RP_DOF; j++) q[j][i] = from[k][j];
            good[i] = first + i < n_from;
        }
        ik_refine(r, target, q, good, ITERATIONS, CLOSED, 1);
        ik_settle(r, q, good);
        n = harvest(r, q, good, out, n, most);
    }
    for (int round = 0; round < ROUNDS && r->n_seed; round++) {
        ik_nearest_seeds(r, pose, round, ROUNDS, q);
        for (int i = 0; i < IK_LANES; i++) good[i] = 1;
        ik_refine(r, target, q, good, ITERATIONS, CLOSED, 1);
        ik_settle(r, q, good);
        n = harvest(r, q, good, out, n, most);
    }
    return n;
}
