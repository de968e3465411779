package io.darkroom.sampling;

import org.jspecify.annotations.Nullable;

/**
 * Arguments of diffusers' {@code step}. A class that does not take one ignores it, as the pipelines do.
 *
 * @param eta DDIM's and TCD's stochasticity, 0 to 1; null: the class's default (DDIM 0, TCD 0.3)
 * @param useClippedModelOutput DDIM: epsilon is derived again from the clipped x0
 * @param sChurn Euler's churn (Karras et al., algorithm 2), with sTmin, sTmax and sNoise
 * @param lmsOrder how many derivatives LMS uses
 */
public record StepOptions(
        @Nullable Double eta,
        boolean useClippedModelOutput,
        double sChurn,
        double sTmin,
        double sTmax,
        double sNoise,
        int lmsOrder) {
    /** diffusers' defaults. */
    public static final StepOptions DEFAULT = new StepOptions(null, false, 0, 0, Double.POSITIVE_INFINITY, 1, 4);

    /** The same with another eta. */
    public StepOptions withEta(double value) {
        return new StepOptions(value, useClippedModelOutput, sChurn, sTmin, sTmax, sNoise, lmsOrder);
    }

    /** eta, or what the class takes when none is given. */
    public double etaOr(double otherwise) {
        return eta == null ? otherwise : eta;
    }
}
