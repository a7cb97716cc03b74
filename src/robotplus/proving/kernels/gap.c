/* Lower bounds of the distance between two boxes. */
#include "scene.h"

#define NEAREST_STEPS 24
#define NEAREST_CLOSE 1e-9 /* [m] */

double rp_box_gap_until(const double *pa, const double *ha, const double *pb, const double *hb, double enough, double axis[3]) {
    double R[9], A[9], t[3], best = -1e300;
    int code = 0; /* 0-2: faces of a, 3-5: faces of b, 6-14: edges */
    const double d[3] = {pb[3] - pa[3], pb[7] - pa[7], pb[11] - pa[11]};
    for (int i = 0; i < 3; i++) {
        t[i] = pa[i] * d[0] + pa[4 + i] * d[1] + pa[8 + i] * d[2];
        for (int j = 0; j < 3; j++) {
            R[3 * i + j] = pa[i] * pb[j] + pa[4 + i] * pb[4 + j] + pa[8 + i] * pb[8 + j];
            A[3 * i + j] = fabs(R[3 * i + j]);
        }
    }
    for (int i = 0; i < 3; i++) {
        const double g = fabs(t[i]) - ha[i] - (hb[0] * A[3 * i] + hb[1] * A[3 * i + 1] + hb[2] * A[3 * i + 2]);
        if (g > best) best = g, code = i;
    }
    for (int j = 0; j < 3; j++) {
        const double g = fabs(t[0] * R[j] + t[1] * R[3 + j] + t[2] * R[6 + j]) - hb[j] -
                         (ha[0] * A[j] + ha[1] * A[3 + j] + ha[2] * A[6 + j]);
        if (g > best) best = g, code = 3 + j;
    }
    for (int i = 0; i < 3 && best < enough; i++) {
        const int i1 = (i + 1) % 3, i2 = (i + 2) % 3;
        for (int j = 0; j < 3; j++) {
            const int j1 = (j + 1) % 3, j2 = (j + 2) % 3;
            const double n2 = R[3 * i1 + j] * R[3 * i1 + j] + R[3 * i2 + j] * R[3 * i2 + j];
            if (n2 < 1e-6) continue; /* nearly parallel edges: the face axes decide */
            const double g = fabs(t[i2] * R[3 * i1 + j] - t[i1] * R[3 * i2 + j]) -
                             (ha[i1] * A[3 * i2 + j] + ha[i2] * A[3 * i1 + j] + hb[j1] * A[3 * i + j2] + hb[j2] * A[3 * i + j1]);
            if (g > 0 ? g * g > best * fabs(best) * n2 : g > best) best = g > 0 ? g / sqrt(n2) : g, code = 6 + 3 * i + j;
        }
    }
    if (!axis) return best;
    if (code < 3)
        for (int k = 0; k < 3; k++) axis[k] = pa[4 * k + code];
    else if (code < 6)
        for (int k = 0; k < 3; k++) axis[k] = pb[4 * k + code - 3];
    else {
        const int i = (code - 6) / 3, j = (code - 6) % 3;
        const double x[3] = {pa[i], pa[4 + i], pa[8 + i]}, y[3] = {pb[j], pb[4 + j], pb[8 + j]};
        for (int k = 0; k < 3; k++) axis[k] = x[(k + 1) % 3] * y[(k + 2) % 3] - x[(k + 2) % 3] * y[(k + 1) % 3];
        const double n = sqrt(axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2]);
        for (int k = 0; k < 3; k++) axis[k] /= n;
    }
    return best;
}

double rp_box_gap(const double *pa, const double *ha, const double *pb, const double *hb) {
    return rp_box_gap_until(pa, ha, pb, hb, 1e300, 0);
}

/* The point of the hull of n <= 4 points (which does not hold the origin) nearest to the origin; keeps of the points those
 * that it lies between. */
