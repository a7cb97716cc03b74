#include "motion.h"

#include <stddef.h>

#include <stdlib.h>

#define RISE 0.2   /* share of a ramp in which the acceleration rises (and again falls) */
#define RAMP 0.95  /* share of the ramp in which a stroke reaches its speed */
#define SAFE 0.97  /* what of a limit the profile uses: knots are refitted, hulls are a little wider */

void rp_spline(int32_t n, int32_t dof, const double *s, const double *q, double *m) {
    memset(m, 0, sizeof(double) * 7 * (size_t)n);
    if (n < 3) return;
    double beta = 0, *c = malloc(sizeof(double) * (size_t)n);
    for (int i = 1; i < n - 1; i++) {
        const double h0 = s[i] - s[i - 1], h1 = s[i + 1] - s[i];
        /* the first and the last piece keep the second derivative of their inner end: natural ends would flatten them */
        beta = 2 * (h0 + h1) - (i > 1 ? h0 * c[i - 1] : -h0) + (i == n - 2 ? h1 : 0);
        c[i] = h1 / beta;
        for (int j = 0; j < dof; j++) {
            const double rhs = 6 * ((q[7 * (i + 1) + j] - q[7 * i + j]) / h1 - (q[7 * i + j] - q[7 * (i - 1) + j]) / h0);
            m[7 * i + j] = (rhs - (i > 1 ? h0 * m[7 * (i - 1) + j] : 0)) / beta;
        }
    }
    for (int i = n - 3; i >= 1; i--)
        for (int j = 0; j < dof; j++) m[7 * i + j] -= c[i] * m[7 * (i + 1) + j];
    for (int j = 0; j < dof; j++) {
        m[j] = m[7 + j];
        m[7 * (n - 1) + j] = m[7 * (n - 2) + j];
    }
    free(c);
}

static void spline_at(int dof, const double *s, const double *q, const double *m, int i, double x, double *v, double *d, double *a) {
    const double h = s[i + 1] - s[i], u = (s[i + 1] - x) / h, w = (x - s[i]) / h;
    for (int j = 0; j < dof; j++) {
        const double q0 = q[7 * i + j], q1 = q[7 * i + 7 + j], m0 = m[7 * i + j], m1 = m[7 * i + 7 + j];
        v[j] = u * q0 + w * q1 + ((u * u * u - u) * m0 + (w * w * w - w) * m1) * h * h / 6;
        d[j] = (q1 - q0) / h + ((1 - 3 * u * u) * m0 + (3 * w * w - 1) * m1) * h / 6;
        a[j] = u * m0 + w * m1;
    }
}

/* Speed profile from rest to rest over a length: acceleration rises, holds, falls; the speed holds; mirrored. */
typedef struct {
    double length, v, peak, T, cruise; /* T: time of a ramp */
} profile;

static profile make_profile(double length, double v, double peak) {
    profile p = {length, v, peak, v / (peak * (1 - RISE)), 0};
    p.cruise = (length - v * p.T) / v;
    if (p.cruise < 0) p.cruise = 0;
    return p;
}

static void ramp_at(const profile *p, double t, double *x, double *v, double *a) { /* within a ramp, 0 <= t <= T */
    const double r = RISE * p->T, A = p->peak;
    if (t <= r) {
        *a = A * t / r;
        *v = A * t * t / (2 * r);
        *x = A * t * t * t / (6 * r);
    } else if (t <= p->T - r) {
        const double u = t - r;
        *a = A;
        *v = A * r / 2 + A * u;
        *x = A * r * r / 6 + A * r / 2 * u + A * u * u / 2;
    } else {
        const double u = p->T - t;
        *a = A * u / r;
        *v = p->v - A * u * u / (2 * r);
        *x = p->v * p->T / 2 - p->v * u + A * u * u * u / (6 * r);
    }
}

static void profile_at(const profile *p, double t, double *x, double *v, double *a) {
    const double total = 2 * p->T + p->cruise;
    if (t <= p->T) ramp_at(p, t, x, v, a);
    else if (t <= p->T + p->cruise) {
        *x = p->v * p->T / 2 + p->v * (t - p->T);
        *v = p->v;
        *a = 0;
    } else {
        ramp_at(p, total - t > 0 ? total - t : 0, x, v, a);
        *x = p->length - *x;
        *a = -*a;
    }
}

/* Highest p u + c (v / v_end)^2 over a ramp, u the share of its peak that the acceleration has: both while the speed rises
 * on, and as the acceleration falls, v / v_end = 1 - FALL u^2. */
static double hardest(double p, double c) {
    const double fall = RISE / (2 * (1 - RISE)), u = c > 0 ? fmin(1, p / (4 * fall * c)) : 1, v = 1 - fall * u * u;
    return p * u + c * v * v;
}

