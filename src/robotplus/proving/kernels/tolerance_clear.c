/* Whether what must stay apart does so on a displaced base (docs/check.md, "Base tolerance"). */
#include "ik.h"
#include "tolerance.h"

/* How far boxes move while joints do: sums over the first joints, so that a run of joints is a difference of two. */
typedef struct {
    double moved[RP_DOF + 1][RP_BOXES], turned[RP_DOF + 1];
} sums;

static double apart(const sums *u, int first, int last, int box, double moved, double turned) {
    moved += u->moved[last][box] - u->moved[first][box];
    turned += u->turned[last] - u->turned[first];
    return turned < 0.95 ? moved / (1 - turned) : INFINITY;
}

static int last_joint(const rp_robot *r, int box) { return r->box_link[box] > r->dof ? r->dof : r->box_link[box]; }

/* Joints turn by w; with `all` also those after a box, about which it moves seen from the tool. Levers are up to
 * more[0] [m] longer than here for the joints before a box, more[1] for those after it (null: not at all). */
static void sum_up(const rp_scene *s, double f[RP_DOF + 1][12], double box[RP_BOXES][12], const double *w,
                   const double (*more)[RP_BOXES], int all, sums *u) {
    const rp_robot *r = s->robot;
    u->turned[0] = 0;
    for (int j = 0; j < r->dof; j++) u->turned[j + 1] = u->turned[j] + (r->prismatic >> j & 1 ? 0 : w[j]);
    for (int b = 0; b < r->n_box; b++) {
        const int last = last_joint(r, b);
        u->moved[0][b] = 0;
        for (int j = 0; j < (all ? r->dof : last); j++) {
            double lever = 1;
            if (!(r->prismatic >> j & 1)) {
                const double x = box[b][3] - f[j][3], y = box[b][7] - f[j][7], z = box[b][11] - f[j][11];
                const double along = x * f[j][2] + y * f[j][6] + z * f[j][10];
                lever = sqrt(fmax(0, x * x + y * y + z * z - along * along)) + s->box_radius[b];
            }
            u->moved[j + 1][b] = u->moved[j][b] + (lever + (more ? more[j >= last][b] : 0)) * w[j];
        }
    }
}

/* Largest distance of the points of a box from the base's vertical. */
static double flat(const rp_scene *s, const double *pose, double radius) {
    const double *w = s->base_from_world;
    const double along = pose[3] * w[2] + pose[7] * w[6] + pose[11] * w[10];
    return sqrt(fmax(0, pose[3] * pose[3] + pose[7] * pose[7] + pose[11] * pose[11] - along * along)) + radius;
}

static double between(const double *a, const double *b) {
    const double x = a[3] - b[3], y = a[7] - b[7], z = a[11] - b[11];
    return sqrt(x * x + y * y + z * z);
}

static int carried(const rp_scene *s, const rp_phase *phase, int link) {
    const int part = link - s->robot->dof - 2;
    return part < 0 || part == phase->carry;
}

/* Whether link (or tool, or part) and obstacle k are looked at in this phase. */
static int counts(const rp_scene *s, const rp_phase *phase, int link, int k) {
    const rp_world *w = s->world;
    if (link == 0 || !carried(s, phase, link) || w->first[k] > phase->stop || phase->stop > w->last[k]) return 0;
    if (link <= 1 && w->flags[k] & RP_FLOOR) return 0;
    return !(link > s->robot->dof + 1 && phase->near && w->touch[phase->stop * w->n_id + w->id[k]]);
}

int32_t rp_list_watches(const rp_scene *s, const rp_phase *phase, int32_t n_phase, rp_watch *out) {
    const rp_robot *r = s->robot;
    int n = 0;
    for (int x = 0; x < r->n_box; x++)
        for (int k = 0; k < s->world->n; k++) {
            const int link = r->box_link[x], last = last_joint(r, x);
            int wanted = 0;
            for (int i = 0; i < n_phase; i++) wanted |= counts(s, &phase[i], link, k);
            const int rides = link >= r->dof && !(s->world->flags[k] & RP_BASE);
            if (wanted && out) out[n] = (rp_watch){x, k, 0, rides, 0, last, -INFINITY, 0};
            n += wanted;
        }
    for (int k = 0; k < s->n_pair; k++) {
        const int i = s->pair[2 * k], j = s->pair[2 * k + 1], last = j > r->dof ? r->dof : j;
        int wanted = 0;
        for (int m = 0; m < n_phase; m++) wanted |= carried(s, &phase[m], j);
        for (int x = s->link_first[j]; wanted && x < s->link_first[j] + s->link_count[j]; x++)
            for (int y = s->link_first[i]; y < s->link_first[i] + s->link_count[i]; y++, n++)
                if (out) out[n] = (rp_watch){x, y, 1, 0, i, last, -INFINITY, 0};
    }
    return n;
}

/* How far boxes move in the world, seen from the base, and seen from the base or from a tool that is held; and the sums
 * for the joints between two. */
typedef struct {
    double from_base[RP_BOXES], cell[RP_BOXES];
    sums own;
} rooms;

typedef struct {
    const rp_scene *s;
    const rp_piece *p;
    double xy, angle;
    int32_t n_watch;
    rp_watch *watch;
    int32_t *open;
    rooms have;
} clearing;

