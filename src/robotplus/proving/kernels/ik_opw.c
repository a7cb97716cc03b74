/* Ortho-parallel arm with a spherical wrist: closed form, after Brandstoetter, Angerer and Hofbaur, "An analytical
 * solution of the inverse kinematics problem of industrial serial manipulators with an ortho-parallel basis and a
 * spherical wrist" (2014), written with sines and cosines so that one arctangent per joint remains.
 *
 * Canonical chain: axis 1 is z; axes 2 and 3 are y, axis 2 at x = a1; at theta = 0 the upper arm L2 and the forearm
 * L3 stand upright, the wrist lies at (a2, b) beside axis 4; axes 4, 5, 6 are z, y, z through the wrist.
 * Branch = 2 * (behind the shoulder) + (elbow the other way) + 4 * (wrist flipped). */
#include "ik.h"

typedef double lanes[IK_LANES];

/* theta 1 and the wrist as seen in the arm's plane: x ahead of axis 2, z above it. */
static void shoulder(const double *k, const ik_block *b, double side, lanes c1, lanes s1, lanes x, lanes theta1,
                     lanes good) {
    const double a1 = k[IK_A1], off = k[IK_B], slack = 2 * k[IK_SLACK] * fabs(off);
    for (int i = 0; i < IK_LANES; i++) {
        const double px = b->wrist[3][i], py = b->wrist[7][i];
        const double r2 = px * px + py * py, n2 = r2 - off * off;
        const double n = side * sqrt(n2 > 0 ? n2 : 0);
        const double d2 = n * n + off * off;
        const int on_axis = d2 < 1e-20;
        const double inv = 1 / (on_axis ? 1 : d2);
        c1[i] = on_axis ? side : (px * n + py * off) * inv;
        s1[i] = on_axis ? 0 : (py * n - px * off) * inv;
        theta1[i] = ik_atan2(s1[i], c1[i]);
        x[i] = n - a1;
        good[i] = n2 >= -slack ? 1 : 0;
    }
}

/* One elbow: theta 2 and 3, then both wrists. */
static void arm_and_wrist(const double *k, ik_block *b, double elbow, int branch, const lanes c1, const lanes s1,
                          const lanes x, const lanes theta1, const lanes exists, double c4_at_rest, double s4_at_rest) {
    const double l2 = k[IK_L2], a2 = k[IK_A2], l3 = k[IK_L3];
    const double reach2 = a2 * a2 + l3 * l3, reach = sqrt(reach2);
    double above, below;
    ik_bend_slack(l2, reach, k[IK_SLACK], &above, &below);
    const double cpsi = l3 / reach, spsi = a2 / reach, psi = ik_atan2(a2, l3);
    double (*t)[IK_LANES] = b->theta[branch], (*u)[IK_LANES] = b->theta[branch + 4];
    double *good = b->good[branch], *good_flipped = b->good[branch + 4];
    for (int i = 0; i < IK_LANES; i++) {
        const double z = b->wrist[11][i];
        const double d = (x[i] * x[i] + z * z - l2 * l2 - reach2) / (2 * l2 * reach);
        const double cb = d > 1 ? 1 : d < -1 ? -1 : d, sb = elbow * sqrt(1 - cb * cb);
        const double m = l2 + reach * cb, n = reach * sb, w2 = m * m + n * n;
        const double inv = w2 > 1e-20 ? 1 / w2 : 0;
        const double s2 = (x[i] * m - z * n) * inv, c2 = (z * m + x[i] * n) * inv;
        t[1][i] = ik_atan2(s2, c2);
        t[2][i] = ik_atan2(sb, cb) - psi;
        good[i] = d <= 1 + above && d >= -1 - below ? exists[i] : 0;
        const double sp = s2 * cb + c2 * sb, cp = c2 * cb - s2 * sb;         /* upper arm + elbow angle */
        const double sf = sp * cpsi - cp * spsi, cf = cp * cpsi + sp * spsi; /* theta 2 + theta 3 */
        const double xx = b->wrist[0][i], xy = b->wrist[4][i], xz = b->wrist[8][i];
        const double yx = b->wrist[1][i], yy = b->wrist[5][i], yz = b->wrist[9][i];
        const double zx = b->wrist[2][i], zy = b->wrist[6][i], zz = b->wrist[10][i];
        const double zf = c1[i] * zx + s1[i] * zy, zl = c1[i] * zy - s1[i] * zx; /* ahead, to the left */
        const double z_x = cf * zf - sf * zz, z_z = sf * zf + cf * zz;
        const double s5 = sqrt(z_x * z_x + zl * zl);
        const int straight = s5 < 1e-10;
        const double inv5 = 1 / (straight ? 1 : s5);
        const double c4 = straight ? c4_at_rest : z_x * inv5, s4 = straight ? s4_at_rest : zl * inv5;
        const double xf = c1[i] * xx + s1[i] * xy, xl = c1[i] * xy - s1[i] * xx;
        const double yf = c1[i] * yx + s1[i] * yy, yl = c1[i] * yy - s1[i] * yx;
        const double s6 = c4 * xl - s4 * (cf * xf - sf * xz), c6 = c4 * yl - s4 * (cf * yf - sf * yz);
        t[0][i] = theta1[i];
        t[3][i] = ik_atan2(s4, c4);
        t[4][i] = ik_atan2(c4 * z_x + s4 * zl, z_z);
        t[5][i] = ik_atan2(s6, c6);
    }
    for (int i = 0; i < IK_LANES; i++) {
        for (int j = 0; j < 3; j++) u[j][i] = t[j][i];
        u[3][i] = t[3][i] + IK_PI;
        u[4][i] = -t[4][i];
        u[5][i] = t[5][i] + IK_PI;
        good_flipped[i] = good[i];
    }
}

void ik_opw(const rp_robot *r, ik_block *b) {
    const double *k = r->ik;
    lanes c1, s1, x, theta1, good;
    const double rest = r->lower[3] <= 0 && r->upper[3] >= 0 ? 0 : 0.5 * (r->lower[3] + r->upper[3]);
    double s4, c4; /* with the wrist straight any joint 4 will do: zero */
    ik_sincos(k[IK_SIGN + 3] * rest + k[IK_OFFSET + 3], &s4, &c4);
    for (int behind = 0; behind < 2; behind++) {
        shoulder(k, b, behind ? -1 : 1, c1, s1, x, theta1, good);
        for (int elbow = 0; elbow < 2; elbow++)
            arm_and_wrist(k, b, elbow ? -1 : 1, 2 * behind + elbow, c1, s1, x, theta1, good, c4, s4);
    }
}
