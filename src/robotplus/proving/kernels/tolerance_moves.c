/* Which displacement of the base a whole move bears (docs/check.md, "Base tolerance").
 *
 * The motion is cut as `check` cuts it, so that both look at the same postures and find a travel awkward on the same
 * pieces; what is then shown about each piece errs to the safe side of what `check` demands. */
#include <stdlib.h>

#include "tolerance.h"

#define FINE 0.01        /* [rad] all joints together, on one piece */
#define FINE_TRAVEL 0.01 /* likewise on a travel */
#define LONG_TRAVEL 0.1  /* and on one of very many, where the finer cut would cost too much */
#define HALVINGS 8       /* until pieces are fine */
#define SPARE (1 / 0.98) /* what is claimed is shown for this many times as much */
#define GLANCE 8         /* pieces are looked at this far apart first, to come near the answer */
#define AWKWARD 3.0      /* a correction this many times those at the ends of a travel is not asked for */

typedef struct {
    const rp_scene *s;
    const double *tcp;
    int travel, n, cap, n_watch;
    double xy, angle; /* that a travel is prepared for */
    rp_piece *list;
    rp_response end[2];
    rp_watch *watch;
    int32_t *open;
} move;

double rp_excursion(const double b[6][RP_DOF], int dof, double *change) {
    double total = 0;
    for (int j = 0; j < dof; j++) {
        change[j] = 0;
        for (int k = 1; k < 6; k++) change[j] = fmax(change[j], fabs(b[k][j] - b[0][j]));
        total += change[j];
    }
    return total;
}

void rp_halve(const double b[6][RP_DOF], int dof, double left[6][RP_DOF], double right[6][RP_DOF]) {
    memcpy(right, b, sizeof(double) * 6 * RP_DOF);
    memset(left, 0, sizeof(double) * 6 * RP_DOF);
    for (int k = 0; k < 6; k++) {
        memcpy(left[k], right[0], sizeof left[k]);
        for (int i = 0; i < 5 - k; i++)
            for (int j = 0; j < dof; j++) right[i][j] = 0.5 * (right[i][j] + right[i + 1][j]);
    }
}

static int cut(move *m, const double b[6][RP_DOF], int generation) {
    const int dof = m->s->robot->dof;
    double change[RP_DOF] = {0};
    if (generation < HALVINGS && rp_excursion(b, dof, change) > (m->travel == 2 ? LONG_TRAVEL : m->travel ? FINE_TRAVEL : FINE)) {
        double left[6][RP_DOF], right[6][RP_DOF];
        rp_halve(b, dof, left, right);
        return cut(m, left, generation + 1) && cut(m, right, generation + 1);
    }
    if (m->n == m->cap) {
        const int cap = m->cap ? 2 * m->cap : 256;
        rp_piece *more = realloc(m->list, sizeof(rp_piece) * (size_t)cap);
        if (!more) return 0;
        m->list = more;
        m->cap = cap;
    }
    rp_piece *p = &m->list[m->n++];
    memcpy(p->b, b, sizeof p->b);
    rp_excursion(b, dof, p->change);
    p->at = rp_respond(m->s, m->tcp, b[0]);
    p->held = 1;
    return 1;
}

static int cut_all(move *m, int n, const double *t, const double *q, const double *d, const double *a) {
    for (int i = 0; i < n - 1; i++) {
        const double h = t[i + 1] - t[i];
        double b[6][RP_DOF] = {{0}};
        for (int j = 0; j < m->s->robot->dof; j++) {
            const int k = 7 * i + j;
            b[0][j] = q[k];
            b[1][j] = q[k] + h * d[k] / 5;
            b[2][j] = q[k] + 2 * h * d[k] / 5 + h * h * a[k] / 20;
            b[3][j] = q[k + 7] - 2 * h * d[k + 7] / 5 + h * h * a[k + 7] / 20;
            b[4][j] = q[k + 7] - h * d[k + 7] / 5;
            b[5][j] = q[k + 7];
        }
        if (!cut(m, b, 0)) return 0;
    }
    return 1;
}

static int within_limits(const rp_robot *r, const rp_piece *p) {
    const double *b = p->box;
    for (int j = 0; j < r->dof; j++)
        for (int k = 0; k < 6; k++)
            if (!(p->b[k][j] - b[j] >= r->lower[j] && p->b[k][j] + b[j] <= r->upper[j])) return 0;
    for (int c = 0; c < r->n_coupling; c++) {
        double used = 0;
        for (int j = 0; j < r->dof; j++) used += fabs(r->coupling[c][j]) * b[j];
        for (int k = 0; k < 6; k++) {
            double sum = 0;
            for (int j = 0; j < r->dof; j++) sum += r->coupling[c][j] * p->b[k][j];
            if (!(sum - used >= r->coupling_lower[c] && sum + used <= r->coupling_upper[c])) return 0;
        }
    }
    return 1;
}