static void make_rooms(const clearing *c, double f[RP_DOF + 1][12], double box[RP_BOXES][12],
                       const double more[2][RP_BOXES], rooms *out) {
    const rp_scene *s = c->s;
    const rp_robot *r = s->robot;
    sum_up(s, f, box, c->p->box, more, 1, &out->own);
    for (int x = 0; x < r->n_box; x++) {
        const double moved = c->xy + c->angle * (flat(s, box[x], s->box_radius[x]) + more[0][x]);
        out->from_base[x] = apart(&out->own, 0, last_joint(r, x), x, moved, c->angle);
        out->cell[x] = out->from_base[x];
        if (c->p->held) out->cell[x] = fmin(out->cell[x], apart(&out->own, last_joint(r, x), r->dof, x, 0, 0));
    }
}

/* Distance that the displaced base may use up between a pair; the pedestal moves with the base, as a link would. */
static double room_of(const clearing *c, const rp_watch *w) {
    const int along = w->links || c->s->world->flags[w->other] & RP_BASE;
    return along ? apart(&c->have.own, w->first, w->last, w->box, 0, 0) : c->have.cell[w->box];
}

/* The watches `todo` keep their room on the part of the piece with coefficients b, halved where the bounds do not say. */
static int clear(clearing *c, const double b[6][RP_DOF], int halvings, const int32_t *todo, int n) {
    const rp_scene *s = c->s;
    const rp_robot *r = s->robot;
    double f[RP_DOF + 1][12], box[RP_BOXES][12], change[RP_DOF], more[2][RP_BOXES], *shift = more[0];
    int32_t *open = c->open + (halvings + 1) * c->n_watch, n_open = 0;
    sums on;
    rp_excursion(b, r->dof, change);
    ik_fk(r, b[0], f);
    rp_boxes(r, f, box);
    sum_up(s, f, box, change, 0, !halvings, &on);
    for (int x = 0; x < r->n_box; x++) shift[x] = apart(&on, 0, last_joint(r, x), x, 0, 0);
    if (!halvings) {
        for (int x = 0; x < r->n_box; x++) more[1][x] = apart(&on, last_joint(r, x), r->dof, x, 0, 0);
        make_rooms(c, f, box, more, &c->have);
    }
    for (int i = 0; i < n; i++) {
        rp_watch *w = &c->watch[todo[i]];
        const int x = w->box, y = w->other;
        if (!halvings) {
            w->moved = shift[x];
            if ((c->p->held && w->rides) || w->known - shift[x] >= c->have.from_base[x]) continue;
        }
        const double moved = w->links ? apart(&on, w->first, w->last, x, 0, 0) : shift[x];
        const double room = room_of(c, w);
        const double *pose = w->links ? box[y] : s->pose[y], *half = w->links ? r->box_half[y] : s->world->half + 3 * y;
        double gap = between(box[x], pose) - s->box_radius[x] - (w->links ? s->box_radius[y] : s->radius[y]);
        if (gap - moved < room) {
            double axis[3];
            gap = rp_box_gap(pose, half, box[x], r->box_half[x]);
            if (gap < room) gap = rp_box_gap_or_nearest(pose, half, box[x], r->box_half[x], INFINITY, axis);
            if (gap < room) return 0;
            if (gap - moved < room) open[n_open++] = todo[i];
        }
        if (!halvings) w->known = fmax(w->known, gap);
    }
    if (!n_open) return 1;
    if (halvings == RP_CLEAR_HALVINGS) return 0;
    double left[6][RP_DOF], right[6][RP_DOF];
    rp_halve(b, r->dof, left, right);
    return clear(c, left, halvings + 1, open, n_open) && clear(c, right, halvings + 1, open, n_open);
}

int32_t rp_keeps_clear(const rp_scene *s, const rp_piece *p, double xy, double angle, int32_t n_watch, rp_watch *watch,
                       int32_t *open) {
    clearing c = {.s = s, .p = p, .xy = xy, .angle = angle, .n_watch = n_watch, .watch = watch, .open = open};
    for (int i = 0; i < n_watch; i++) open[i] = i;
    return clear(&c, p->b, 0, open, n_watch);
}

/* Smallest of (gap / displacement) of one box of the base over the obstacles. */
static double base_share(const rp_scene *s, const double *pose, const double *half, double radius, double xy, double angle) {
    const rp_world *w = s->world;
    double least = INFINITY;
    for (int k = 0; k < w->n; k++) {
        if (w->flags[k] & (RP_FLOOR | RP_BASE)) continue;
        const double gap = rp_box_gap(s->pose[k], w->half + 3 * k, pose, half);
        least = fmin(least, fmax(0, gap) / (xy + angle * flat(s, pose, radius)));
    }
    return least;
}

int32_t rp_base_tolerated(const rp_scene *s, double xy, double angle, int32_t most) {
    const rp_robot *r = s->robot;
    const rp_world *w = s->world;
    double least = most;
    for (int b = 0; b < r->n_box && r->box_link[b] == 0; b++)
        least = fmin(least, base_share(s, r->box_pose[b], r->box_half[b], s->box_radius[b], xy, angle));
    for (int k = 0; k < w->n; k++)
        if (w->flags[k] & RP_BASE)
            least = fmin(least, base_share(s, s->pose[k], w->half + 3 * k, s->radius[k], xy, angle));
    return (int32_t)least;
}
