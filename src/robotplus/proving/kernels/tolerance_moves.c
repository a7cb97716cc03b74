/* Which displacement of the base a whole move bears (docs/check.md, "Base tolerance").
 *
 * The motion is cut as `check` cuts it at first, so that both find a travel awkward on the same pieces; what is then shown
 * about each piece, halved where need be, errs to the safe side of what `check` demands. */
#include <stdlib.h>

#include "tolerance.h"

#define COARSE 0.1      /* [rad] all joints together, on one piece */
#define HALVINGS 12     /* until pieces are no longer than that */
#define DEEPEST 6       /* and on pieces that do not bear a displacement as they are */
#define SPARE (1 / 0.98) /* what is claimed is shown for this many times as much */
#define GLANCE 8        /* pieces are looked at this far apart first, to come near the answer */
#define AWKWARD 3.0     /* a correction this many times those at the ends of a travel is not asked for */
#define NEAR 0.0005     /* [rad] or [m] each joint: a correction that does not bear this is awkward too */

typedef struct {
    const rp_scene *s;
    const double *tcp;
    int travel, n, cap, n_watch;
    double xy, angle; /* that a travel is prepared for */
    rp_piece *list;
    rp_response end; /* where the move ends */
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

/* The piece with coefficients b. */
static rp_piece piece_of(const move *m, const double b[6][RP_DOF]) {
    const int dof = m->s->robot->dof;
    double left[6][RP_DOF], right[6][RP_DOF];
    rp_halve(b, dof, left, right);
    rp_piece p = {.at = rp_respond(m->s, m->tcp, right[0]), .held = 1};
    memcpy(p.b, b, sizeof p.b);
    for (int j = 0; j < dof; j++)
        for (int k = 0; k < 6; k++) p.change[j] = fmax(p.change[j], fabs(b[k][j] - right[0][j]));
    return p;
}

static int cut(move *m, const double b[6][RP_DOF], int generation) {
    const int dof = m->s->robot->dof;
    double change[RP_DOF] = {0};
    if (generation < HALVINGS && rp_excursion(b, dof, change) > COARSE) {
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
    *p = piece_of(m, b);
    if (m->travel) p->from = rp_respond(m->s, m->tcp, b[0]);
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

/* Bounds on the corrections at sample k of a move, where piece k starts or the last one ends; returns their sum. */
static double at_sample(const move *m, int k, double change, double xy, double angle, double *b) {
    double away[RP_DOF];
    for (int j = 0; j < RP_DOF; j++) away[j] = change;
    return rp_correct(m->s->robot, k < m->n ? &m->list[k].from : &m->end, away, xy, angle, b);
}

/* Where a travel holds the tool. Over each run of awkward pieces the correction goes evenly from the one before to the one
 * after. Which pieces these are depends on the displacement. */
static void let_go(move *m, double xy, double angle) {
    const int dof = m->s->robot->dof;
    double before[RP_DOF], after[RP_DOF], near[RP_DOF];
    m->xy = xy, m->angle = angle;
    const double most = AWKWARD * fmax(at_sample(m, 0, 0, xy, angle, before), at_sample(m, m->n, 0, xy, angle, after));
    double next = at_sample(m, 0, NEAR, xy, angle, near);
    for (int i = 0; i < m->n; i++) {
        const double here = next;
        next = at_sample(m, i + 1, NEAR, xy, angle, near);
        m->list[i].held = here <= most && next <= most && here < INFINITY && next < INFINITY;
    }
    for (int i = 0, end; i < m->n; i = end + 1) {
        for (end = i; end < m->n && !m->list[end].held;) end++;
        if (end == i) continue;
        at_sample(m, i, 0, xy, angle, before);
        at_sample(m, end, 0, xy, angle, after);
        for (int k = i; k < end; k++)
            for (int j = 0; j < dof; j++) m->list[k].box[j] = fmax(before[j], after[j]);
    }
}

static void forget(move *m) {
    for (int k = 0; k < m->n_watch; k++) m->watch[k].known = -INFINITY;
}

/* What is known where a piece starts, of what was known where the one before it did. */
static void carry_on(move *m) {
    for (int k = 0; k < m->n_watch; k++) m->watch[k].known -= m->watch[k].moved;
}

/* Whether a piece bears the displacement, as it is or halved. */
static int bears(move *m, rp_piece *p, double xy, double angle, int halvings) {
    const rp_robot *r = m->s->robot;
    const double still[RP_DOF] = {0};
    double point[RP_DOF];
    if (p->held) rp_correct(r, &p->at, p->change, xy, angle, p->box);
    if (within_limits(r, p) && rp_keeps_clear(m->s, p, xy, angle, m->n_watch, m->watch, m->open)) return 1;
    if (halvings == DEEPEST || (p->held && rp_correct(r, &p->at, still, xy, angle, point) == INFINITY)) return 0;
    double left[6][RP_DOF], right[6][RP_DOF];
    rp_halve(p->b, r->dof, left, right);
    for (int side = 0; side < 2; side++) {
        rp_piece half = piece_of(m, side ? right : left);
        half.held = p->held;
        if (!half.held) memcpy(half.box, p->box, sizeof half.box);
        if (side) carry_on(m);
        if (!bears(m, &half, xy, angle, halvings + 1)) return 0;
    }
    return 1;
}

static int holds(move *m, int i, double xy, double angle) {
    if (m->travel && !(m->xy == xy && m->angle == angle)) let_go(m, xy, angle);
    return bears(m, &m->list[i], xy, angle, 0);
}

/* The largest k <= most that the pieces bear, every `stride`th of them looked at in turn: what one does not bear is lowered
 * by steps that double, then halved, until it does. */
static int descend(move *m, double xy, double angle, int most, int stride) {
    forget(m);
    for (int i = 0; i < m->n && most; i += stride) {
        if (holds(m, i, most * xy, most * angle)) {
            if (stride == 1) carry_on(m);
            else forget(m);
            continue;
        }
        int low = most - 1;
        for (int step = 1; low > 0; step *= 2) {
            forget(m);
            if (holds(m, i, low * xy, low * angle)) break;
            most = low;
            low = most - 2 * step > 0 ? most - 2 * step : 0;
        }
        while (most - low > 1) {
            const int middle = (low + most) / 2;
            forget(m);
            if (holds(m, i, middle * xy, middle * angle)) low = middle;
            else most = middle;
        }
        most = low;
        forget(m);
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
        m.end = rp_respond(s, flange_from_tcp, q + 7 * (n - 1));
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
