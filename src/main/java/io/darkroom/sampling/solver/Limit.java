package io.darkroom.sampling.solver;

import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.tensor.Tensor;
import java.util.Arrays;

/** What is done to an estimate of x0: nothing, clipping to a range, or dynamic thresholding. */
interface Limit {
    /** The estimate within its limits. */
    Tensor apply(Tensor x0);

    /** No limit. */
    Limit NONE = x0 -> x0;

    /** As a config says; thresholding goes before clipping. */
    static Limit of(SchedulerConfig config) {
        if (config.flag("thresholding")) {
            return new Dynamic(config.number("dynamic_thresholding_ratio"), config.number("sample_max_value"));
        }
        return config.flag("clip_sample") ? new Range(config.number("clip_sample_range")) : NONE;
    }

    /** Clipping to [-range, range]. */
    record Range(double range) implements Limit {
        @Override
        public Tensor apply(Tensor x0) {
            return clipped(x0, (float) range, 1);
        }
    }

    /**
     * Dynamic thresholding (Saharia et al. 2022, section 2.3): s is a quantile of |x0|, at least 1 and at most max; x0
     * is clipped to [-s, s] and divided by s.
     */
    record Dynamic(double ratio, double max) implements Limit {
        @Override
        public Tensor apply(Tensor x0) {
            float s = (float) Math.min(Math.max(quantile(x0.data()), 1), max);
            return clipped(x0, s, s);
        }

        /** torch.quantile of the magnitudes, linear between ranks. */
        private double quantile(float[] values) {
            float[] sorted = new float[values.length];
            for (int i = 0; i < sorted.length; i++) {
                sorted[i] = Math.abs(values[i]);
            }
            Arrays.sort(sorted);
            double rank = (float) ratio * (double) (sorted.length - 1);
            int low = (int) rank;
            int high = Math.min(low + 1, sorted.length - 1);
            return sorted[low] + (rank - low) * ((double) sorted[high] - sorted[low]);
        }
    }

    private static Tensor clipped(Tensor x0, float s, float divisor) {
        float[] in = x0.data();
        float[] out = new float[in.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Math.min(Math.max(in[i], -s), s) / divisor;
        }
        return Tensor.of(out, x0.shape());
    }
}
