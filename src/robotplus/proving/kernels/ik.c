/* rp_ik_batch: poses in blocks through the class's solver, then windings, limits and couplings. */
#include "ik.h"

#define POLISHED 1e-7     /* metres: what Newton must reach */
#define TURN_TOGETHER 0.7 /* radians: solutions of neighbouring poses farther apart than this are different branches \
                           */

/* Poses first .. first + IK_LANES - 1 (the last one again where there are no more). */
static void load_block(const double *pose, int32_t n, int32_t stride, int32_t first, double p[12][IK_LANES]) {
    const int full = n - first >= IK_LANES;
    for (int k = 0; k < 12; k++) {
        const double *from = pose + (int64_t)k * stride + first;
        if (full)
            memcpy(p[k], from, sizeof p[k]);
        else
            for (int i = 0; i < IK_LANES; i++) p[k][i] = from[i < n - first ? i : n - first - 1];
    }
}

/* base_from_flange -> canon_from_wrist. */
static void to_canon(const rp_robot *r, double p[12][IK_LANES], double wrist[12][IK_LANES]) {
    const double *a = r->ik + IK_CANON_FROM_BASE, *c = r->ik + IK_FLANGE_FROM_WRIST;
    double m[12][IK_LANES];
    for (int row = 0; row < 3; row++)
        for (int col = 0; col < 4; col++)
            for (int i = 0; i < IK_LANES; i++)
                m[4 * row + col][i] = a[4 * row] * p[col][i] + a[4 * row + 1] * p[4 + col][i] +
                                      a[4 * row + 2] * p[8 + col][i] + (col == 3 ? a[4 * row + 3] : 0);
    for (int row = 0; row < 3; row++)
        for (int col = 0; col < 4; col++)
            for (int i = 0; i < IK_LANES; i++)
                wrist[4 * row + col][i] = m[4 * row][i] * c[col] + m[4 * row + 1][i] * c[4 + col] +
                                          m[4 * row + 2][i] * c[8 + col] + (col == 3 ? m[4 * row + 3][i] : 0);
}

/* theta -> q, refined on the true chain where the class fits only nearly. */
static void to_joints(const rp_robot *r, double target[12][IK_LANES], double theta[RP_DOF][IK_LANES], double *good) {
    for (int j = 0; j < 6; j++) {
        const double sign = r->ik[IK_SIGN + j], offset = r->ik[IK_OFFSET + j];
        for (int i = 0; i < IK_LANES; i++) theta[j][i] = sign * (theta[j][i] - offset);
    }
    if (r->ik[IK_POLISH] > 0) {
        ik_cull(r, theta, good, IK_NEAR_LIMIT);
        ik_refine(r, target, theta, good, (int)r->ik[IK_POLISH], POLISHED, 0);
    }
}

void ik_cull(const rp_robot *r, double q[RP_DOF][IK_LANES], double *good, double margin) {
    for (int j = 0; j < r->dof; j++) {
        const double middle = 0.5 * (r->lower[j] + r->upper[j]), half = 0.5 * (r->upper[j] - r->lower[j]) + margin;
        const int turns = !(r->prismatic >> j & 1);
        for (int i = 0; i < IK_LANES; i++) {
            const double x = turns ? ik_wind(q[j][i], r->lower[j], r->upper[j]) : q[j][i];
            good[i] = fabs(x - middle) <= half ? good[i] : 0;
        }
    }
}

void ik_settle(const rp_robot *r, double q[RP_DOF][IK_LANES], double *good) {
    for (int j = 0; j < r->dof; j++) {
        const double lower = r->lower[j], upper = r->upper[j];
        const int turns = !(r->prismatic >> j & 1);
        for (int i = 0; i < IK_LANES; i++) {
            double x = turns ? ik_wind(q[j][i], lower, upper) : q[j][i];
            const int inside = x >= lower - IK_ON_LIMIT && x <= upper + IK_ON_LIMIT;
            x = x < lower ? lower : x;
            q[j][i] = x > upper ? upper : x;
            good[i] = inside ? good[i] : 0;
        }
    }
    for (int k = 0; k < r->n_coupling; k++) {
        const double lower = r->coupling_lower[k], upper = r->coupling_upper[k];
        double sum[IK_LANES] = {0};
        for (int j = 0; j < r->dof; j++)
            for (int i = 0; i < IK_LANES; i++) sum[i] += r->coupling[k][j] * q[j][i];
        for (int j = 0; j < r->dof; j++) { /* a joint of more than a turn may meet the coupling on another turn */
            const double c = r->coupling[k][j];
            if (c == 0 || r->prismatic >> j & 1 || r->upper[j] - r->lower[j] < 2 * IK_PI) continue;
            for (int i = 0; i < IK_LANES; i++) {
                const double wanted = ik_wind(c * sum[i], c * (c > 0 ? lower : upper), c * (c > 0 ? upper : lower));
                const double x = q[j][i] + (wanted - c * sum[i]) / (c * c);
                const int take = (sum[i] < lower || sum[i] > upper) && x >= r->lower[j] && x <= r->upper[j];
                sum[i] += take ? c * (x - q[j][i]) : 0;
                q[j][i] = take ? x : q[j][i];
            }
        }
        for (int i = 0; i < IK_LANES; i++) good[i] = sum[i] >= lower && sum[i] <= upper ? good[i] : 0;
    }
}

