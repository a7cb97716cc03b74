#include "scene.h"

#include "ik.h"

#define NB 64
#define HOPELESS 0.7f /* share of a distance that these axes show of it but in the rarest cases */

static double rp_half_length(const double *h) { return sqrt(h[0] * h[0] + h[1] * h[1] + h[2] * h[2]); }

void rp_scene_init(rp_scene *s, const rp_robot *r, const rp_world *w, const double *world_from_base, const int32_t *pair,
                   int32_t n_pair) {
    s->robot = r;
    s->world = w;
    s->pair = pair;
    s->n_pair = n_pair;
    rp_inv(world_from_base, s->base_from_world);
    for (int k = 0; k < w->n; k++) {
        if (w->flags[k] & RP_BASE) memcpy(s->pose[k], w->pose + 12 * k, 12 * sizeof(double));
        else rp_mul(s->base_from_world, w->pose + 12 * k, s->pose[k]);
        s->radius[k] = rp_half_length(w->half + 3 * k);
    }
    s->n_link = 0;
    for (int l = 0; l < RP_DOF + 2 + RP_BOXES; l++) s->link_count[l] = 0;
    for (int b = 0; b < r->n_box; b++) { /* boxes come sorted by link */
        const int l = r->box_link[b];
        if (!s->link_count[l]) s->link_first[l] = b;
        s->link_count[l]++;
        if (l + 1 > s->n_link) s->n_link = l + 1;
        s->box_radius[b] = rp_half_length(r->box_half[b]);
    }
}

void rp_boxes(const rp_robot *r, double f[RP_DOF + 1][12], double out[RP_BOXES][12]) {
    for (int b = 0; b < r->n_box; b++) {
        const int l = r->box_link[b];
        if (l == 0) memcpy(out[b], r->box_pose[b], 12 * sizeof(double));
        else rp_mul(f[l <= r->dof ? l - 1 : r->dof], r->box_pose[b], out[b]);
    }
}

static int rp_there(const rp_world *w, int k, int stop) { return w->first[k] <= stop && stop <= w->last[k]; }

/* What must lie between link l and obstacle k now; negative infinity when the pair does not count. */
static double rp_asked(const rp_scene *s, const rp_phase *p, int l, int k) {
    const rp_world *w = s->world;
    const int dof = s->robot->dof;
    if (!rp_there(w, k, p->stop)) return -1e300;
    if (l <= 1 && (w->flags[k] & RP_FLOOR)) return -1e300;
    if (l == 0) return -1e300; /* the base is looked at once for each place */
    if (l > dof + 1) {
        if (l - dof - 2 != p->carry) return -1e300;
        if (p->near && w->touch[p->stop * w->n_id + w->id[k]]) return -1e300;
    }
    return p->near && l > dof ? w->tool_clearance : w->min_clearance;
}

int32_t rp_base_free(const rp_scene *s) {
    const rp_robot *r = s->robot;
    const rp_world *w = s->world;
    for (int k = 0; k < w->n; k++) {
        if (w->flags[k] & RP_FLOOR) continue;
        for (int b = 0; b < r->n_box && r->box_link[b] == 0; b++)
            if (rp_box_gap(s->pose[k], w->half + 3 * k, r->box_pose[b], r->box_half[b]) < 1e-3) return 0;
        for (int p = 0; p < w->n; p++)
            if (w->flags[p] & RP_BASE && rp_box_gap(s->pose[k], w->half + 3 * k, s->pose[p], w->half + 3 * p) < 1e-3) return 0;
    }
    return 1;
}

/* ---- many configurations at once: single precision, structure of arrays, innermost loops over configurations ---- */

typedef struct {
    float v[12][NB];
} pose_block;

static void sincos_block(const float *x, float *s, float *c) {
    for (int i = 0; i < NB; i++) { /* reduce to [-pi/4, pi/4], then minimax polynomials */
        const float n = rintf(x[i] * 0.63661977236758134f);
        float y = x[i] - n * 1.5707963705062866f;
        y = y + n * 4.37113883e-8f;
        const float y2 = y * y;
        const float ps = y + y * y2 * (-1.6666654611e-1f + y2 * (8.3321608736e-3f + y2 * -1.9515295891e-4f));
        const float pc = 1.0f - 0.5f * y2 + y2 * y2 * (4.166664568298827e-2f + y2 * (-1.388731625493765e-3f + y2 * 2.443315711809948e-5f));
        const int32_t k = (int32_t)n;
        const float a = k & 1 ? pc : ps, b = k & 1 ? ps : pc;
        s[i] = k & 2 ? -a : a;
        c[i] = (k + 1) & 2 ? -b : b;
    }
}

