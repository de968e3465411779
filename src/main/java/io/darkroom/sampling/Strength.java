package io.darkroom.sampling;

/**
 * Where an image-to-image run begins: {@code get_timesteps} of diffusers' pipelines. The families round differently
 * (7 steps at strength 0.5: SD begins at step 4, SD3 at step 3).
 */
public enum Strength {
    /** Stable Diffusion 1, 2 and XL: n - min(int(n s), n). */
    STABLE_DIFFUSION {
        @Override
        int stepsLeftOut(int n, double strength) {
            return n - Math.min((int) (n * strength), n);
        }
    },
    /** Stable Diffusion 3 and FLUX: int(max(n - min(n s, n), 0)). */
    FLOW {
        @Override
        int stepsLeftOut(int n, double strength) {
            return (int) Math.max(n - Math.min(n * strength, n), 0);
        }
    };

    abstract int stepsLeftOut(int n, double strength);

    /**
     * The index into the sampler's timesteps at which a run of this strength begins.
     *
     * @param strength in (0, 1]; 1 begins at the first
     */
    public int startIndex(Sampler sampler, double strength) {
        return stepsLeftOut(sampler.steps(), strength) * sampler.order();
    }
}
