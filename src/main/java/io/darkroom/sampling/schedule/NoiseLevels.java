package io.darkroom.sampling.schedule;

/** Noise levels between a largest and a smallest, falling. */
public final class NoiseLevels {
    private NoiseLevels() {}

    /** Karras et al. 2022, equation 5. */
    public static double[] karras(double largest, double smallest, int n, double rho) {
        double[] out = Spacing.linspace(0, 1, n);
        double top = Math.pow(largest, 1 / rho);
        double bottom = Math.pow(smallest, 1 / rho);
        for (int i = 0; i < n; i++) {
            out[i] = Math.pow(top + out[i] * (bottom - top), rho);
        }
        return out;
    }

    /** Equal ratios. */
    public static double[] exponential(double largest, double smallest, int n) {
        double[] out = Spacing.linspace(Math.log(largest), Math.log(smallest), n);
        for (int i = 0; i < n; i++) {
            out[i] = Math.exp(out[i]);
        }
        return out;
    }

    /** Quantiles of the Beta(0.6, 0.6) distribution (Lee et al. 2024, "Beta Sampling is All You Need"). */
    public static double[] beta(double largest, double smallest, int n) {
        double[] out = Spacing.linspace(0, 1, n);
        for (int i = 0; i < n; i++) {
            out[i] = smallest + BetaDistribution.quantile(1 - out[i], 0.6, 0.6) * (largest - smallest);
        }
        return out;
    }

    /** Equal steps in the log signal-to-noise ratio (Lu et al. 2022), given as logs of noise levels. */
    public static double[] lu(double largestLog, double smallestLog, int n) {
        double[] out = Spacing.linspace(0, 1, n);
        for (int i = 0; i < n; i++) {
            out[i] = Math.exp(largestLog + out[i] * (smallestLog - largestLog));
        }
        return out;
    }

    /** {@link #karras}, each operation rounded to float32: EDM's schedulers compute them in torch, not in numpy. */
    public static double[] karrasInFloat32(double largest, double smallest, int n, double rho) {
        float[] ramp = Betas.linspace(0, 1, n);
        float top = (float) Math.pow(largest, 1 / rho);
        float change = (float) (Math.pow(smallest, 1 / rho) - Math.pow(largest, 1 / rho));
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            out[i] = (float) Math.pow(top + ramp[i] * change, rho);
        }
        return out;
    }

    /** {@link #exponential} as EDM's schedulers compute them, from the smallest up: a single one is the smallest. */
    public static double[] exponentialInFloat32(double largest, double smallest, int n) {
        float[] logs = Betas.linspace(Math.log(smallest), Math.log(largest), n);
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            out[i] = (float) Math.exp(logs[n - 1 - i]);
        }
        return out;
    }
}