/* The profile at which a path is driven; 0, or why it cannot be. */
static int32_t profile_of(const rp_robot *r, int32_t n, const double *s, const double *q, const double *m, const double speed[4],
                          double ease, profile *out) {
    const int dof = r->dof;
    const double length = s[n - 1] - s[0];
    double first[RP_DOF] = {0}, second[RP_DOF] = {0}; /* largest |dq/ds| and |d2q/ds2| */
    double end_first[RP_DOF] = {0}, end_second[RP_DOF] = {0}; /* the same where a stroke may ramp */
    for (int i = 0; i < n - 1; i++) {
        double v[RP_DOF], d[RP_DOF], a[RP_DOF];
        const int at_end = s[i] - s[0] <= speed[3] || s[n - 1] - s[i + 1] <= speed[3];
        for (int e = 0; e < 3; e++) { /* ends and middle of the piece: the slope is quadratic in between */
            spline_at(dof, s, q, m, i, s[i] + 0.5 * e * (s[i + 1] - s[i]), v, d, a);
            for (int j = 0; j < dof; j++) {
                first[j] = fmax(first[j], fabs(d[j]));
                second[j] = fmax(second[j], fabs(a[j]));
                if (!at_end) continue;
                end_first[j] = fmax(end_first[j], fabs(d[j]));
                end_second[j] = fmax(end_second[j], fabs(a[j]));
            }
        }
    }
    double fastest = 1e300, curving = 1e300;
    for (int j = 0; j < dof; j++) {
        if (first[j] > 1e-12) fastest = fmin(fastest, SAFE * r->vmax[j] / first[j]);
        if (second[j] > 1e-12) curving = fmin(curving, sqrt(SAFE * ease * r->amax[j] / second[j]));
    }
    double v, peak = 1e300;
    if (speed[1] > 0) {
        v = fmin(speed[1], fmin(fastest, curving));
        if (v < speed[0]) return fastest < speed[0] ? RP_TOO_FAST : RP_TOO_SHARP;
        const double ramp = fmin(RAMP * speed[3], 0.45 * length);
        for (int fits = 0; !fits; v *= 0.95) { /* slower, down to the lowest speed, until the ramps are gentle enough */
            if (v < speed[0]) {
                if (v <= speed[0] * 0.951) return RP_TOO_SHARP;
                v = speed[0] * 1.0001;
            }
            peak = v * v / (2 * ramp * (1 - RISE)); /* the gentlest that reaches the speed within the ramp */
            fits = 1;
            for (int j = 0; j < dof; j++) fits &= hardest(end_first[j] * peak, end_second[j] * v * v) <= SAFE * ease * r->amax[j];
            if (fits) break;
        }
    } else {
        v = fmin(fastest, curving * 0.7071);
        for (int k = 0; k < 4; k++) {
            peak = 1e300;
            for (int j = 0; j < dof; j++)
                if (first[j] > 1e-12) peak = fmin(peak, (SAFE * ease * r->amax[j] - second[j] * v * v) / first[j]);
            if (v * v > length * peak * (1 - RISE)) v = sqrt(length * peak * (1 - RISE));
        }
        if (!(v < 1e299)) { /* nothing moves */
            v = length;
            peak = length;
        }
    }
    *out = make_profile(length, v, peak);
    return 0;
}

int32_t rp_path_duration(const rp_robot *r, int32_t n, const double *s, const double *q, const double *m, const double speed[4],
                         const double *amax, double *duration) {
    rp_robot other;
    memcpy(&other, r, offsetof(rp_robot, n_coupling));
    memcpy(other.amax, amax, (size_t)r->dof * sizeof(double));
    profile p;
    const int32_t failed = profile_of(&other, n, s, q, m, speed, 1, &p);
    if (!failed) *duration = 2 * p.T + p.cruise;
    return failed;
}

