package io.darkroom.training.objective;

import ai.djl.ndarray.NDArray;

/**
 * Flow matching on the straight path (Lipman et al. 2022; Liu et al. 2022; Esser et al. 2024), in diffusers' direction,
 * in which samplers will follow it:
 *
 * <pre>z_s = (1 - s) z0 + s epsilon,   L_FM = E[ ||v_theta(z_s, s) - (epsilon - z0)||^2 ]</pre>
 *
 * s = u is 1 at noise. The literature's t is 1 - s, and its velocity z0 - epsilon has the other sign. The network is told
 * 1000 s.
 */
public record Flow() implements Objective {
    private static final float TIMESTEPS = 1000;

    @Override
    public Noised noise(NDArray z0, NDArray epsilon, float[] u) {
        float[] data = new float[u.length];
        float[] time = new float[u.length];
        float[] ones = new float[u.length];
        for (int i = 0; i < u.length; i++) {
            data[i] = 1 - u[i];
            time[i] = TIMESTEPS * u[i];
            ones[i] = 1;
        }
        return new Noised(
                z0.mul(Objective.column(z0, data)).add(epsilon.mul(Objective.column(z0, u))),
                z0.getManager().create(time),
                epsilon.sub(z0),
                z0.getManager().create(ones));
    }
}
