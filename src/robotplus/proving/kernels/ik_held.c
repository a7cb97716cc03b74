/* Seven joints whose axes 1, 2, 3 meet in a shoulder S and 5, 6 in a wrist point W, with joint 7 held at a value.
 *
 * Joint 7 and the pose fix W; |W - S| gives joint 4 (two ways); the vector from W to S, seen from both ends, gives
 * joints 6 (two ways) and 5; what remains is a rotation for joints 1, 2, 3 (two ways). IK_T0, IK_T1: S along axes 1 and
 * 3; IK_T2, IK_T3: W along axes 5 and 6, each as z in the joint's frame. */
#include "ik_seven.h"

void ik_held(const ik_chain *ch, const double *k, double pose[12][IK_LANES], const double *at, int branch,
             double theta[RP_DOF][IK_LANES], double *good) {
    const double side4 = branch & 1 ? -1 : 1, side6 = branch & 2 ? -1 : 1, side2 = branch & 4 ? -1 : 1;
    const double slack = k[IK_SLACK];
    const double *o0 = ch->origin[0], *o1 = ch->origin[1], *o2 = ch->origin[2], *o3 = ch->origin[3];
    const double *o4 = ch->origin[4], *o5 = ch->origin[5];
    const double s_base[3] = {o0[3] + k[IK_T0] * o0[2], o0[7] + k[IK_T0] * o0[6], o0[11] + k[IK_T0] * o0[10]};
    const double w3[3] = {o4[3] + k[IK_T2] * o4[2], o4[7] + k[IK_T2] * o4[6], o4[11] + k[IK_T2] * o4[10]};
    const double s2[3] = {-o3[3], -o3[7], k[IK_T1] - o3[11]};
    double sp[3], o6_inverse[12], last[12];
    ik_rotate_back(o3, s2, sp); /* S before joint 4 turns */
    rp_inv(ch->origin[6], o6_inverse);
    const double constant4 =
        0.5 * (sp[0] * sp[0] + sp[1] * sp[1] + sp[2] * sp[2] + w3[0] * w3[0] + w3[1] * w3[1] + w3[2] * w3[2]) -
        w3[2] * sp[2];
    const double b4 = w3[0] * sp[0] + w3[1] * sp[1], c4k = w3[0] * sp[1] - w3[1] * sp[0];
    memcpy(last, ch->tip_inverse, sizeof last);
    for (int i = 0; i < IK_LANES; i++) {
        /* t: the frame after joint 6 */
        double a[12], t[12], c7, s7;
        ik_sincos(-at[i], &s7, &c7);
        for (int row = 0; row < 3; row++) {
            const double x = pose[4 * row][i], y = pose[4 * row + 1][i], z = pose[4 * row + 2][i];
            const double u = x * last[0] + y * last[4] + z * last[8], v = x * last[1] + y * last[5] + z * last[9];
            a[4 * row] = u * c7 + v * s7;
            a[4 * row + 1] = v * c7 - u * s7;
            a[4 * row + 2] = x * last[2] + y * last[6] + z * last[10];
            a[4 * row + 3] = x * last[3] + y * last[7] + z * last[11] + pose[4 * row + 3][i];
        }
        rp_mul(a, o6_inverse, t);
        double to_s[3], v5[3];
        for (int row = 0; row < 3; row++) to_s[row] = s_base[row] - (t[4 * row + 3] + k[IK_T3] * t[4 * row + 2]);
        const double u2 = to_s[0] * to_s[0] + to_s[1] * to_s[1] + to_s[2] * to_s[2];
        double c4, s4, c5, s5, c6, s6;
        const double in_reach = ik_balance(b4, c4k, constant4 - 0.5 * u2, side4, slack, &c4, &s4);
        /* from W to S before joint 5 (p) and after joint 6 (v5) */
        double v3[3], p[3], u[3], w[3];
        ik_turned(c4, -s4, sp, v3);
        for (int row = 0; row < 3; row++) v3[row] -= w3[row];
        ik_rotate_back(o4, v3, p);
        ik_rotate_back(t, to_s, v5);
        double exists = ik_balance(o5[8] * v5[0] + o5[9] * v5[1], o5[9] * v5[0] - o5[8] * v5[1], p[2] - o5[10] * v5[2],
                                   side6, slack, &c6, &s6);
        ik_turned(c6, s6, v5, u);
        ik_rotate(o5, u, w);
        ik_swing(w[0], w[1], p[0], p[1], &c5, &s5);
        /* the columns of the rotation after joint 3, carried back through joints 6, 5, 4: m = rows seen before joint 1
         */
        double m[3][3];
#pragma clang loop unroll(full) /* else the lanes loop does not vectorise */
        for (int col = 0; col < 3; col++) {
            const double axis[3] = {col == 0, col == 1, col == 2};
            double x[3], y[3];
            ik_rotate_back(o3, axis, x);
            ik_turned(c4, -s4, x, y);
            ik_rotate_back(o4, y, x);
            ik_turned(c5, -s5, x, y);
            ik_rotate_back(o5, y, x);
            ik_turned(c6, -s6, x, y);
            ik_rotate(t, y, x);
            ik_rotate_back(o0, x, y);
            for (int row = 0; row < 3; row++) m[row][col] = y[row];
        }
        double c[3], s[3];
        exists *= ik_three(m, o1, o2, side2, slack, c, s);
        for (int j = 0; j < 3; j++) theta[j][i] = ik_atan2(s[j], c[j]);
        theta[3][i] = ik_atan2(s4, c4);
        theta[4][i] = ik_atan2(s5, c5);
        theta[5][i] = ik_atan2(s6, c6);
        theta[6][i] = at[i];
        good[i] = in_reach * exists > 0 ? 1 : -in_reach;
    }
}
