package io.darkroom.sampling.solver;

/**
 * A point on the probability path: a sample there is {@code alpha * x0 + sigma * epsilon}.
 *
 * @param alpha the signal's scale; 1 for all points of a variance-exploding path
 * @param sigma the noise's scale
 * @param lambda half the log signal-to-noise ratio (Lu et al. 2022); infinite where there is no noise
 * @param float32 whether a step's coefficients are rounded to float32 after each operation, see {@link #inFloat32}
 */
record Point(double alpha, double sigma, double lambda, boolean float32) {
    Point(double alpha, double sigma) {
        this(alpha, sigma, Math.log(alpha) - Math.log(sigma), false);
    }

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

    /**
     * The same point as a diffusers scheduler computes it whose noise levels are a float32 tensor: each operation is
     * rounded. Near pure noise and over short steps a solver's coefficients are differences of a few last digits, which
     * then are these ones.
     */
    Point inFloat32() {
        return inFloat32((float) alpha, (float) sigma);
    }

    /** {@link #preserving}, each operation rounded to float32. */
    static Point preservingInFloat32(double ratio) {
        float s = (float) ratio;
        float alpha = 1 / (float) Math.sqrt(s * s + 1);
        return inFloat32(alpha, s * alpha);
    }

    /** {@link #flow}, each operation rounded to float32. */
    static Point flowInFloat32(double sigma) {
        float s = (float) sigma;
        return inFloat32(1 - s, s);
    }

    private static Point inFloat32(float alpha, float sigma) {
        return new Point(alpha, sigma, (float) Math.log(alpha) - (float) Math.log(sigma), true);
    }

    /**
     * The result of one operation as this point's arithmetic rounds it. Two float32 numbers added, multiplied or divided
     * in double and then rounded give what float32 arithmetic gives, to the last bit.
     */
    double rounded(double x) {
        return float32 ? (float) x : x;
    }
}
