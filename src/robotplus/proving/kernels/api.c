/* Sizes for the Python mirrors and limits, and the targets of many waypoints at once. */
#include "ladder.h"
#include "motion.h"

int32_t rp_sizeof_scene(void) { return (int32_t)sizeof(rp_scene); }
int32_t rp_sizeof_task(void) { return (int32_t)sizeof(rp_task); }
int32_t rp_sizeof_world(void) { return (int32_t)sizeof(rp_world); }
int32_t rp_most_obstacles(void) { return RP_OBSTACLES; }

/* out[i] (12) = base_from_world · pose[i] · Rz(spin[i]) · tcp_from_flange */
void rp_targets(const double *base_from_world, const double *tcp_from_flange, int32_t n, const double *pose, const double *spin,
                double *out) {
    for (int i = 0; i < n; i++) {
        const double c = cos(spin[i]), s = sin(spin[i]), *p = pose + 12 * i;
        double turned[12], world[12];
        for (int k = 0; k < 3; k++) {
            turned[4 * k] = p[4 * k] * c + p[4 * k + 1] * s;
            turned[4 * k + 1] = p[4 * k + 1] * c - p[4 * k] * s;
            turned[4 * k + 2] = p[4 * k + 2];
            turned[4 * k + 3] = p[4 * k + 3];
        }
        rp_mul(turned, tcp_from_flange, world);
        rp_mul(base_from_world, world, out + 12 * i);
    }
}

/* Frames after motion and the flange of n configurations: out n * (dof + 1) * 12. */
void rp_frames_batch(const rp_robot *r, const double *q, int32_t n, double *out) {
    for (int i = 0; i < n; i++) {
        double f[RP_DOF + 1][12];
        rp_fk(r, q + 7 * i, f);
        memcpy(out + (size_t)i * 12 * (size_t)(r->dof + 1), f, sizeof(double) * 12 * (size_t)(r->dof + 1));
    }
}
