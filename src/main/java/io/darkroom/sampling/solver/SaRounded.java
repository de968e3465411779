package io.darkroom.sampling.solver;

/**
 * SA-Solver's coefficients (Xue et al. 2023, equations 14 and 17 in x0, appendix C in epsilon) in float32, in the order
 * of operations of diffusers' SASolverScheduler: Lagrange's polynomials and their integrals are expanded in lambda
 * itself, not in lambda less the step's start, so they cancel by digits that its results then lack.
 *
 * @param s the step's start
 * @param t the step's end
 * @param tau how much noise, 0 or 1
 * @param predictX0 whether outputs are estimates of x0, else of epsilon
 */
record SaRounded(Point s, Point t, int tau, boolean predictX0) {
    /** The step in lambda. */
    float h() {
        return end() - start();
    }

    private float start() {
        return (float) s.lambda();
    }

    private float end() {
        return (float) t.lambda();
    }

    /** 1 + tau^2: what lambda is multiplied by in x0. */
    private int rate() {
        return 1 + tau * tau;
    }

    /** The sample's weight. */
    float keep() {
        return predictX0
                ? exp(-tau * tau * h()) * ((float) t.sigma() / (float) s.sigma())
                : (float) t.alpha() / (float) s.alpha();
    }

    /** The noise's weight. */
    float std() {
        return predictX0
                ? (float) t.sigma() * root(1 - exp(-2 * tau * tau * h()))
                : tau * (float) t.sigma() * root(exp(2 * h()) - 1);
    }

    /** What multiplies an integral to give an output's weight. */
    float scale() {
        return predictX0 ? rate() * (float) t.sigma() * exp(-tau * tau * end()) : -rate() * (float) t.alpha();
    }

    /** The integrals of Lagrange's polynomials, by the lambdas where the outputs were taken. */
    float[] integrals(float[] lambdas) {
        float[] out = new float[lambdas.length];
        for (int k = 0; k < out.length; k++) {
            float[] polynomial = lagrange(lambdas, k);
            for (int j = 0; j < polynomial.length; j++) {
                int power = polynomial.length - 1 - j;
                out[k] += polynomial[j] * (predictX0 ? positive(power) : negative(power));
            }
        }
        return out;
    }

    /**
     * diffusers' change of the predictor's second-order coefficients in x0, as the authors' code has it: added to the
     * newest output's, taken from the other's.
     *
     * @param before the lambda of the step's start less the one of the output before
     */
    float predictorChange(float before) {
        int r = rate();
        float part = h() * h() / 2 - (h() * r - 1 + exp(r * -h())) / (r * r);
        return exp(r * end()) * part / before;
    }

    /** The same for the corrector. */
    float correctorChange() {
        int r = rate();
        float part = h() / 2 - (h() * r - 1 + exp(r * -h())) / (r * r * h());
        return exp(r * end()) * part;
    }

    /** The polynomial that is 1 at the k-th lambda and 0 at the others, from the highest power on; up to cubic. */
    private static float[] lagrange(float[] lambdas, int k) {
        float[] o = new float[lambdas.length - 1];
        float divisor = 1;
        for (int j = 0, n = 0; j < lambdas.length; j++) {
            if (j != k) {
                divisor *= lambdas[k] - lambdas[j];
                o[n++] = lambdas[j];
            }
        }
        return switch (o.length) {
            case 0 -> new float[] {1};
            case 1 -> new float[] {1 / divisor, -o[0] / divisor};
            case 2 -> new float[] {1 / divisor, (-o[0] - o[1]) / divisor, o[0] * o[1] / divisor};
            case 3 -> new float[] {
                1 / divisor,
                (-o[0] - o[1] - o[2]) / divisor,
                (o[0] * o[1] + o[0] * o[2] + o[1] * o[2]) / divisor,
                -o[0] * o[1] * o[2] / divisor
            };
            default -> throw new IllegalArgumentException("order " + lambdas.length + " is above 4");
        };
    }

    /** The integral of lambda^power e^(rate lambda) over the step. */
    private float positive(int power) {
        float e = rate() * end();
        float s = rate() * start();
        float difference = byParts(power, e, -1) - byParts(power, s, -1) * exp(-(e - s));
        return exp(e) * difference / (float) Math.pow(rate(), power + 1);
    }

    /** The integral of lambda^power e^-lambda over the step. */
    private float negative(int power) {
        float e = end();
        float s = start();
        return exp(-e) * (byParts(power, s, 1) * exp(e - s) - byParts(power, e, 1));
    }

    /** The polynomial that is left of x^power after integrating by parts against an exponential. */
    private static float byParts(int power, float x, int sign) {
        return switch (power) {
            case 0 -> 1;
            case 1 -> x + sign;
            case 2 -> x * x + sign * 2 * x + 2;
            case 3 -> x * x * x + sign * 3 * (x * x) + 6 * x + sign * 6;
            default -> throw new IllegalArgumentException("power " + power + " is above 3");
        };
    }

    private static float exp(float x) {
        return (float) Math.exp(x);
    }

    private static float root(float x) {
        return (float) Math.sqrt(x);
    }
}
