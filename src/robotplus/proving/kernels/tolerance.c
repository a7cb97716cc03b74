/* Joint corrections that hold the tool on a displaced base. The rule, its proof and its symbols are in docs/check.md, "Base
 * tolerance". */
#include "tolerance.h"

#include "ik.h"

#define ITERATIONS 30
#define MARGIN 1.02 /* inflation, so that the limit is mapped strictly inside itself */
#define LEAST 1e-9
#define MOST_TURN 0.9 /* [rad] */

/* Solve (J J^T) x = J's column for every joint by Cholesky's method; x are the rows of the pseudo-inverse. */
static int pseudo_inverse(int dof, double J[RP_DOF][6], double back[RP_DOF][6]) {
    double L[6][6], trace = 0;
    for (int i = 0; i < 6; i++)
        for (int k = 0; k <= i; k++) {
            double sum = 0;
            for (int j = 0; j < dof; j++) sum += J[j][i] * J[j][k];
            L[i][k] = sum;
            if (i == k) trace += sum;
        }
    for (int i = 0; i < 6; i++)
        for (int k = 0; k <= i; k++) {
            double sum = L[i][k];
            for (int m = 0; m < k; m++) sum -= L[i][m] * L[k][m];
            if (i > k) L[i][k] = sum / L[k][k];
            else if (sum <= 1e-10 * trace) return 0;
            else L[i][i] = sqrt(sum);
        }
    for (int j = 0; j < dof; j++) {
        double *x = back[j];
        for (int i = 0; i < 6; i++) {
            x[i] = J[j][i];
            for (int m = 0; m < i; m++) x[i] -= L[i][m] * x[m];
            x[i] /= L[i][i];
        }
        for (int i = 5; i >= 0; i--) {
            for (int m = i + 1; m < 6; m++) x[i] -= L[m][i] * x[m];
            x[i] /= L[i][i];
        }
    }
    return 1;
}

rp_response rp_respond(const rp_scene *s, const double *tcp, const double *q) {
    const rp_robot *r = s->robot;
    const double *w = s->base_from_world;
    double f[RP_DOF + 1][12], tip[12], lin[RP_DOF][3], ang[RP_DOF][3], J[RP_DOF][6], back[RP_DOF][6];
    rp_response out = {0};
    ik_fk(r, q, f);
    rp_mul(f[r->dof], tcp, tip);
    const double p[3] = {tip[3], tip[7], tip[11]}, up[3] = {w[2], w[6], w[10]};
    const double across[3] = {up[1] * p[2] - up[2] * p[1], up[2] * p[0] - up[0] * p[2], up[0] * p[1] - up[1] * p[0]};
    ik_columns(r, f, p, lin, ang);
    out.lever[0] = sqrt(across[0] * across[0] + across[1] * across[1] + across[2] * across[2]);
    for (int j = 0; j < r->dof; j++) {
        out.lever[j + 1] = sqrt(lin[j][0] * lin[j][0] + lin[j][1] * lin[j][1] + lin[j][2] * lin[j][2]);
        for (int i = 0; i < 3; i++) J[j][i] = lin[j][i], J[j][3 + i] = ang[j][i];
    }
    out.regular = pseudo_inverse(r->dof, J, back);
    for (int j = 0; out.regular && j < r->dof; j++) {
        const double *g = back[j];
        const double x = g[0] * w[0] + g[1] * w[4] + g[2] * w[8], y = g[0] * w[1] + g[1] * w[5] + g[2] * w[9];
        double turn = 0;
        for (int i = 0; i < 3; i++) turn += g[i] * across[i] + g[3 + i] * up[i];
        out.shift[j] = sqrt(x * x + y * y);
        out.turn[j] = fabs(turn);
        out.position[j] = sqrt(g[0] * g[0] + g[1] * g[1] + g[2] * g[2]);
        out.rotation[j] = sqrt(g[3] * g[3] + g[4] * g[4] + g[5] * g[5]);
    }
    return out;
}

/* One image of the box b under f; `gain` receives the spectral radius of the bound on the map's derivative. */
static void image(const rp_robot *r, const rp_response *at, const double *change, double xy, double angle, const double *b,
                  double *out, double *turned, double *gain) {
    const int n = r->dof;
    double y[RP_DOF + 1], e[RP_DOF + 1], turning[RP_DOF + 1], Y = 0, E = 0, grown = xy;
    for (int k = 0; k <= n; k++) {
        y[k] = k ? b[k - 1] : angle;
        e[k] = k ? change[k - 1] : 0;
        turning[k] = k && r->prismatic >> (k - 1) & 1 ? 0 : 1;
        Y += turning[k] * y[k];
        E += turning[k] * e[k];
        grown += at->lever[k] * (y[k] + e[k]);
    }
    grown /= fmax(1 - Y - E, 0.05);
    /* column k of the curvature: joints before it count with its own lever, those after it with theirs */
    double second = 0, deep_half = 0, deep_full = 0, before_half[RP_DOF + 1], before_full[RP_DOF + 1];
    double sum_half = 0, sum_full = 0, pp = 0, pr = 0, rp = 0, rr = 0;
    for (int k = 0; k <= n; k++) {
        before_half[k] = sum_half += turning[k] * (0.5 * y[k] + e[k]);
        before_full[k] = sum_full += turning[k] * (y[k] + e[k]);
    }
    for (int k = n; k >= 0; k--) {
        const double lever = at->lever[k] + grown;
        second += y[k] * (lever * before_half[k] + turning[k] * deep_half);
        if (k) {
            const double moves = lever * before_full[k] + turning[k] * deep_full;
            const double tilts = turning[k] * (before_full[k - 1] + 0.5 * Y);
            pp += moves * at->position[k - 1];
            pr += moves * at->rotation[k - 1];
            rp += tilts * at->position[k - 1];
            rr += tilts * at->rotation[k - 1];
        }
        deep_half += (0.5 * y[k] + e[k]) * lever;
        deep_full += (y[k] + e[k]) * lever;
    }
    const double tilt = 0.25 * Y * Y + 0.34 * Y * Y * Y + E * Y;
    for (int j = 0; j < n; j++)
        out[j] = xy * at->shift[j] + angle * at->turn[j] + at->position[j] * second + at->rotation[j] * tilt;
    *turned = Y + E;
    *gain = 0.5 * (pp + rr) + sqrt(0.25 * (pp - rr) * (pp - rr) + pr * rp);
}

double rp_correct(const rp_robot *r, const rp_response *at, const double *change, double xy, double angle, double *b) {
    double f[RP_DOF], turned = 0, gain = 0, total = 0;
    int kept = 0, fits = at->regular;
    for (int j = 0; j < r->dof; j++) b[j] = xy * at->shift[j] + angle * at->turn[j];
    for (int i = 0; fits && !kept && i < ITERATIONS; i++) {
        image(r, at, change, xy, angle, b, f, &turned, &gain);
        fits = turned <= MOST_TURN && gain < 1; /* the boxes only grow */
        kept = fits;
        for (int j = 0; j < r->dof; j++) kept &= f[j] <= b[j];
        for (int j = 0; j < r->dof && !kept; j++) b[j] = MARGIN * f[j] + LEAST;
    }
    for (int j = 0; j < r->dof; j++) total += b[j] = kept ? b[j] : INFINITY;
    return total;
}

int32_t rp_corrections(const rp_scene *s, const double *flange_from_tcp, const double *q, const double *change, double xy,
                       double angle, double *b) {
    const rp_response at = rp_respond(s, flange_from_tcp, q);
    return rp_correct(s->robot, &at, change, xy, angle, b) < INFINITY;
}
