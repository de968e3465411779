package io.darkroom.sampling.solver;

/** numpy's float32 functions where they are not correctly rounded and the difference shows. */
final class Numpy {
    /** A rational approximation of log(1 + f), from the lowest power on (numpy's npy_simd_data.h). */
    private static final float[] NUMERATOR = {0f, 1f, 2.1126776f, 1.4800006f, 0.38088378f, 0.025899792f};

    private static final float[] DENOMINATOR = {1f, 2.6126776f, 2.453006f, 0.9864943f, 0.15464763f, 0.0058750953f};
    private static final float LOG_2 = 0.6931472f;
    private static final float ROOT_2 = 1.4142135f;

    private Numpy() {}

    /**
     * numpy.log of a positive normal float32, to the last bit: off by up to 3 units in the last place. As its AVX2 and
     * AVX-512 kernels compute it: 2^e (1 + f) with 1 + f between 1 / sqrt(2) and sqrt(2), Horner with fused operations.
     */
    static float log(float x) {
        int exponent = Math.getExponent(x);
        float mantissa = Math.scalb(x, -exponent);
        if (mantissa > ROOT_2) {
            mantissa /= 2;
            exponent++;
        }
        float f = mantissa - 1;
        return Math.fma((float) exponent, LOG_2, horner(NUMERATOR, f) / horner(DENOMINATOR, f));
    }

    private static float horner(float[] coefficients, float f) {
        float sum = coefficients[coefficients.length - 1];
        for (int k = coefficients.length - 2; k >= 0; k--) {
            sum = Math.fma(sum, f, coefficients[k]);
        }
        return sum;
    }
}