int32_t rp_time_path(const rp_robot *r, int32_t n, const double *s, const double *q, const double *m, const double speed[4],
                     double ease, int32_t cap, double *t, double *oq, double *od, double *oa) {
    const int dof = r->dof;
    profile p;
    const int32_t failed = profile_of(r, n, s, q, m, speed, ease, &p);
    if (failed) return failed;
    const double total = 2 * p.T + p.cruise;
    /* knots: the profile's own breaks, evenly in the ramps, and where the cruise passes a sample */
    int inside = 0;
    while (inside < n && s[inside] - s[0] < p.v * p.T / 2) inside++;
    const int per = inside < 3 ? 1 : (inside + 2) / 3;
    int k = 0, i;
    const double breaks[4] = {0, RISE * p.T, (1 - RISE) * p.T, p.T};
    if (n + 6 * per + 8 > cap) return RP_KNOTS;
    double *at = malloc(sizeof(double) * (size_t)cap);
    for (int b = 0; b < 3; b++)
        for (int e = 0; e < per; e++) at[k++] = breaks[b] + (breaks[b + 1] - breaks[b]) * e / per;
    at[k++] = p.T;
    for (i = 0; i < n; i++) {
        const double c = (s[i] - s[0] - p.v * p.T / 2) / p.v;
        if (n > 2 && c > 1e-3 && c < p.cruise - 1e-3) at[k++] = p.T + c;
    }
    if (p.cruise > 1e-6) at[k++] = p.T + p.cruise;
    for (int b = 2; b >= 0; b--)
        for (int e = per - 1; e >= 0; e--) at[k++] = total - breaks[b] - (breaks[b + 1] - breaks[b]) * e / per;
    i = 0;
    int kept = 0;
    for (int a = 0; a < k; a++) {
        double x, xd, xdd, vq[RP_DOF], dq[RP_DOF], aq[RP_DOF];
        if (kept && at[a] - t[kept - 1] < 1e-5) {
            if (a < k - 1) continue;
            kept--; /* the last knot stays exactly at the end */
        }
        profile_at(&p, at[a], &x, &xd, &xdd);
        x += s[0];
        if (x > s[n - 1]) x = s[n - 1];
        while (i < n - 2 && x > s[i + 1]) i++;
        spline_at(dof, s, q, m, i, x, vq, dq, aq);
        t[kept] = at[a];
        for (int j = 0; j < dof; j++) {
            oq[7 * kept + j] = vq[j];
            od[7 * kept + j] = dq[j] * xd;
            oa[7 * kept + j] = aq[j] * xd * xd + dq[j] * xdd;
        }
        kept++;
    }
    free(at);
    for (int j = 0; j < dof; j++) od[j] = oa[j] = od[7 * (kept - 1) + j] = oa[7 * (kept - 1) + j] = 0;
    return kept;
}

void rp_time_paths(const rp_robot *r, int32_t n, const int32_t *first, const double *s, const double *q, double *m,
                   const double *speed, int32_t cap, double *t, double *oq, double *od, double *oa, int32_t *knots) {
    size_t at = 0;
    for (int k = 0; k < n; k++) {
        const int i = first[k], len = first[k + 1] - i;
        rp_spline(len, r->dof, s + i, q + 7 * i, m + 7 * i);
        knots[k] = rp_time_path(r, len, s + i, q + 7 * i, m + 7 * i, speed + 4 * k, 1, cap - (int32_t)at, t + at, oq + 7 * at,
                                od + 7 * at, oa + 7 * at);
        if (knots[k] > 0) at += (size_t)knots[k];
    }
}

void rp_path_durations(const rp_robot *r, int32_t n, const int32_t *first, const double *s, const double *q, const double *m,
                       const double *speed, const double *amax, double *duration) {
    for (int k = 0; k < n; k++) {
        const int i = first[k];
        if (rp_path_duration(r, first[k + 1] - i, s + i, q + 7 * i, m + 7 * i, speed + 4 * k, amax, duration + k))
            duration[k] = -1;
    }
}

static void hull_of(double h, const double *q0, const double *q1, int j, const double *d, const double *a, double B[6]) {
    B[0] = q0[j];
    B[1] = q0[j] + h * d[j] / 5;
    B[2] = q0[j] + 2 * h * d[j] / 5 + h * h * a[j] / 20;
    B[3] = q1[j] - 2 * h * d[7 + j] / 5 + h * h * a[7 + j] / 20;
    B[4] = q1[j] - h * d[7 + j] / 5;
    B[5] = q1[j];
}

void rp_limits_used(const rp_robot *r, int32_t n, const double *t, const double *q, const double *d, const double *a,
                    double use[3]) {
    use[0] = use[1] = use[2] = 0;
    for (int i = 0; i < n - 1; i++) {
        const double h = t[i + 1] - t[i];
        double all[RP_DOF][6];
        for (int j = 0; j < r->dof; j++) {
            double *B = all[j];
            hull_of(h, q + 7 * i, q + 7 * i + 7, j, d + 7 * i, a + 7 * i, B);
            const double mid = 0.5 * (r->lower[j] + r->upper[j]), half = 0.5 * (r->upper[j] - r->lower[j]);
            for (int k = 0; k < 6; k++) use[0] = fmax(use[0], fabs(B[k] - mid) / half);
            for (int k = 0; k < 5; k++) use[1] = fmax(use[1], 5 / h * fabs(B[k + 1] - B[k]) / r->vmax[j]);
            for (int k = 0; k < 4; k++) use[2] = fmax(use[2], 20 / (h * h) * fabs(B[k + 2] - 2 * B[k + 1] + B[k]) / r->amax[j]);
        }
        for (int c = 0; c < r->n_coupling; c++)
            for (int k = 0; k < 6; k++) {
                double sum = 0;
                for (int j = 0; j < r->dof; j++) sum += r->coupling[c][j] * all[j][k];
                const double mid = 0.5 * (r->coupling_lower[c] + r->coupling_upper[c]);
                use[0] = fmax(use[0], fabs(sum - mid) / (r->coupling_upper[c] - mid));
            }
    }
}
