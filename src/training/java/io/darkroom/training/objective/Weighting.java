package io.darkroom.training.objective;

/**
 * What a timestep counts for. Min-SNR (Hang et al. 2023) is min(SNR, gamma) in the error of z0; in terms of what a network
 * predicts that is
 *
 * <pre>epsilon: min(SNR, gamma) / SNR        v: min(SNR, gamma) / (SNR + 1)</pre>
 *
 * @param gamma the largest weight, above 0; infinite for none: every timestep of the plain objective counts 1
 */
public record Weighting(double gamma) {
    /** Every timestep counts the same. */
    public static final Weighting PLAIN = new Weighting(Double.POSITIVE_INFINITY);

    public Weighting {
        if (!(gamma > 0)) {
            throw new IllegalArgumentException("min-SNR gamma: " + gamma + " is not above 0");
        }
    }

    double epsilon(double snr) {
        return Double.isInfinite(gamma) ? 1 : Math.min(snr, gamma) / snr;
    }

    double velocity(double snr) {
        return Double.isInfinite(gamma) ? 1 : Math.min(snr, gamma) / (snr + 1);
    }
}