static void mul_fixed(const pose_block *a, const double *m, pose_block *o) { /* o = a · m, m the same for all */
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 4; j++) {
            const float m0 = (float)m[j], m1 = (float)m[4 + j], m2 = (float)m[8 + j];
            const float *x = a->v[4 * i], *y = a->v[4 * i + 1], *z = a->v[4 * i + 2], *t = a->v[4 * i + 3];
            float *out = o->v[4 * i + j];
            if (j < 3) for (int k = 0; k < NB; k++) out[k] = x[k] * m0 + y[k] * m1 + z[k] * m2;
            else for (int k = 0; k < NB; k++) out[k] = x[k] * m0 + y[k] * m1 + z[k] * m2 + t[k];
        }
}

static void turn_z(pose_block *a, const float *s, const float *c) {
    for (int i = 0; i < 3; i++) {
        float *x = a->v[4 * i], *y = a->v[4 * i + 1];
        for (int k = 0; k < NB; k++) {
            const float u = x[k];
            x[k] = u * c[k] + y[k] * s[k];
            y[k] = y[k] * c[k] - u * s[k];
        }
    }
}

static void slide_z(pose_block *a, const float *d) {
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < NB; k++) a->v[4 * i + 3][k] += a->v[4 * i + 2][k] * d[k];
}

/* gap[i] = separating-axis lower bound between box a (fixed or moving) and moving box b, from R = a^T b and t. */
static void gap_axes(float R[9][NB], float t[3][NB], const double *ha_, const double *hb_, float enough, float *gap) {
    const float ha[3] = {(float)ha_[0], (float)ha_[1], (float)ha_[2]}, hb[3] = {(float)hb_[0], (float)hb_[1], (float)hb_[2]};
    float A[9][NB];
    for (int m = 0; m < 9; m++)
        for (int k = 0; k < NB; k++) A[m][k] = fabsf(R[m][k]);
    for (int k = 0; k < NB; k++) {
        float g = fabsf(t[0][k]) - ha[0] - (hb[0] * A[0][k] + hb[1] * A[1][k] + hb[2] * A[2][k]);
        const float g1 = fabsf(t[1][k]) - ha[1] - (hb[0] * A[3][k] + hb[1] * A[4][k] + hb[2] * A[5][k]);
        const float g2 = fabsf(t[2][k]) - ha[2] - (hb[0] * A[6][k] + hb[1] * A[7][k] + hb[2] * A[8][k]);
        g = g > g1 ? g : g1;
        gap[k] = g > g2 ? g : g2;
    }
    for (int j = 0; j < 3; j++)
        for (int k = 0; k < NB; k++) {
            const float g = fabsf(t[0][k] * R[j][k] + t[1][k] * R[3 + j][k] + t[2][k] * R[6 + j][k]) - hb[j] -
                            (ha[0] * A[j][k] + ha[1] * A[3 + j][k] + ha[2] * A[6 + j][k]);
            gap[k] = gap[k] > g ? gap[k] : g;
        }
    int open = 0;
    for (int k = 0; k < NB; k++) open |= gap[k] < enough;
    if (!open) return;
    for (int i = 0; i < 3; i++) {
        const int i1 = (i + 1) % 3, i2 = (i + 2) % 3;
        for (int j = 0; j < 3; j++) {
            const int j1 = (j + 1) % 3, j2 = (j + 2) % 3;
            for (int k = 0; k < NB; k++) { /* the axis is at most unit long: a positive value stays a lower bound */
                const float g = fabsf(t[i2][k] * R[3 * i1 + j][k] - t[i1][k] * R[3 * i2 + j][k]) -
                                (ha[i1] * A[3 * i2 + j][k] + ha[i2] * A[3 * i1 + j][k] + hb[j1] * A[3 * i + j2][k] +
                                 hb[j2] * A[3 * i + j1][k]);
                gap[k] = gap[k] > g ? gap[k] : g;
            }
        }
    }
}

