package io.darkroom.training.objective;

import ai.djl.ndarray.NDArray;

/**
 * Noise prediction in latent space (Rombach et al. 2022, equation 2):
 *
 * <pre>L_LDM = E[ ||epsilon - epsilon_theta(z_t, t, tau(y))||^2 ]</pre>
 */
public record Epsilon(Diffusion diffusion, Weighting weighting) implements Objective {
    @Override
    public Noised noise(NDArray z0, NDArray epsilon, float[] u) {
        return new Noised(
                diffusion.noised(z0, epsilon, u),
                z0.getManager().create(diffusion.timesteps(u)),
                epsilon,
                z0.getManager().create(diffusion.bySnr(u, weighting::epsilon)));
    }
}