/* Over each run of awkward pieces of a travel the correction goes evenly from the one before to the one after. */
static void let_go(move *m, double xy, double angle) {
    const rp_robot *r = m->s->robot;
    const double still[RP_DOF] = {0};
    double end[2][RP_DOF], most = 0;
    for (int i = 0; i < 2; i++) most = fmax(most, AWKWARD * rp_correct(r, &m->end[i], still, xy, angle, end[i]));
    const double *before = end[0];
    for (int i = 0, after; i < m->n; i = after + 1) {
        for (after = i; after < m->n && m->list[after].total > most; after++) m->list[after].held = 0;
        const double *next = after < m->n ? m->list[after].box : end[1];
        for (int k = i; k < after; k++)
            for (int j = 0; j < r->dof; j++) m->list[k].box[j] = fmax(before[j], next[j]);
        before = next;
    }
}

/* Corrections for a displacement: of piece i, or on a travel of all pieces because where it lets go depends on all. */
static void prepare(move *m, int i, double xy, double angle) {
    const rp_robot *r = m->s->robot;
    const int same = m->xy == xy && m->angle == angle;
    m->xy = xy, m->angle = angle;
    if (m->travel && same) return;
    for (int k = m->travel ? 0 : i; k < (m->travel ? m->n : i + 1); k++) {
        rp_piece *p = &m->list[k];
        p->held = 1;
        p->total = rp_correct(r, &p->at, p->change, xy, angle, p->box);
    }
    if (m->travel) let_go(m, xy, angle);
}

static int holds(move *m, int i, double xy, double angle) {
    const rp_piece *p = &m->list[i];
    prepare(m, i, xy, angle);
    return within_limits(m->s->robot, p) && rp_keeps_clear(m->s, p, xy, angle, m->n_watch, m->watch, m->open);
}

/* The largest k <= most that the pieces bear, every `stride`th of them looked at in turn: what one does not bear is lowered
 * by steps that double, then halved, until it does. */
static int descend(move *m, double xy, double angle, int most, int stride) {
    for (int i = 0; i < m->n && most; i += stride) {
        for (int k = 0; k < m->n_watch; k++) {
            rp_watch *w = &m->watch[k];
            w->known = i && stride == 1 ? w->known - w->moved : -INFINITY;
        }
        if (holds(m, i, most * xy, most * angle)) continue;
        int low = most - 1;
        for (int step = 1; low > 0 && !holds(m, i, low * xy, low * angle); step *= 2) {
            most = low;
            low = most - 2 * step > 0 ? most - 2 * step : 0;
        }
        while (most - low > 1) {
            const int middle = (low + most) / 2;
            if (holds(m, i, middle * xy, middle * angle)) low = middle;
            else most = middle;
        }
        most = low;
    }
    return most;
}

int32_t rp_tolerated(const rp_scene *s, const rp_phase *phase, int32_t n_phase, const double *flange_from_tcp,
                     int32_t travel, int32_t n, const double *t, const double *q, const double *d, const double *a,
                     double xy, double angle, int32_t most) {
    move m = {.s = s, .tcp = flange_from_tcp, .travel = travel, .xy = -1};
    m.n_watch = rp_list_watches(s, phase, n_phase, 0);
    m.watch = malloc(sizeof(rp_watch) * (size_t)(m.n_watch + 1));
    m.open = malloc(sizeof(int32_t) * (size_t)(m.n_watch + 1) * (RP_CLEAR_HALVINGS + 2));
    int32_t k = 0;
    if (m.watch && m.open && cut_all(&m, n, t, q, d, a)) {
        rp_list_watches(s, phase, n_phase, m.watch);
        m.end[0] = rp_respond(s, flange_from_tcp, q);
        m.end[1] = rp_respond(s, flange_from_tcp, q + 7 * (n - 1));
        k = descend(&m, SPARE * xy, SPARE * angle, most, GLANCE);
        /* On a travel less is not always easier, since it decides where the tool is let go: look again with what is left,
         * and with the claim itself. */
        for (int32_t seen = -1; k != seen;) {
            seen = k;
            k = descend(&m, SPARE * xy, SPARE * angle, k, 1);
            if (travel) k = descend(&m, xy, angle, k, 1);
            else break;
        }
    }
    free(m.list);
    free(m.watch);
    free(m.open);
    return k;
}
