/* Free travel round obstacles: two trees grown towards each other (RRT-Connect), then shortcuts. */
#include "motion.h"
#include "sweep.h"

#include <stdlib.h>

#define FINEST 1e-3 /* [rad] how fine the one straight line is cut before it is given up */
#define COARSE 1e-2 /* and edges of the trees, of which there are many to choose from */

typedef struct {
    uint64_t state;
} stream;

static double next(stream *s) { /* splitmix64, uniform in [0, 1) */
    uint64_t z = (s->state += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
}

typedef struct {
    int32_t n, *parent;
    double *q;
} tree;

static double far_apart(const rp_robot *r, const double *a, const double *b) { /* [s] at full joint speed */
    double worst = 0;
    for (int j = 0; j < r->dof; j++) worst = fmax(worst, fabs(a[j] - b[j]) / r->vmax[j]);
    return worst;
}

static int nearest(const rp_robot *r, const tree *t, const double *q) {
    int best = 0;
    double least = 1e300;
    for (int i = 0; i < t->n; i++) {
        const double d = far_apart(r, t->q + 7 * i, q);
        if (d < least) least = d, best = i;
    }
    return best;
}

/* One step from node `at` towards goal; returns the new node, -1 when blocked; *arrived when it is the goal itself. */
static int grow(rp_sweep *s, tree *t, int at, const double *goal, int *arrived) {
    const rp_robot *r = s->scene->robot;
    double q[7] = {0}, angle = 0;
    for (int j = 0; j < r->dof; j++) angle = fmax(angle, fabs(goal[j] - t->q[7 * at + j]) * (r->prismatic >> j & 1 ? 3 : 1));
    const double share = fmin(1, 0.5 / fmax(angle, 1e-12));
    *arrived = share >= 1;
    for (int j = 0; j < r->dof; j++) {
        q[j] = t->q[7 * at + j] + share * (goal[j] - t->q[7 * at + j]);
        if (share < 1 && (q[j] < r->lower[j] || q[j] > r->upper[j])) return -1;
    }
    for (int c = 0; c < r->n_coupling; c++) {
        double sum = 0;
        for (int j = 0; j < r->dof; j++) sum += r->coupling[c][j] * q[j];
        if (sum < r->coupling_lower[c] || sum > r->coupling_upper[c]) return -1;
    }
    if (!rp_sweep_line(s, t->q + 7 * at, q, COARSE)) return -1;
    memcpy(t->q + 7 * t->n, q, sizeof q);
    t->parent[t->n] = at;
    return t->n++;
}

static int32_t plan(rp_sweep *s, const double *a, const double *b, uint64_t seed, int32_t budget, int32_t cap, double *via) {
    if (rp_sweep_line(s, a, b, FINEST)) return 0;
    const rp_robot *r = s->scene->robot;
    stream rnd = {seed};
    tree t[2];
    for (int k = 0; k < 2; k++) {
        t[k].n = 1;
        t[k].q = malloc(sizeof(double) * 7 * ((size_t)budget + 64));
        t[k].parent = malloc(sizeof(int32_t) * ((size_t)budget + 64));
        memset(t[k].q, 0, 7 * sizeof(double));
        memcpy(t[k].q, k ? b : a, (size_t)r->dof * sizeof(double));
        t[k].parent[0] = -1;
    }
    int joined = 0, mine = 0, ends[2] = {0, 0};
    for (int work = 0; !joined && work < budget && t[0].n < budget && t[1].n < budget; work++, mine ^= 1) {
        double q[7] = {0};
        int arrived;
        for (int j = 0; j < r->dof; j++) {
            /* most samples near the two ends' box: travel is local more often than not */
            const double lo = fmin(a[j], b[j]), hi = fmax(a[j], b[j]), pad = 0.6;
            const double l = work % 4 ? fmax(r->lower[j], lo - pad) : r->lower[j], u = work % 4 ? fmin(r->upper[j], hi + pad) : r->upper[j];
            q[j] = l + next(&rnd) * (u - l);
        }
        const int grown = grow(s, &t[mine], nearest(r, &t[mine], q), q, &arrived);
        if (grown < 0) continue;
        const double *goal = t[mine].q + 7 * grown;
        int at = nearest(r, &t[!mine], goal);
        do {
            at = grow(s, &t[!mine], at, goal, &arrived);
        } while (at >= 0 && !arrived && t[!mine].n < budget);
        if (at >= 0 && arrived) {
            joined = 1;
            ends[mine] = grown;
            ends[!mine] = at;
        }
    }
    int32_t n = -1;
    if (joined) {
        double *path = malloc(sizeof(double) * 7 * (size_t)(t[0].n + t[1].n));
        int m = 0;
        for (int k = ends[0]; k >= 0; k = t[0].parent[k]) m++;
        for (int k = ends[0], i = m - 1; k >= 0; k = t[0].parent[k], i--) memcpy(path + 7 * i, t[0].q + 7 * k, 7 * sizeof(double));
        for (int k = t[1].parent[ends[1]]; k >= 0; k = t[1].parent[k]) memcpy(path + 7 * m++, t[1].q + 7 * k, 7 * sizeof(double));
        for (int pass = 0; pass < 3; pass++) /* leave out what a straight line can skip, farthest first */
            for (int i = 0; i < m - 2; i++)
                for (int k = m - 1; k > i + 1; k--)
                    if (rp_sweep_line(s, path + 7 * i, path + 7 * k, COARSE)) {
                        memmove(path + 7 * (i + 1), path + 7 * k, sizeof(double) * 7 * (size_t)(m - k));
                        m -= k - i - 1;
                        break;
                    }
        for (int tries = 0; tries < 40 && m > 2; tries++) { /* pull corners in */
            const int i = 1 + (int)(next(&rnd) * (m - 2));
            double q[7] = {0};
            const double share = next(&rnd);
            for (int j = 0; j < r->dof; j++) {
                const double mid = 0.5 * (path[7 * (i - 1) + j] + path[7 * (i + 1) + j]);
                q[j] = path[7 * i + j] + share * (mid - path[7 * i + j]);
            }
            if (rp_sweep_line(s, path + 7 * (i - 1), q, COARSE) && rp_sweep_line(s, q, path + 7 * (i + 1), COARSE))
                memcpy(path + 7 * i, q, sizeof q);
        }
        n = m - 2;
        if (n > cap) n = -1;
        else memcpy(via, path + 7, sizeof(double) * 7 * (size_t)n);
        free(path);
    }
    for (int k = 0; k < 2; k++) {
        free(t[k].q);
        free(t[k].parent);
    }
    return n;
}

int32_t rp_plan(const rp_scene *s, const rp_phase *phase, const double *a, const double *b, uint64_t seed, int32_t budget,
                int32_t cap, double *via) {
    rp_sweep sweep;
    rp_sweep_open(&sweep, s, phase);
    const int32_t n = plan(&sweep, a, b, seed, budget, cap, via);
    rp_sweep_close(&sweep);
    return n;
}

int32_t rp_plans(const rp_scene *s, int32_t n, const rp_phase *phase, const double *a, const double *b, const uint64_t *seed,
                 int32_t budget, int32_t cap, double *via, int32_t *count) {
    for (int k = 0; k < n; k++) {
        count[k] = rp_plan(s, phase + k, a + 7 * k, b + 7 * k, seed[k], budget, cap, via + (size_t)(7 * cap) * (size_t)k);
        if (count[k] < 0) return k;
    }
    return n;
}
