package io.darkroom.sampling.solver;

/**
 * A point on the probability path: a sample there is {@code alpha * x0 + sigma * epsilon}.
 *
 * @param alpha the signal's scale; 1 for all points of a variance-exploding path
 * @param sigma the noise's scale
 */
record Point(double alpha, double sigma) {
    /** Variance preserving, at a noise-to-signal ratio. */
    static Point preserving(double ratio) {
        double alpha = 1 / Math.sqrt(ratio * ratio + 1);
        return new Point(alpha, ratio * alpha);
    }

    /** Variance preserving, at a cumulated product of alphas. */
    static Point ofAlphaBar(double alphaBar) {
        return new Point(Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar));
    }

    /** Variance exploding. */
    static Point exploding(double sigma) {
        return new Point(1, sigma);
    }

    /** Rectified flow: a straight line from data (0) to noise (1). */
    static Point flow(double sigma) {
        return new Point(1 - sigma, sigma);
    }

    /** Half the log signal-to-noise ratio (Lu et al. 2022, "lambda"); infinite where there is no noise. */
    double lambda() {
        return Math.log(alpha) - Math.log(sigma);
    }
}
