package io.darkroom.sampling.solver;

/**
 * A run's timesteps and noise levels, as diffusers' {@code set_timesteps} leaves them.
 *
 * @param timesteps one for each evaluation
 * @param sigmas as the class holds them; empty where it holds none
 * @param steps {@code num_inference_steps}
 * @param order evaluations that an image-to-image run counts as one step
 * @param initNoiseSigma what unit noise is multiplied by
 */
@SuppressWarnings("ArrayRecordComponent") // never leaves the package, never written
record Grid(double[] timesteps, double[] sigmas, int steps, int order, double initNoiseSigma) {
    int evaluations() {
        return timesteps.length;
    }

    /** A noise level by its index. */
    double sigma(int i) {
        return sigmas[i];
    }

    /** A timestep that is a whole number. */
    int timestep(int i) {
        return (int) timesteps[i];
    }
}