static void closed_batch(const rp_robot *r, const double *pose, int32_t n, int32_t stride, double *q, uint8_t *ok) {
    ik_block b;
    double target[12][IK_LANES];
    for (int32_t first = 0; first < n; first += IK_LANES) {
        const int32_t count = n - first < IK_LANES ? n - first : IK_LANES;
        load_block(pose, n, stride, first, target);
        to_canon(r, target, b.wrist);
        if (r->ik_class == RP_IK_OPW)
            ik_opw(r, &b);
        else
            ik_ur(r, &b);
        for (int branch = 0; branch < 8; branch++) {
            to_joints(r, target, b.theta[branch], b.good[branch]);
            ik_settle(r, b.theta[branch], b.good[branch]);
            for (int j = 0; j < 6; j++)
                memcpy(q + ((int64_t)branch * RP_DOF + j) * stride + first, b.theta[branch][j], count * sizeof *q);
            for (int i = 0; i < count; i++) ok[(int64_t)branch * stride + first + i] = b.good[branch][i] > 0;
        }
    }
}

static void redundant_batch(const rp_robot *r, const double *pose, int32_t n, int32_t stride, double *q, uint8_t *ok) {
    double target[12][IK_LANES];
    for (int32_t first = 0; first < n; first += IK_LANES) {
        load_block(pose, n, stride, first, target);
        ik_redundant(r, target, n - first < IK_LANES ? n - first : IK_LANES, stride, q + first, ok + first);
    }
}

/* Slots of a pose's solutions: each goes where the most alike one of the poses before went, so that a slot stays one
 * branch along a path; last[slot] is brought up to date, seen counts the slots ever used. */
static void assign_slots(const rp_robot *r, double (*found)[RP_DOF], int n, double (*last)[RP_DOF], int *seen,
                         int *slot) {
    uint64_t taken = 0;
    for (int k = 0; k < n; k++) {
        double best = TURN_TOGETHER;
        slot[k] = -1;
        for (int s = 0; s < *seen; s++) {
            double far = 0;
            if (taken >> s & 1) continue;
            for (int j = 0; j < r->dof; j++) far = fmax(far, fabs(found[k][j] - last[s][j]));
            if (far < best) best = far, slot[k] = s;
        }
        if (slot[k] >= 0) taken |= 1ull << slot[k];
    }
    for (int k = 0; k < n; k++) {
        if (slot[k] < 0) {
            int s = *seen;
            if (s < r->n_branch)
                (*seen)++;
            else
                for (s = 0; taken >> s & 1;) s++;
            slot[k] = s;
            taken |= 1ull << s;
        }
        memcpy(last[slot[k]], found[k], sizeof last[0]);
    }
}

static void numeric_batch(const rp_robot *r, const double *pose, int32_t n, int32_t stride, double *q, uint8_t *ok) {
    double found[RP_BRANCH][RP_DOF], before[RP_BRANCH][RP_DOF], last[RP_BRANCH][RP_DOF] = {{0}};
    int slot[RP_BRANCH], seen = 0, n_before = 0;
    const int scan = r->ik[IK_METHOD] == IK_SCAN;
    for (int32_t i = 0; i < n; i++) {
        double one[12];
        for (int k = 0; k < 12; k++) one[k] = pose[(int64_t)k * stride + i];
        for (int s = 0; s < r->n_branch; s++) ok[(int64_t)s * stride + i] = 0;
        const int count =
            scan ? ik_scan(r, one, found, r->n_branch) : ik_numeric(r, one, before, n_before, found, r->n_branch);
        assign_slots(r, found, count, last, &seen, slot);
        for (int k = 0; k < count; k++) {
            for (int j = 0; j < RP_DOF; j++) q[((int64_t)slot[k] * RP_DOF + j) * stride + i] = found[k][j];
            ok[(int64_t)slot[k] * stride + i] = 1;
        }
        memcpy(before, found, sizeof before);
        n_before = count;
    }
}

void rp_ik_batch(const rp_robot *r, const double *pose, int32_t n, int32_t stride, double *q, uint8_t *ok) {
    if (r->ik_class != RP_IK_GENERIC)
        closed_batch(r, pose, n, stride, q, ok);
    else if (r->ik[IK_METHOD] >= IK_HELD)
        redundant_batch(r, pose, n, stride, q, ok);
    else
        numeric_batch(r, pose, n, stride, q, ok);
}

void rp_trigonometry(const double *y, const double *x, int32_t n, double *sine, double *cosine, double *angle) {
    for (int32_t i = 0; i < n; i++) {
        ik_sincos(y[i], &sine[i], &cosine[i]);
        angle[i] = ik_atan2(y[i], x[i]);
    }
}
