/* Arm with three parallel axes 2, 3, 4, then 5 and 6 each square to the one before (UR and its many relatives).
 *
 * Canonical chain: axis 1 is z; axes 2, 3, 4 are y, axis 2 at x = a1; at theta = 0 both arm links L2, L3 stand upright,
 * axis 5 is z at x = e5 beside axis 4, the wrist point (axes 5 and 6 meet) lies at d5 along it and at y = b; axis 6 is
 * y. The wrist point is known from the pose and stays at y = b before axis 1, which gives theta 1; axis 5 is square to
 * both axis 2 and axis 6, which gives its direction up to sign; the rest is a planar arm.
 * Branch = 2 * (behind the shoulder) + (elbow the other way) + 4 * (wrist flipped). */
#include "ik.h"

void ik_ur(const rp_robot *r, ik_block *b) {
    const double *k = r->ik;
    const double a1 = k[IK_A1], off = k[IK_B], l2 = k[IK_L2], l3 = k[IK_L3], d5 = k[IK_D5], e5 = k[IK_E5];
    double above, below;
    ik_bend_slack(l2, l3, k[IK_SLACK], &above, &below);
    const double rest = r->lower[5] <= 0 && r->upper[5] >= 0 ? 0 : 0.5 * (r->lower[5] + r->upper[5]);
    double s6_rest, c6_rest; /* with axes 2 and 6 parallel any joint 6 will do: zero */
    ik_sincos(k[IK_SIGN + 5] * rest + k[IK_OFFSET + 5], &s6_rest, &c6_rest);
    const double longest2 = (l2 + l3) * (l2 + l3), shortest2 = (l2 - l3) * (l2 - l3);
    const double link2 = d5 * d5 + e5 * e5, inv_link = link2 > 1e-20 ? 1 / sqrt(link2) : 0;
    for (int half = 0; half < 4; half++) {
        const double side = half & 1 ? -1 : 1, flip = half & 2 ? -1 : 1;
        const int branch = 2 * (half & 1) + 2 * (half & 2);
        double (*t)[IK_LANES] = b->theta[branch], (*u)[IK_LANES] = b->theta[branch + 1];
        double *good = b->good[branch], *good_other = b->good[branch + 1];
        for (int i = 0; i < IK_LANES; i++) {
            const double px = b->wrist[3][i], py = b->wrist[7][i], pz = b->wrist[11][i];
            const double n2 = px * px + py * py - off * off, n = side * sqrt(n2 > 0 ? n2 : 0);
            const double r2 = n * n + off * off;
            const int on_axis = r2 < 1e-20;
            const double inv = 1 / (on_axis ? 1 : r2);
            const double c1 = on_axis ? side : (px * n + py * off) * inv, s1 = on_axis ? 0 : (py * n - px * off) * inv;
            /* columns of the wanted rotation seen before axis 1: ahead (f), left (l), up */
            const double xf = c1 * b->wrist[0][i] + s1 * b->wrist[4][i];
            const double yf = c1 * b->wrist[1][i] + s1 * b->wrist[5][i];
            const double yl = c1 * b->wrist[5][i] - s1 * b->wrist[1][i];
            const double zf = c1 * b->wrist[2][i] + s1 * b->wrist[6][i];
            const double xu = b->wrist[8][i], yu = b->wrist[9][i], zu = b->wrist[10][i];
            /* axis 5 ahead and up: square to axis 6 (the y column) and to axis 2 (left) */
            const double w = sqrt(yf * yf + yu * yu);
            const int parallel = w < 1e-10;
            const double invw = flip / (parallel ? 1 : w);
            double s = invw * (parallel ? c6_rest * zf - s6_rest * xf : yu);
            double c = invw * (parallel ? c6_rest * zu - s6_rest * xu : -yf);
            /* free to turn and yet out of reach: turn the wrist link until axis 4 is just within reach */
            const double ahead = n - a1, far2 = ahead * ahead + pz * pz, far = sqrt(far2 > 1e-20 ? far2 : 1e-20);
            const double rest_x = ahead - (d5 * s + e5 * c), rest_z = pz - (d5 * c - e5 * s);
            const double rest2 = rest_x * rest_x + rest_z * rest_z;
            const double want2 = rest2 > longest2 ? longest2 : shortest2;
            const int turn = parallel && (rest2 > longest2 || rest2 < shortest2) && inv_link > 0;
            const double to = (far2 + link2 - want2) * 0.5 * inv_link / far; /* cosine between the link and the way */
            const double ct = to > 1 ? 1 : to < -1 ? -1 : to, st = sqrt(1 - ct * ct);
            const double link_x = (ahead * ct + pz * st) * inv_link / far,
                         link_z = (pz * ct - ahead * st) * inv_link / far;
            s = turn ? d5 * link_x - e5 * link_z : s;
            c = turn ? d5 * link_z + e5 * link_x : c;
            const double x = ahead - (d5 * s + e5 * c), z = pz - (d5 * c - e5 * s);
            const double d = (x * x + z * z - l2 * l2 - l3 * l3) / (2 * l2 * l3);
            const double cb = d > 1 ? 1 : d < -1 ? -1 : d, sb = sqrt(1 - cb * cb);
            const double m = l2 + l3 * cb, q = l3 * sb, v2 = m * m + q * q, invv = v2 > 1e-20 ? 1 / v2 : 0;
            const double xm = x * m * invv, zm = z * m * invv, xq = x * q * invv, zq = z * q * invv;
            const double phi = ik_atan2(s, c), beta = ik_atan2(sb, cb);
            t[0][i] = u[0][i] = ik_atan2(s1, c1);
            t[1][i] = ik_atan2(xm - zq, zm + xq);
            u[1][i] = ik_atan2(xm + zq, zm - xq);
            t[2][i] = beta, u[2][i] = -beta;
            t[3][i] = phi - t[1][i] - beta, u[3][i] = phi - u[1][i] + beta;
            t[4][i] = u[4][i] = ik_atan2(s * yu - c * yf, yl);
            t[5][i] = u[5][i] = ik_atan2(-(s * xf + c * xu), s * zf + c * zu);
            good[i] = n2 >= -2 * k[IK_SLACK] * fabs(off) && d <= 1 + above && d >= -1 - below ? 1 : 0;
            good_other[i] = good[i];
        }
    }
}
