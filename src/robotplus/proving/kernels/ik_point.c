/* rp_ik_point: postures for one pose, or for a position and a tool direction with the spin about it free. */
#include "ik.h"

#define SPINS 24
#define ITERATIONS 20
#define CLOSED 1e-9
#define PLANAR_STARTS 32

/* base_from_flange with the tool spun about its own z. */
static void spun(const double *target, const double *tcp, double angle, double *flange) {
    double goal[12], turned[12], back[12], c, s;
    rp_mul(target, tcp, goal);
    ik_sincos(angle, &s, &c);
    memcpy(turned, goal, sizeof turned);
    for (int i = 0; i < 3; i++) {
        turned[4 * i] = goal[4 * i] * c + goal[4 * i + 1] * s;
        turned[4 * i + 1] = goal[4 * i + 1] * c - goal[4 * i] * s;
    }
    rp_inv(tcp, back);
    rp_mul(turned, back, flange);
}

/* Arms of six and more joints meet every spin they can reach: all branches at SPINS of them, taken in an order that
 * spreads the first few around the circle. */
static int by_spins(const rp_robot *r, const double *target, const double *tcp, int spins, double *q_out, int max_out) {
    double pose[12 * SPINS], q[RP_BRANCH * RP_DOF * SPINS];
    uint8_t ok[RP_BRANCH * SPINS];
    for (int k = 0; k < spins; k++) {
        double flange[12];
        if (spins > 1)
            spun(target, tcp, 2 * IK_PI * k / spins, flange);
        else
            memcpy(flange, target, sizeof flange);
        for (int m = 0; m < 12; m++) pose[m * spins + k] = flange[m];
    }
    rp_ik_batch(r, pose, spins, spins, q, ok);
    int n = 0;
    for (int turn = 0; turn < spins; turn++) {
        const int k = spins > 1 ? turn * 7 % spins : 0; /* 7 and SPINS share no factor: every spin once */
        for (int b = 0; b < r->n_branch && n < max_out; b++) {
            if (!ok[b * spins + k]) continue;
            for (int j = 0; j < RP_DOF; j++) q_out[RP_DOF * n + j] = j < r->dof ? q[(b * RP_DOF + j) * spins + k] : 0;
            n++;
        }
    }
    return n;
}

/* Arms of fewer joints meet few spins: Newton on position and direction alone, from where the plane they work in says or
 * from the library. */
static int by_seeds(const rp_robot *r, const double *target, const double *tcp, double *q_out, int max_out) {
    double (*out)[RP_DOF] = (double (*)[RP_DOF])q_out;
    double start[PLANAR_STARTS][RP_DOF];
    const int starts = ik_planar(r, target, tcp, start, PLANAR_STARTS);
    int n = 0;
    for (int k = 0; k < starts && n < max_out; k++)
        if (rp_newton(r, target, tcp, 1, ITERATIONS, CLOSED, start[k]) && ik_is_new(r, start[k], out, n))
            memcpy(out[n++], start[k], sizeof start[k]);
    if (starts >= 0) return n;
    for (int k = 0; k < 4; k++) {
        double flange[12], q[RP_DOF][IK_LANES];
        spun(target, tcp, 0.5 * IK_PI * k, flange);
        ik_nearest_seeds(r, flange, k, 4, q);
        for (int i = 0; i < IK_LANES && n < max_out; i++) {
            double one[RP_DOF];
            for (int j = 0; j < RP_DOF; j++) one[j] = q[j][i];
            if (rp_newton(r, target, tcp, 1, ITERATIONS, CLOSED, one) && ik_is_new(r, one, out, n))
                memcpy(out[n++], one, sizeof one);
        }
    }
    return n;
}

int32_t rp_ik_point(const rp_robot *r, const double *target, const double *tcp, int32_t mode, double *q_out,
                    int32_t max_out) {
    if (mode == 0) return by_spins(r, target, tcp, 1, q_out, max_out);
    return r->dof < 6 ? by_seeds(r, target, tcp, q_out, max_out) : by_spins(r, target, tcp, SPINS, q_out, max_out);
}
