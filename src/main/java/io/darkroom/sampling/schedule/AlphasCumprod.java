package io.darkroom.sampling.schedule;

import io.darkroom.sampling.SchedulerConfig;

/**
 * The forward process of training: the cumulated product of 1 - beta (Ho et al. 2020, "alpha bar") at each training
 * timestep. In float32, operation by operation as torch computes it, since samplers read noise levels from it.
 */
public final class AlphasCumprod {
    /** What diffusers puts in place of a final 0 where noise levels are ratios: sigma is then 4096. */
    private static final float FLOOR = 0x1p-24f;

    private final float[] values;

    private AlphasCumprod(float[] values) {
        this.values = values;
    }

    /** As a config's beta keys say: {@code beta_schedule}, {@code trained_betas}, {@code rescale_betas_zero_snr}. */
    public static AlphasCumprod of(SchedulerConfig config) {
        float[] betas = Betas.of(config);
        return new AlphasCumprod(
                cumulated(config.flag("rescale_betas_zero_snr") ? Betas.rescaledToZeroTerminalSnr(betas) : betas));
    }

    /** The same, and the last value kept above 0 where betas were rescaled to a zero terminal SNR. */
    public static AlphasCumprod aboveZero(SchedulerConfig config) {
        AlphasCumprod plain = of(config);
        if (config.flag("rescale_betas_zero_snr")) {
            plain.values[plain.values.length - 1] = FLOOR;
        }
        return plain;
    }

    /** torch.cumprod: accumulated in double, each product rounded to float32. */
    static float[] cumulated(float[] betas) {
        float[] out = new float[betas.length];
        double product = 1;
        for (int t = 0; t < betas.length; t++) {
            product *= 1f - betas[t];
            out[t] = (float) product;
        }
        return out;
    }

    /** The number of training timesteps. */
    public int length() {
        return values.length;
    }

    /** The value at a training timestep. */
    public double at(int timestep) {
        return values[timestep];
    }

    /** Noise over signal at each training timestep, sqrt((1 - a) / a), rising. */
    public float[] sigmas() {
        float[] out = new float[values.length];
        for (int t = 0; t < out.length; t++) {
            // torch's root of the floor's ratio is 4096 on some CPUs and one ulp less on others.
            out[t] = values[t] == FLOOR ? 4096 : (float) Math.sqrt((1f - values[t]) / values[t]);
        }
        return out;
    }

    /** Half the log signal-to-noise ratio at each training timestep, falling (Lu et al. 2022, "lambda"). */
    public float[] lambdas() {
        float[] out = new float[values.length];
        for (int t = 0; t < out.length; t++) {
            float alpha = (float) Math.sqrt(values[t]);
            float sigma = (float) Math.sqrt(1f - values[t]);
            out[t] = (float) Math.log(alpha) - (float) Math.log(sigma);
        }
        return out;
    }
}
