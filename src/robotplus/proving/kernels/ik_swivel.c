/* Seven joints whose axes 1, 2, 3 meet in a shoulder S and 5, 6, 7 in a wrist W: postures by the swivel angle, the turn
 * of the elbow about the line from S to W, zero when the elbow's axis lies level.
 *
 * The pose fixes W; |W - S| gives joint 4 (two ways); the swivel angle then fixes how the upper arm stands, and joints
 * 1, 2, 3 and 5, 6, 7 are rotations (two ways each). All branches exist at every angle. IK_T0, IK_T1: S along axes 1
 * and 3; IK_T2, IK_T3: W along axes 5 and 7, each as z in the joint's frame. */
#include "ik_seven.h"

/* Unit vectors along a, along the part of h square to it, and their cross product, as x, z, y. */
static inline void frame_of(const double a[3], const double h[3], double x[3], double y[3], double z[3]) {
    const double inv = 1 / sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2] + 1e-300);
    for (int i = 0; i < 3; i++) x[i] = a[i] * inv;
    const double along = h[0] * x[0] + h[1] * x[1] + h[2] * x[2];
    for (int i = 0; i < 3; i++) z[i] = h[i] - along * x[i];
    const double inz = 1 / sqrt(z[0] * z[0] + z[1] * z[1] + z[2] * z[2] + 1e-300);
    for (int i = 0; i < 3; i++) z[i] *= inz;
    y[0] = z[1] * x[2] - z[2] * x[1], y[1] = z[2] * x[0] - z[0] * x[2], y[2] = z[0] * x[1] - z[1] * x[0];
}

void ik_swivel(const ik_chain *ch, const double *k, double pose[12][IK_LANES], const double *at, int branch,
               double theta[RP_DOF][IK_LANES], double *good) {
    const double side4 = branch & 1 ? -1 : 1, side6 = branch & 2 ? -1 : 1, side2 = branch & 4 ? -1 : 1;
    const double slack = k[IK_SLACK];
    const double *o0 = ch->origin[0], *o3 = ch->origin[3], *o4 = ch->origin[4], *last = ch->tip_inverse;
    const double s_base[3] = {o0[3] + k[IK_T0] * o0[2], o0[7] + k[IK_T0] * o0[6], o0[11] + k[IK_T0] * o0[10]};
    const double w3[3] = {o4[3] + k[IK_T2] * o4[2], o4[7] + k[IK_T2] * o4[6], o4[11] + k[IK_T2] * o4[10]};
    const double s2[3] = {-o3[3], -o3[7], k[IK_T1] - o3[11]}, elbow_axis[3] = {o3[2], o3[6], o3[10]};
    double sp[3];
    ik_rotate_back(o3, s2, sp); /* S before joint 4 turns */
    const double constant4 =
        0.5 * (sp[0] * sp[0] + sp[1] * sp[1] + sp[2] * sp[2] + w3[0] * w3[0] + w3[1] * w3[1] + w3[2] * w3[2]) -
        w3[2] * sp[2];
    const double b4 = w3[0] * sp[0] + w3[1] * sp[1], c4k = w3[0] * sp[1] - w3[1] * sp[0];
    for (int i = 0; i < IK_LANES; i++) {
        double t[3][3], u[3], a[3], v[3], c4, s4, cw, sw; /* t: rotation after joint 7; u: from S to W */
#pragma clang loop unroll(full)
        for (int row = 0; row < 3; row++) {
            const double x = pose[4 * row][i], y = pose[4 * row + 1][i], z = pose[4 * row + 2][i];
            for (int col = 0; col < 3; col++) t[row][col] = x * last[col] + y * last[4 + col] + z * last[8 + col];
            u[row] =
                x * last[3] + y * last[7] + z * last[11] + pose[4 * row + 3][i] + k[IK_T3] * t[row][2] - s_base[row];
        }
        double exists =
            ik_balance(b4, c4k, constant4 - 0.5 * (u[0] * u[0] + u[1] * u[1] + u[2] * u[2]), side4, slack, &c4, &s4);
        ik_turned(c4, s4, w3, v);
        for (int row = 0; row < 3; row++) v[row] -= sp[row];
        ik_rotate(o3, v, a); /* from S to W in the upper arm */
        double ax[3], ay[3], az[3], ux[3], uy[3], uz[3], m[3][3], n[3][3], ca[3], sa[3], cb[3], sb[3];
        frame_of(a, elbow_axis, ax, ay, az);
        const int upright = u[0] * u[0] + u[1] * u[1] < 1e-12;
        const double level[3] = {upright ? 1 : -u[1], upright ? 0 : u[0], 0};
        frame_of(u, level, ux, uy, uz);
        ik_sincos(at[i], &sw, &cw);
        double ty[3], tz[3];
        for (int row = 0; row < 3; row++) tz[row] = cw * uz[row] + sw * uy[row], ty[row] = cw * uy[row] - sw * uz[row];
#pragma clang loop unroll(full) /* else the lanes loop does not vectorise */
        for (int col = 0; col < 3; col++) {
            double up[3], x[3], y[3]; /* up: column of the rotation after joint 3 */
            for (int row = 0; row < 3; row++) up[row] = ux[row] * ax[col] + ty[row] * ay[col] + tz[row] * az[col];
            ik_rotate_back(o0, up, x);
            for (int row = 0; row < 3; row++) m[row][col] = x[row];
            /* the wanted rotation seen from the upper arm */
            const double to[3] = {t[0][col], t[1][col], t[2][col]};
            const double on_x = ux[0] * to[0] + ux[1] * to[1] + ux[2] * to[2];
            const double on_y = ty[0] * to[0] + ty[1] * to[1] + ty[2] * to[2];
            const double on_z = tz[0] * to[0] + tz[1] * to[1] + tz[2] * to[2];
            for (int row = 0; row < 3; row++) x[row] = ax[row] * on_x + ay[row] * on_y + az[row] * on_z;
            ik_rotate_back(o3, x, y);
            ik_turned(c4, -s4, y, x);
            ik_rotate_back(o4, x, y);
            for (int row = 0; row < 3; row++) n[row][col] = y[row];
        }
        exists *= ik_three(m, ch->origin[1], ch->origin[2], side2, slack, ca, sa);
        exists *= ik_three(n, ch->origin[5], ch->origin[6], side6, slack, cb, sb);
        for (int j = 0; j < 3; j++) theta[j][i] = ik_atan2(sa[j], ca[j]);
        theta[3][i] = ik_atan2(s4, c4);
        for (int j = 0; j < 3; j++) theta[4 + j][i] = ik_atan2(sb[j], cb[j]);
        good[i] = exists;
    }
}
