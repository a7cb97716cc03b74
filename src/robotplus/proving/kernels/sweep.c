#include "sweep.h"

#include <stdlib.h>

#include "ik.h"

#define LINE_MARGIN 1.5e-4 /* [m] a planned line keeps this much more than is asked */
#define WIDE 0.1           /* [m] claims above this need not be near the truth */
#define LOOSE 0.3          /* share of a distance that a claim may lie below it, plus */
#define LOOSE_BY 1e-3      /* this [m] */

/* Room for n more couples behind the first `used`. */
static void make_room(rp_sweep *s, int32_t used, int32_t n) {
    if (used + n <= s->cap) return;
    s->cap = 2 * (used + n);
    s->couple = realloc(s->couple, sizeof *s->couple * (size_t)s->cap);
}

static void add(rp_sweep *s, int still, int moving, int from, int pair, double asked, double radii) {
    make_room(s, s->n, 1);
    s->couple[s->n++] = (rp_couple){(int16_t)still, (int16_t)moving, (int16_t)from, (int16_t)pair, asked, radii};
}

void rp_sweep_open(rp_sweep *s, const rp_scene *scene, const rp_phase *phase) {
    const rp_robot *r = scene->robot;
    const rp_world *w = scene->world;
    *s = (rp_sweep){.scene = scene};
    int32_t here[RP_OBSTACLES], n_here = 0;
    for (int k = 0; k < w->n; k++)
        if (w->first[k] <= phase->stop && phase->stop <= w->last[k]) here[n_here++] = k;
    for (int b = r->n_box - 1; b >= 0; b--) { /* the tool first: it meets things more often than the arm */
        const int link = r->box_link[b];
        if (link == 0 || (link > r->dof + 1 && link - r->dof - 2 != phase->carry)) continue;
        const double asked = phase->near && link > r->dof ? w->tool_clearance : w->min_clearance;
        for (int i = 0; i < n_here; i++) {
            const int k = here[i];
            if (link <= 1 && (w->flags[k] & RP_FLOOR)) continue;
            if (link > r->dof + 1 && phase->near && w->touch[phase->stop * w->n_id + w->id[k]]) continue;
            add(s, k, b, 0, -1, asked, scene->radius[k] + scene->box_radius[b]);
        }
    }
    for (int p = 0; p < scene->n_pair; p++) {
        const int i = scene->pair[2 * p], j = scene->pair[2 * p + 1];
        if (j > r->dof + 1 && j - r->dof - 2 != phase->carry) continue;
        for (int b = scene->link_first[j]; b < scene->link_first[j] + scene->link_count[j]; b++)
            for (int a = scene->link_first[i]; a < scene->link_first[i] + scene->link_count[i]; a++)
                add(s, a, b, i, p, 0, scene->box_radius[a] + scene->box_radius[b]);
    }
}

void rp_sweep_close(rp_sweep *s) { free(s->couple); }

/* The robot in the middle of a piece, box by box as they are needed.
 *
 * Relative to the middle, the joints turn about their axes there, the outermost first; a point at distance rho from
 * axis j that the joints beyond have moved by D is moved by at most w (rho + D) more. From the tip inwards this gives
 * D_j = D_{j+1} (1 + w_j) + w_j rho_j, for any motion that keeps within w; and rho_j + D_{j+1} bounds the distance from
 * axis j all along. */
typedef struct {
    const rp_scene *s;
    const rp_piece *m;
    double f[RP_DOF + 1][12], box[RP_BOXES][12];
    double rho[RP_BOXES][RP_DOF];    /* farthest point of the box from axis j, in the middle */
    double D[RP_BOXES][RP_DOF + 1];  /* what joints j and beyond move the box */
    uint8_t placed[RP_BOXES], swept[RP_BOXES];
} body;