static void against_fixed(const double *pa, const double *ha, const pose_block *b, const double *hb, float ra_rb, float asked,
                          uint8_t *alive) {
    float t[3][NB], R[9][NB], gap[NB];
    int close = 0;
    const float far = (ra_rb + asked) * (ra_rb + asked);
    for (int k = 0; k < NB; k++) {
        const float x = b->v[3][k] - (float)pa[3], y = b->v[7][k] - (float)pa[7], z = b->v[11][k] - (float)pa[11];
        close |= alive[k] & (x * x + y * y + z * z < far);
    }
    if (!close) return;
    for (int i = 0; i < 3; i++) {
        const float a0 = (float)pa[i], a1 = (float)pa[4 + i], a2 = (float)pa[8 + i];
        for (int k = 0; k < NB; k++)
            t[i][k] = a0 * (b->v[3][k] - (float)pa[3]) + a1 * (b->v[7][k] - (float)pa[7]) + a2 * (b->v[11][k] - (float)pa[11]);
    }
    /* nearest point of the fixed box to the moving box's bounding sphere: cheaper than all axes, and most end here */
    const float h0 = (float)ha[0], h1 = (float)ha[1], h2 = (float)ha[2], rb = (float)rp_half_length(hb) + asked;
    close = 0;
    for (int k = 0; k < NB; k++) {
        const float x = fmaxf(fabsf(t[0][k]) - h0, 0), y = fmaxf(fabsf(t[1][k]) - h1, 0), z = fmaxf(fabsf(t[2][k]) - h2, 0);
        close |= alive[k] & (x * x + y * y + z * z < rb * rb);
    }
    if (!close) return;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            const float a0 = (float)pa[i], a1 = (float)pa[4 + i], a2 = (float)pa[8 + i];
            for (int k = 0; k < NB; k++) R[3 * i + j][k] = a0 * b->v[j][k] + a1 * b->v[4 + j][k] + a2 * b->v[8 + j][k];
        }
    gap_axes(R, t, ha, hb, asked, gap);
    close = 0; /* corners nearest to each other are farther apart than these axes show */
    for (int k = 0; k < NB; k++) close |= alive[k] & (gap[k] > HOPELESS * asked) & (gap[k] < asked);
    for (int k = 0; close && k < NB; k++) {
        double pb[12];
        if (!alive[k] || gap[k] <= HOPELESS * asked || gap[k] >= asked) continue;
        for (int m = 0; m < 12; m++) pb[m] = b->v[m][k];
        if (rp_boxes_apart(pa, ha, pb, hb, asked)) gap[k] = asked;
    }
    for (int k = 0; k < NB; k++) alive[k] &= gap[k] >= asked;
}

static void against_moving(const pose_block *a, const double *ha, const pose_block *b, const double *hb, float ra_rb, uint8_t *alive) {
    float t[3][NB], R[9][NB], gap[NB], d[3][NB];
    int close = 0;
    for (int k = 0; k < NB; k++) {
        const float x = b->v[3][k] - a->v[3][k], y = b->v[7][k] - a->v[7][k], z = b->v[11][k] - a->v[11][k];
        d[0][k] = x, d[1][k] = y, d[2][k] = z;
        close |= alive[k] & (x * x + y * y + z * z < ra_rb * ra_rb);
    }
    if (!close) return;
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < NB; k++) t[i][k] = a->v[i][k] * d[0][k] + a->v[4 + i][k] * d[1][k] + a->v[8 + i][k] * d[2][k];
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < NB; k++)
                R[3 * i + j][k] = a->v[i][k] * b->v[j][k] + a->v[4 + i][k] * b->v[4 + j][k] + a->v[8 + i][k] * b->v[8 + j][k];
    }
    const float margin = 2e-4f;
    gap_axes(R, t, ha, hb, margin, gap);
    for (int k = 0; k < NB; k++) alive[k] &= gap[k] >= margin;
}

