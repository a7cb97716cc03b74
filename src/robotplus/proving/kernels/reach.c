/* Bounds on reach that hold for every posture, and coverings of base places by them. */
#include "motion.h"

/* Distance between the point at lambda_a on axis j and the point at lambda_b on axis j + 1: both fixed in link j. */
static double piece(const rp_robot *r, int j, double la, double lb) {
    const double *o = r->origin[j + 1];
    const double x = o[3] + lb * o[2], y = o[7] + lb * o[6], z = o[11] + lb * o[10] - la;
    double d = sqrt(x * x + y * y + z * z);
    if (r->prismatic >> j & 1) d += fmax(fabs(r->lower[j]), fabs(r->upper[j])); /* link j slides along its axis */
    return d;
}

/* One point on each axis (at lambda[j] from its joint frame) such that the summed distances from axis 1 to the last
 * axis are small; by the triangle inequality they bound the distance between the first and the last point. The last
 * point is the one nearest to the axis before: it does not move when the tool spins. */
double rp_reach_bound(const rp_robot *r, double lambda[RP_DOF]) {
    const int n = r->dof;
    for (int j = 0; j < n; j++) lambda[j] = 0;
    /* nearest point of the last axis to the one before, in the frame of joint n - 2 (axis z) */
    const double *o = r->origin[n - 1];
    const double flat = o[2] * o[2] + o[6] * o[6];
    if (flat > 1e-9) lambda[n - 1] = -(o[3] * o[2] + o[7] * o[6]) / flat;
    for (int pass = 0; pass < 8; pass++)
        for (int j = 0; j < n - 1; j++) {
            double lo = -6, hi = 6;
            for (int k = 0; k < 60; k++) {
                const double a = lo + (hi - lo) / 3, b = hi - (hi - lo) / 3;
                const double fa = (j ? piece(r, j - 1, lambda[j - 1], a) : 0) + piece(r, j, a, lambda[j + 1]);
                const double fb = (j ? piece(r, j - 1, lambda[j - 1], b) : 0) + piece(r, j, b, lambda[j + 1]);
                if (fa < fb) hi = b;
                else lo = a;
            }
            lambda[j] = 0.5 * (lo + hi);
        }
    double sum = 0;
    for (int j = 0; j < n - 1; j++) sum += piece(r, j, lambda[j], lambda[j + 1]);
    return sum;
}

/* Is every base place of the rectangle out of reach? Waypoint k needs its universal point on the circle round
 * circle[7k..]: centre (3), axis (3), radius (1). `offset`: world vector from the base to the point on axis 1; `slack`
 * is added to the radius. Returns the number of cells of the covering, 0 when some cell may be within reach. */
int32_t rp_reach_cover(const double x[2], const double y[2], double z, const double offset[3], double radius, double slack,
                       const double *circle, int32_t n, double leaf) {
    double stack[256][4];
    int depth = 1, cells = 0, killer = 0;
    stack[0][0] = x[0], stack[0][1] = x[1], stack[0][2] = y[0], stack[0][3] = y[1];
    while (depth) {
        double *c = stack[--depth];
        const double x0 = c[0], x1 = c[1], y0 = c[2], y1 = c[3];
        const double half = 0.5 * sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0));
        const double p[3] = {0.5 * (x0 + x1) + offset[0], 0.5 * (y0 + y1) + offset[1], z + offset[2]};
        int out = 0;
        for (int m = 0; m < n && !out; m++) {
            const int k = (killer + m) % n;
            const double *w = circle + 7 * k, d[3] = {p[0] - w[0], p[1] - w[1], p[2] - w[2]};
            const double h = d[0] * w[3] + d[1] * w[4] + d[2] * w[5];
            const double flat = sqrt(fmax(0, d[0] * d[0] + d[1] * d[1] + d[2] * d[2] - h * h)) - w[6];
            if (sqrt(h * h + flat * flat) - half > radius + slack) out = 1, killer = k;
        }
        cells++;
        if (out) continue;
        const double wx = x1 - x0, wy = y1 - y0;
        if (fmax(wx, wy) < leaf || depth > 250) return 0;
        const int by_x = wx >= wy;
        double *a = stack[depth++], *b = stack[depth++];
        a[0] = x0, a[1] = by_x ? 0.5 * (x0 + x1) : x1, a[2] = y0, a[3] = by_x ? y1 : 0.5 * (y0 + y1);
        b[0] = by_x ? 0.5 * (x0 + x1) : x0, b[1] = x1, b[2] = by_x ? y0 : 0.5 * (y0 + y1), b[3] = y1;
    }
    return cells;
}
