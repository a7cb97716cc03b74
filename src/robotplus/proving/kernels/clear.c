/* Proofs that timed moves keep every asked distance between their knots too. */
#include "motion.h"
#include "sweep.h"

#include <stdlib.h>

#define MARGIN 1e-4     /* [m] proven above what is asked */
#define WIDEST 0.5      /* [rad, m] knots whose joints lie farther apart than twice this are not looked at together */
#define HALVINGS 11     /* of one piece between knots */

typedef struct {
    double B[RP_DOF][6], lo[RP_DOF], hi[RP_DOF]; /* Bernstein coefficients; their hull holds the joint values */
} quintic;

typedef struct {
    rp_sweep sweep;
    const double *t, *q;
    quintic *part;
    double claim[2], fail_time;
} proof;

static void hull(quintic *c, int dof) {
    for (int j = 0; j < dof; j++) {
        c->lo[j] = c->hi[j] = c->B[j][0];
        for (int k = 1; k < 6; k++) {
            c->lo[j] = fmin(c->lo[j], c->B[j][k]);
            c->hi[j] = fmax(c->hi[j], c->B[j][k]);
        }
    }
}

static void between(const double *t, const double *q, const double *d, const double *a, int dof, quintic *c) {
    const double h = t[1] - t[0];
    for (int j = 0; j < dof; j++) {
        double *B = c->B[j];
        B[0] = q[j];
        B[1] = q[j] + h * d[j] / 5;
        B[2] = q[j] + 2 * h * d[j] / 5 + h * h * a[j] / 20;
        B[3] = q[7 + j] - 2 * h * d[7 + j] / 5 + h * h * a[7 + j] / 20;
        B[4] = q[7 + j] - h * d[7 + j] / 5;
        B[5] = q[7 + j];
    }
    hull(c, dof);
}

/* One piece of a quintic: from t0, h seconds long. */
static int piece_holds(proof *x, const quintic *c, double t0, double h, int halvings, int32_t first, int32_t n) {
    const int dof = x->sweep.scene->robot->dof;
    rp_piece m = {.tau = 0.5 * h};
    quintic half[2];
    for (int j = 0; j < dof; j++) {
        double b[6], *left = half[0].B[j], *right = half[1].B[j];
        memcpy(b, c->B[j], sizeof b);
        for (int k = 0; k < 5; k++) m.vmax[j] = fmax(m.vmax[j], 5 / h * fabs(b[k + 1] - b[k]));
        for (int k = 0; k < 4; k++) m.amax[j] = fmax(m.amax[j], 20 / (h * h) * fabs(b[k + 2] - 2 * b[k + 1] + b[k]));
        left[0] = b[0], right[5] = b[5];
        for (int k = 5; k > 0; k--) { /* de Casteljau at one half: both halves, and value and speed there */
            if (k == 1) m.v[j] = 5 * (b[1] - b[0]) / h;
            for (int i = 0; i < k; i++) b[i] = 0.5 * (b[i] + b[i + 1]);
            left[6 - k] = b[0], right[k - 1] = b[k - 1];
        }
        m.q[j] = b[0];
        m.w[j] = fmax(c->hi[j] - m.q[j], m.q[j] - c->lo[j]);
    }
    const int32_t left = rp_sweep_settle(&x->sweep, &m, first, n, MARGIN, x->claim, halvings == 0);
    if (left < 0) x->fail_time = t0 + 0.5 * h;
    if (left <= 0) return left == 0;
    for (int k = 0; k < 2; k++) {
        hull(&half[k], dof);
        if (!piece_holds(x, &half[k], t0 + 0.5 * h * k, 0.5 * h, halvings - 1, first + n, left)) return 0;
    }
    return 1;
}