static void free_block(const rp_scene *s, const rp_phase *p, const float q[RP_DOF][NB], int32_t tool, int32_t part,
                       uint8_t *alive) {
    const rp_robot *r = s->robot;
    const rp_world *w = s->world;
    pose_block frame[RP_DOF + 1], box[RP_BOXES];
    float sn[NB], cs[NB];
    pose_block eye;
    for (int m = 0; m < 12; m++)
        for (int k = 0; k < NB; k++) eye.v[m][k] = m == 0 || m == 5 || m == 10;
    for (int j = 0; j < r->dof; j++) {
        mul_fixed(j ? &frame[j - 1] : &eye, r->origin[j], &frame[j]);
        if (r->prismatic >> j & 1) slide_z(&frame[j], q[j]);
        else {
            sincos_block(q[j], sn, cs);
            turn_z(&frame[j], sn, cs);
        }
    }
    mul_fixed(&frame[r->dof - 1], r->tip, &frame[r->dof]);
    for (int b = 0; b < r->n_box; b++) {
        const int l = r->box_link[b];
        if ((l > r->dof + 1 && l - r->dof - 2 != p->carry) || (part == RP_ARM && l >= r->dof)) continue;
        mul_fixed(l == 0 ? &eye : &frame[l <= r->dof ? l - 1 : r->dof], r->box_pose[b], &box[b]);
    }
    for (int b = r->n_box - 1; b >= 0; b--) {
        const int l = r->box_link[b];
        if (l == 0 || (!tool && l > r->dof) || (part == RP_ARM && l >= r->dof) || (part == RP_WRIST && l < r->dof)) continue;
        for (int k = 0; k < w->n; k++) {
            const double asked = rp_asked(s, p, l, k);
            if (asked < -1e299) continue;
            against_fixed(s->pose[k], w->half + 3 * k, &box[b], r->box_half[b], (float)(s->radius[k] + s->box_radius[b]),
                          (float)asked + 2e-4f, alive);
        }
    }
    for (int m = 0; m < s->n_pair; m++) {
        const int i = s->pair[2 * m], j = s->pair[2 * m + 1];
        if (j > r->dof + 1 && j - r->dof - 2 != p->carry) continue;
        if ((part == RP_ARM && j >= r->dof) || (part == RP_WRIST && j < r->dof)) continue;
        for (int a = s->link_first[i]; a < s->link_first[i] + s->link_count[i]; a++)
            for (int b = s->link_first[j]; b < s->link_first[j] + s->link_count[j]; b++)
                against_moving(&box[a], r->box_half[a], &box[b], r->box_half[b],
                               (float)(s->box_radius[a] + s->box_radius[b] + 1e-3), alive);
    }
}

void rp_scene_free_part(const rp_scene *s, const rp_phase *phase, const float *q, int32_t n, int32_t stride, int32_t tool,
                        int32_t part, uint8_t *ok) {
    float block[RP_DOF][NB];
    uint8_t alive[NB];
    int32_t from[NB], m = 0;
    for (int i = 0; i <= n; i++) { /* gather those still alive, a full block at a time */
        if (i < n && ok[i]) {
            for (int j = 0; j < s->robot->dof; j++) block[j][m] = q[j * stride + i];
            from[m++] = i;
        }
        if (m == NB || (i == n && m)) {
            for (int k = m; k < NB; k++)
                for (int j = 0; j < s->robot->dof; j++) block[j][k] = block[j][0];
            memset(alive, 1, sizeof alive);
            free_block(s, phase, block, tool, part, alive);
            for (int k = 0; k < m; k++) ok[from[k]] = alive[k];
            m = 0;
        }
    }
}

void rp_scene_free(const rp_scene *s, const rp_phase *phase, const float *q, int32_t n, int32_t stride, int32_t tool, uint8_t *ok) {
    rp_scene_free_part(s, phase, q, n, stride, tool, RP_ALL, ok);
}

void rp_overlaps(const rp_robot *r, const int32_t *pair, int32_t n_pair, const double *q, int32_t n, int32_t *hits) {
    double radius[RP_BOXES];
    for (int b = 0; b < r->n_box; b++) radius[b] = rp_half_length(r->box_half[b]);
    for (int m = 0; m < n_pair; m++) hits[m] = 0;
    for (int k = 0; k < n; k++) {
        double f[RP_DOF + 1][12], box[RP_BOXES][12];
        ik_fk(r, q + 7 * k, f);
        rp_boxes(r, f, box);
        for (int m = 0; m < n_pair; m++) {
            int hit = 0;
            for (int x = 0; x < r->n_box && !hit; x++) {
                if (r->box_link[x] != pair[2 * m]) continue;
                for (int y = 0; y < r->n_box && !hit; y++) {
                    if (r->box_link[y] != pair[2 * m + 1]) continue;
                    const double u = box[x][3] - box[y][3], v = box[x][7] - box[y][7], w = box[x][11] - box[y][11];
                    const double far = radius[x] + radius[y];
                    hit = u * u + v * v + w * w <= far * far && rp_box_gap(box[x], r->box_half[x], box[y], r->box_half[y]) <= 0;
                }
            }
            hits[m] += hit;
        }
    }
}