static void nearest_of(double w[4][3], int *n, double v[3]) {
    double dot[4][4], share[3] = {1, 0, 0}, least = 1e300;
    int best[3] = {0, -1, -1};
    for (int i = 0; i < *n; i++)
        for (int j = 0; j < *n; j++) dot[i][j] = w[i][0] * w[j][0] + w[i][1] * w[j][1] + w[i][2] * w[j][2];
    for (int i = 0; i < *n; i++) {
        if (dot[i][i] < least) least = dot[i][i], best[0] = i, best[1] = best[2] = -1, share[0] = 1;
        for (int j = i + 1; j < *n; j++) {
            const double jj = dot[i][i] - 2 * dot[i][j] + dot[j][j], ij = dot[i][i] - dot[i][j]; /* of the edge from i to j */
            const double s = ij / jj, at = dot[i][i] - s * ij;
            if (s > 0 && s < 1 && at < least) {
                least = at, best[0] = i, best[1] = j, best[2] = -1;
                share[0] = 1 - s, share[1] = s;
            }
            for (int k = j + 1; k < *n; k++) { /* the face that a second edge to k spans */
                const double kk = dot[i][i] - 2 * dot[i][k] + dot[k][k], ik = dot[i][i] - dot[i][k];
                const double jk = dot[j][k] - dot[i][j] - dot[i][k] + dot[i][i], det = jj * kk - jk * jk;
                const double x = (kk * ij - jk * ik) / det, y = (jj * ik - jk * ij) / det;
                const double within = dot[i][i] - x * ij - y * ik;
                if (!(det > 0 && x > 0 && y > 0 && x + y < 1 && within < least)) continue;
                least = within, best[0] = i, best[1] = j, best[2] = k;
                share[0] = 1 - x - y, share[1] = x, share[2] = y;
            }
        }
    }
    double kept[3][3];
    *n = 0;
    v[0] = v[1] = v[2] = 0;
    for (int m = 0; m < 3 && best[m] >= 0; m++, ++*n)
        for (int k = 0; k < 3; k++) kept[m][k] = w[best[m]][k], v[k] += share[m] * kept[m][k];
    memcpy(w, kept, sizeof(double) * 3 * (size_t)*n);
}

/* The point of a box nearest to another. */
static void nearest_in(const double *pose, const double *half, const double from[3], double to[3]) {
    const double d[3] = {from[0] - pose[3], from[1] - pose[7], from[2] - pose[11]};
    for (int k = 0; k < 3; k++) to[k] = pose[4 * k + 3];
    for (int i = 0; i < 3; i++) {
        const double along = pose[i] * d[0] + pose[4 + i] * d[1] + pose[8 + i] * d[2], x = fmin(fmax(along, -half[i]), half[i]);
        for (int k = 0; k < 3; k++) to[k] += x * pose[4 * k + i];
    }
}

/* Distance along the unit line n between points that the algorithm of Gilbert, Johnson and Keerthi (1988) brings close,
 * until they are closer than `least` or show that the boxes are `enough` apart. Each step's line gives a lower bound, and
 * the best of them is returned. */
static double gap_between_nearest(const double *pa, const double *ha, const double *pb, const double *hb, double least,
                                  double enough, double n[3]) {
    double w[4][3], v[3], p[3], q[3] = {pb[3], pb[7], pb[11]}, best = -INFINITY;
    int count = 0;
    nearest_in(pa, ha, q, p);
    nearest_in(pb, hb, p, q);
    nearest_in(pa, ha, q, p);
    for (int k = 0; k < 3; k++) v[k] = q[k] - p[k];
    for (int step = 0; step < NEAREST_STEPS && best < enough; step++) {
        const double size = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
        if (!(size > least)) break;
        double to[3], gap = 0, *x = w[count];
        for (int k = 0; k < 3; k++) to[k] = v[k] / size, x[k] = pb[4 * k + 3] - pa[4 * k + 3];
        for (int i = 0; i < 3; i++) { /* the corners of both that lie nearest along the line */
            const double along_a = to[0] * pa[i] + to[1] * pa[4 + i] + to[2] * pa[8 + i];
            const double along_b = to[0] * pb[i] + to[1] * pb[4 + i] + to[2] * pb[8 + i];
            const double a = copysign(ha[i], along_a), b = copysign(hb[i], along_b);
            for (int k = 0; k < 3; k++) x[k] -= a * pa[4 * k + i] + b * pb[4 * k + i];
        }
        for (int k = 0; k < 3; k++) gap += to[k] * x[k];
        if (gap > best) best = gap, memcpy(n, to, sizeof to);
        if (size - gap < NEAREST_CLOSE) break;
        count++;
        nearest_of(w, &count, v);
    }
    return best;
}

double rp_box_gap_or_nearest(const double *pa, const double *ha, const double *pb, const double *hb, double enough,
                             double axis[3]) {
    const double gap = rp_box_gap_until(pa, ha, pb, hb, enough, axis);
    if (gap <= 0 || gap >= enough) return gap;
    double line[3];
    const double other = gap_between_nearest(pa, ha, pb, hb, 0, enough, line);
    if (other <= gap) return gap;
    memcpy(axis, line, sizeof line);
    return other;
}

int rp_boxes_apart(const double *pa, const double *ha, const double *pb, const double *hb, double asked) {
    double axis[3];
    return gap_between_nearest(pa, ha, pb, hb, asked, asked, axis) >= asked;
}