/* All between knots i and e: what is far from the whole of it is settled at once. */
static int run_holds(proof *x, int32_t i, int32_t e, int32_t first, int32_t n) {
    if (e - i == 1) return piece_holds(x, &x->part[i], x->t[i], x->t[e] - x->t[i], HALVINGS, first, n);
    const int dof = x->sweep.scene->robot->dof, mid = (i + e) / 2;
    rp_piece m = {.tau = 0};
    double widest = 0;
    for (int j = 0; j < dof; j++) {
        m.q[j] = x->q[7 * mid + j];
        for (int k = i; k < e; k++)
            m.w[j] = fmax(m.w[j], fmax(x->part[k].hi[j] - m.q[j], m.q[j] - x->part[k].lo[j]));
        widest = fmax(widest, m.w[j]);
    }
    if (widest < WIDEST) {
        const int32_t left = rp_sweep_settle(&x->sweep, &m, first, n, MARGIN, x->claim, 0);
        if (left < 0) x->fail_time = x->t[mid];
        if (left <= 0) return left == 0;
        first += n;
        n = left;
    }
    return run_holds(x, i, mid, first, n) && run_holds(x, mid, e, first, n);
}

int32_t rp_prove_moves(const rp_scene *s, int32_t n_job, const int32_t *job, const double *t, const double *q, const double *d,
                       const double *a, rp_clear *out) {
    proof x = {.claim = {out->clearance, out->self}};
    int32_t open = 0, k = 0, holds = 1;
    rp_phase now = {0, 0, 0};
    for (; k < n_job && holds; k++) {
        const int32_t *own = job + 5 * k, from = own[0], n = own[1];
        const rp_phase phase = {own[2], own[3], own[4]};
        if (!open || memcmp(&phase, &now, sizeof now)) {
            if (open) rp_sweep_close(&x.sweep);
            rp_sweep_open(&x.sweep, s, &phase);
            now = phase;
            open = 1;
        }
        x.part = malloc(sizeof *x.part * (size_t)(n - 1));
        for (int i = 0; i < n - 1; i++) {
            const int at = from + i;
            between(t + at, q + 7 * at, d + 7 * at, a + 7 * at, s->robot->dof, &x.part[i]);
        }
        x.t = t + from;
        x.q = q + 7 * from;
        holds = run_holds(&x, 0, n - 1, 0, x.sweep.n);
        free(x.part);
    }
    *out = (rp_clear){x.claim[0], x.claim[1], x.fail_time, holds ? -1 : k - 1, holds ? -1 : x.sweep.met.pair};
    if (open) rp_sweep_close(&x.sweep);
    return holds;
}

void rp_moves_limits(const rp_robot *r, int32_t n, const int32_t *first, const double *t, const double *q, const double *d,
                     const double *a, double *use) {
    for (int i = 0; i < n; i++) {
        const int64_t k = first[i];
        rp_limits_used(r, first[i + 1] - first[i], t + k, q + 7 * k, d + 7 * k, a + 7 * k, use + 3 * i);
    }
}

void rp_track(const rp_robot *r, const double *flange_from_tcp, int32_t n, const double *q, const double *d, double *out) {
    for (int i = 0; i < n; i++) {
        double f[RP_DOF + 1][12], tcp[12], v[3] = {0, 0, 0};
        rp_fk(r, q + 7 * i, f);
        rp_mul(f[r->dof], flange_from_tcp, tcp);
        for (int j = 0; j < r->dof; j++) {
            const double *m = f[j], z[3] = {m[2], m[6], m[10]}, w = d[7 * i + j];
            if (r->prismatic >> j & 1) {
                for (int k = 0; k < 3; k++) v[k] += w * z[k];
                continue;
            }
            const double x = tcp[3] - m[3], y = tcp[7] - m[7], e = tcp[11] - m[11];
            v[0] += w * (z[1] * e - z[2] * y);
            v[1] += w * (z[2] * x - z[0] * e);
            v[2] += w * (z[0] * y - z[1] * x);
        }
        double *o = out + 10 * i;
        for (int k = 0; k < 3; k++) {
            o[k] = tcp[4 * k + 3];
            o[3 + k] = tcp[4 * k + 2];
            o[6 + k] = tcp[4 * k];
        }
        o[9] = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    }
}