static const double *place(body *x, int b) {
    if (!x->placed[b]) {
        const rp_robot *r = x->s->robot;
        const int l = r->box_link[b];
        x->placed[b] = 1;
        if (l == 0) memcpy(x->box[b], r->box_pose[b], sizeof x->box[b]);
        else rp_mul(x->f[l <= r->dof ? l - 1 : r->dof], r->box_pose[b], x->box[b]);
    }
    return x->box[b];
}

static const double *sweep(body *x, int b) { /* D of a box */
    if (x->swept[b]) return x->D[b];
    const rp_robot *r = x->s->robot;
    const double *c = place(x, b);
    const int l = r->box_link[b] > r->dof ? r->dof : r->box_link[b];
    double D = 0;
    x->swept[b] = 1;
    x->D[b][l] = 0;
    for (int j = l - 1; j >= 0; j--) {
        const double w = x->m->w[j], *f = x->f[j];
        if (r->prismatic >> j & 1) {
            x->rho[b][j] = 1;
            D += w;
        } else {
            const double u = c[3] - f[3], v = c[7] - f[7], e = c[11] - f[11];
            const double along = u * f[2] + v * f[6] + e * f[10];
            x->rho[b][j] = sqrt(fmax(0, u * u + v * v + e * e - along * along)) + x->s->box_radius[b];
            D += w * (x->rho[b][j] + D);
        }
        x->D[b][j] = D;
    }
    return x->D[b];
}

/* What points of box b may move along n: the speed in the middle times tau, and half tau squared times the highest
 * acceleration sum_j lever_j a_j + sum_jk lever_max(j,k) v_j v_k (second derivatives of a chain are as long as the
 * deeper lever). */
static double along(const body *x, const rp_couple *c, const double n[3]) {
    const rp_robot *r = x->s->robot;
    const rp_piece *m = x->m;
    const int b = c->moving, to = r->box_link[b] > r->dof ? r->dof : r->box_link[b];
    double v[3] = {0, 0, 0}, o[3] = {0, 0, 0}, A = 0, faster = 0;
    for (int j = c->from; j < to; j++) {
        const double *f = x->f[j], z[3] = {f[2], f[6], f[10]};
        const double lever = r->prismatic >> j & 1 ? 1 : x->rho[b][j] + x->D[b][j + 1];
        A += lever * (m->amax[j] + m->vmax[j] * (m->vmax[j] + 2 * faster)); /* pairs (j, k <= j) */
        faster += m->vmax[j];
        if (r->prismatic >> j & 1) {
            for (int k = 0; k < 3; k++) v[k] += m->v[j] * z[k];
            continue;
        }
        const double d[3] = {x->box[b][3] - f[3], x->box[b][7] - f[7], x->box[b][11] - f[11]};
        for (int k = 0; k < 3; k++) {
            v[k] += m->v[j] * (z[(k + 1) % 3] * d[(k + 2) % 3] - z[(k + 2) % 3] * d[(k + 1) % 3]);
            o[k] += m->v[j] * z[k];
        }
    }
    /* corners run faster along n than the centre by what the turning adds */
    const double t[3] = {n[1] * o[2] - n[2] * o[1], n[2] * o[0] - n[0] * o[2], n[0] * o[1] - n[1] * o[0]};
    double speed = fabs(n[0] * v[0] + n[1] * v[1] + n[2] * v[2]);
    for (int k = 0; k < 3; k++)
        speed += r->box_half[b][k] * fabs(x->box[b][k] * t[0] + x->box[b][4 + k] * t[1] + x->box[b][8 + k] * t[2]);
    return m->tau * (speed + 0.5 * m->tau * A);
}

