package io.darkroom.sampling.solver;

/**
 * DEIS' integrals of Lagrange polynomials in log rho in closed form, in float32 in diffusers' order of operations: its
 * antiderivatives cancel by digits that its results then lack. The logs are numpy's, the rest is torch's.
 */
final class DeisRounded {
    private DeisRounded() {}

    /** The k-th output's integral from the newest rho to t; two or three points. */
    static float coefficient(float t, float[] rho, int k) {
        if (rho.length == 2) {
            return second(t, rho[k], rho[1 - k]) - second(rho[0], rho[k], rho[1 - k]);
        }
        float b = rho[k];
        float c = rho[(k + 1) % 3];
        float d = rho[(k + 2) % 3];
        return third(t, b, c, d) - third(rho[0], b, c, d);
    }

    private static float second(float t, float b, float c) {
        return t * (-Numpy.log(c) + Numpy.log(t) - 1) / (Numpy.log(b) - Numpy.log(c));
    }

    private static float third(float t, float b, float c, float d) {
        float lt = Numpy.log(t);
        float numerator =
                t * (Numpy.log(c) * (Numpy.log(d) - lt + 1) - Numpy.log(d) * lt + Numpy.log(d) + lt * lt - 2 * lt + 2);
        return numerator / ((Numpy.log(b) - Numpy.log(c)) * (Numpy.log(b) - Numpy.log(d)));
    }
}
