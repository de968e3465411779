package io.darkroom.sampling.schedule;

/**
 * The noise levels of training, sqrt((1 - a) / a), as a function of the timestep, and back. float32 as numpy holds
 * them; what lies between timesteps is interpolated in double.
 */
public final class TrainingSigmas {
    private final float[] sigmas;
    private final float[] logs;
    /** The largest log up to each timestep: that of the timestep itself, unless trained betas make a level fall. */
    private final float[] highest;

    private TrainingSigmas(float[] sigmas) {
        this.sigmas = sigmas;
        this.logs = new float[sigmas.length];
        for (int t = 0; t < logs.length; t++) {
            logs[t] = (float) Math.log(sigmas[t]);
        }
        this.highest = logs.clone();
        for (int t = 1; t < highest.length; t++) {
            highest[t] = Math.max(highest[t], highest[t - 1]);
        }
    }

    /** Those of a forward process. */
    public static TrainingSigmas of(AlphasCumprod alphas) {
        return new TrainingSigmas(alphas.sigmas());
    }

    /** The noise level of the first training timestep. */
    public double smallest() {
        return sigmas[0];
    }

    /** The noise level of the last training timestep. */
    public double largest() {
        return sigmas[sigmas.length - 1];
    }

    /** The log of {@link #smallest()}. */
    public double smallestLog() {
        return logs[0];
    }

    /** The log of {@link #largest()}. */
    public double largestLog() {
        return logs[logs.length - 1];
    }

    /** The noise level at a whole training timestep. */
    public double at(int timestep) {
        return sigmas[timestep];
    }

    /** Noise levels at timesteps, between whole ones on a line (numpy.interp). */
    public double[] at(double[] timesteps) {
        double[] out = new double[timesteps.length];
        for (int i = 0; i < out.length; i++) {
            double t = Math.min(Math.max(timesteps[i], 0), sigmas.length - 1);
            int low = Math.min((int) t, sigmas.length - 2);
            out[i] = sigmas[low] + ((double) sigmas[low + 1] - sigmas[low]) * (t - low);
        }
        return out;
    }

    /** Timesteps of noise levels, between whole ones on a line in the log (Karras et al., discretized). */
    public double[] timesteps(double[] levels) {
        double[] out = new double[levels.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = timestep(levels[i]);
        }
        return out;
    }

    /** The timestep of one noise level. */
    public double timestep(double level) {
        return timestepOfLog(Math.log(Math.max(level, 1e-10)));
    }

    private double timestepOfLog(double log) {
        int low = lastReached(log);
        double w = ((double) logs[low] - log) / (logs[low] - logs[low + 1]);
        w = Math.min(Math.max(w, 0), 1);
        return (1 - w) * low + w * (low + 1);
    }

    /**
     * The last timestep but one up to which no level is above a log, 0 where the first is: by bisection, for there may be
     * 100,000 of them, and one is asked for at every step of every picture of a sweep.
     */
    private int lastReached(double log) {
        int low = 0;
        int high = logs.length - 1;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (log >= highest[middle]) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