int32_t rp_sweep_settle(rp_sweep *s, const rp_piece *m, int32_t first, int32_t n, double margin, double claim[2], int last) {
    const rp_scene *scene = s->scene;
    const rp_robot *r = scene->robot;
    body x;
    x.s = scene;
    x.m = m;
    memset(x.placed, 0, sizeof x.placed);
    memset(x.swept, 0, sizeof x.swept);
    ik_fk(r, m->q, x.f);
    make_room(s, first + n, n);
    const rp_couple *in = s->couple + first;
    rp_couple *out = s->couple + first + n;
    int32_t left = 0;
    for (int32_t i = 0; i < n; i++) {
        const rp_couple *c = in + i;
        const int self = c->pair >= 0;
        const double D = sweep(&x, c->moving)[c->from], *moving = x.box[c->moving];
        const double *still = self ? place(&x, c->still) : scene->pose[c->still];
        const double keep = c->asked + margin, enough = claim ? fmax(keep, claim[self]) : keep;
        const double far = enough + D + c->radii;
        const double u = moving[3] - still[3], v = moving[7] - still[7], w = moving[11] - still[11];
        if (u * u + v * v + w * w > far * far) continue;
        double axis[3];
        const double *half = self ? r->box_half[c->still] : scene->world->half + 3 * c->still;
        double gap = rp_box_gap_until(still, half, moving, r->box_half[c->moving], enough + D, axis), move = D;
        if (gap - D >= enough) continue;
        if (gap < keep && c->asked > 0)
            gap = rp_box_gap_or_nearest(still, half, moving, r->box_half[c->moving], enough + D, axis);
        if (gap < keep) {
            s->met = *c;
            return -1;
        }
        if (m->tau > 0) move = fmin(D, along(&x, c, axis));
        const double least = gap - move;
        if (least >= enough) continue;
        if (claim && least >= keep && (last || least >= WIDE || move <= LOOSE * gap + LOOSE_BY)) {
            claim[self] = least;
            continue;
        }
        if (last) {
            s->met = *c;
            return -1;
        }
        out[left++] = *c;
    }
    return left;
}

/* What stops one line is likely to stop the next: look at it first. */
static void to_front(rp_sweep *s) {
    int32_t at = 0;
    const rp_couple met = s->met;
    while (s->couple[at].still != met.still || s->couple[at].moving != met.moving || s->couple[at].pair != met.pair) at++;
    memmove(s->couple + 1, s->couple, sizeof met * (size_t)at);
    s->couple[0] = met;
}

int32_t rp_sweep_line(rp_sweep *s, const double *a, const double *b, double finest) {
    const int dof = s->scene->robot->dof;
    struct {
        double from, to;
        int32_t first, n;
    } stack[32];
    double widest = 0;
    rp_piece m = {.tau = 0};
    for (int j = 0; j < dof; j++) { /* one second from a to b */
        m.v[j] = b[j] - a[j];
        m.vmax[j] = fabs(b[j] - a[j]);
        widest = fmax(widest, m.vmax[j]);
    }
    int depth = 1;
    stack[0].from = 0, stack[0].to = 1, stack[0].first = 0, stack[0].n = s->n;
    while (depth) {
        depth--;
        const double u0 = stack[depth].from, u1 = stack[depth].to, u = 0.5 * (u0 + u1);
        const int32_t first = stack[depth].first, n = stack[depth].n;
        m.tau = 0.5 * (u1 - u0);
        for (int j = 0; j < dof; j++) {
            m.q[j] = a[j] + (b[j] - a[j]) * u;
            m.w[j] = m.tau * m.vmax[j];
        }
        const int32_t left = rp_sweep_settle(s, &m, first, n, LINE_MARGIN, 0, m.tau * widest < finest || depth > 29);
        if (left < 0) {
            to_front(s);
            return 0;
        }
        if (!left) continue;
        stack[depth].from = u, stack[depth].to = u1, stack[depth].first = first + n, stack[depth].n = left;
        depth++;
        stack[depth].from = u0, stack[depth].to = u, stack[depth].first = first + n, stack[depth].n = left;
        depth++;
    }
    return 1;
}

int32_t rp_line_free(const rp_scene *s, const rp_phase *phase, const double *a, const double *b, double finest) {
    rp_sweep sweep;
    rp_sweep_open(&sweep, s, phase);
    const int32_t free = rp_sweep_line(&sweep, a, b, finest);
    rp_sweep_close(&sweep);
    return free;
}
