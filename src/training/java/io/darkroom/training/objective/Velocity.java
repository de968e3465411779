package io.darkroom.training.objective;

import ai.djl.ndarray.NDArray;

/**
 * Prediction of v (Salimans and Ho 2022):
 *
 * <pre>v = sqrt(a_t) epsilon - sqrt(1 - a_t) z0,   L = E[ w_t ||v - v_theta(z_t, t, tau(y))||^2 ]</pre>
 */
public record Velocity(Diffusion diffusion, Weighting weighting) implements Objective {
    @Override
    public Noised noise(NDArray z0, NDArray epsilon, float[] u) {
        return new Noised(
                diffusion.noised(z0, epsilon, u),
                z0.getManager().create(diffusion.timesteps(u)),
                diffusion.velocity(z0, epsilon, u),
                z0.getManager().create(diffusion.bySnr(u, weighting::velocity)));
    }
}
