package io.darkroom.sampling.solver;

/**
 * One update of DPM-Solver or DPM-Solver++ (Lu et al. 2022, arXiv 2206.00927, appendix B, and 2211.01095, appendix A)
 * as weights: of the sample, of the outputs (newest first), and of the noise for the SDE variants.
 *
 * <p>With h the step in lambda, all variants are one formula, {@code x_t = a x - c [phi_1(z) D0 + phi_2(z) D1 +
 * phi_3(z) D2] + std noise}, D0 an output and D1, D2 its divided differences. diffusers' solver_type "midpoint" halves
 * phi_1 where "heun" has phi_2.
 */
record DpmUpdate(Algorithm algorithm, boolean midpoint) {
    /** diffusers' algorithm_type: whether outputs are x0 (++) or epsilon, and whether noise is added. */
    enum Algorithm {
        DPMSOLVER(false, false),
        DPMSOLVER_PP(true, false),
        SDE_DPMSOLVER(false, true),
        SDE_DPMSOLVER_PP(true, true);

        private final boolean x0;
        private final boolean sde;

        Algorithm(boolean x0, boolean sde) {
            this.x0 = x0;
            this.sde = sde;
        }

        /** By diffusers' name. */
        static Algorithm named(String algorithmType) {
            return valueOf(algorithmType
                    .toUpperCase(java.util.Locale.ROOT)
                    .replace('-', '_')
                    .replace("++", "_PP"));
        }
    }

    /** Whether the outputs are estimates of x0, else of epsilon. */
    boolean predictsX0() {
        return algorithm.x0;
    }

    /** A multistep update from the newest of the past points (past[0]) to t; as many outputs as points. */
    double[] multistep(Point t, Point[] past) {
        Formula f = new Formula(algorithm, past[0], t);
        if (past.length == 1) {
            return f.weights(f.c(f.phi1()));
        }
        double r0 = f.ratio(past[0], past[1]);
        if (past.length == 2) {
            double d1 = second(f) * f.inverse(r0);
            return f.weights(f.c(f.phi1()) + d1, -d1);
        }
        double r1 = f.ratio(past[1], past[2]);
        // D1 = E0 + r0/(r0+r1) (E0 - E1), D2 = (E0 - E1)/(r0+r1), with E0 = (m0-m1)/r0 and E1 = (m1-m2)/r1.
        double both = f.rounded(r0 + r1);
        double change = f.c(f.phi2()) * f.rounded(r0 / both) + f.c(f.phi3()) * f.inverse(both);
        double e0 = (f.c(f.phi2()) + change) * f.inverse(r0);
        double e1 = -change * f.inverse(r1);
        return f.weights(f.c(f.phi1()) + e0, e1 - e0, -e1);
    }

    /** A singlestep update from the oldest of the points to t, by the outputs at all of them. */
    double[] singlestep(Point t, Point[] past) {
        Point from = past[past.length - 1];
        Formula f = new Formula(algorithm, from, t);
        if (past.length == 1) {
            return f.weights(f.c(f.phi1()));
        }
        double r0 = f.ratio(past[0], from);
        if (past.length == 2) {
            double d1 = second(f) * f.inverse(r0);
            return f.weights(d1, f.c(f.phi1()) - d1);
        }
        double r1 = f.ratio(past[1], from);
        // E0 = (m1-m2)/r1, E1 = (m0-m2)/r0; D1 = (r0 E0 - r1 E1)/(r0-r1), D2 = 2 (E1-E0)/(r0-r1).
        double apart = f.rounded(r0 - r1);
        double c2 = f.c(f.phi2());
        double c3 = midpoint ? 0 : 2 * f.c(f.phi3());
        double e0 = midpoint ? 0 : (c2 * r0 - c3) / apart * f.inverse(r1);
        double e1 = (midpoint ? c2 : (-c2 * r1 + c3) / apart) * f.inverse(r0);
        return f.weights(e1, e0, f.c(f.phi1()) - e0 - e1);
    }

    private double second(Formula f) {
        return midpoint ? f.c(f.phi1()) / 2 : f.c(f.phi2());
    }

    /** The parts of the formula that all orders share, each operation rounded as the points say. */
    private static final class Formula {
        private final Algorithm algorithm;
        private final Point t;
        private final double h;
        private final double z;
        private final double a;
        private final double c;
        private final double std;

        Formula(Algorithm algorithm, Point from, Point t) {
            this.algorithm = algorithm;
            this.t = t;
            h = rounded(t.lambda() - from.lambda());
            switch (algorithm) {
                case DPMSOLVER -> {
                    z = h;
                    a = rounded(t.alpha() / from.alpha());
                    c = t.sigma();
                    std = 0;
                }
                case DPMSOLVER_PP -> {
                    z = -h;
                    a = rounded(t.sigma() / from.sigma());
                    c = t.alpha();
                    std = 0;
                }
                case SDE_DPMSOLVER -> {
                    z = h;
                    a = rounded(t.alpha() / from.alpha());
                    c = 2 * t.sigma();
                    std = rounded(t.sigma() * root(expm1(2 * h)));
                }
                case SDE_DPMSOLVER_PP -> {
                    z = -2 * h;
                    a = rounded(rounded(t.sigma() / from.sigma()) * rounded(Math.exp(-h)));
                    c = t.alpha();
                    std = rounded(t.sigma() * root(-expm1(-2 * h)));
                }
                default -> throw new AssertionError(algorithm);
            }
        }

        double rounded(double x) {
            return t.rounded(x);
        }

        private double root(double x) {
            return rounded(Math.sqrt(x));
        }

        /** diffusers takes 1 off the rounded exponential: over short steps that is its leading error. */
        private double expm1(double x) {
            return rounded(rounded(Math.exp(x)) - 1);
        }

        double ratio(Point newer, Point older) {
            return rounded(rounded(newer.lambda() - older.lambda()) / h);
        }

        double inverse(double r) {
            return rounded(1 / r);
        }

        double c(double phi) {
            return rounded(c * phi);
        }

        double phi1() {
            return expm1(z);
        }

        double phi2() {
            return rounded(rounded(expm1(z) / z) - 1);
        }

        /** diffusers adds the half instead of taking it off for SDE-DPM-Solver++ of order 3; so do we. */
        double phi3() {
            double half = algorithm == Algorithm.SDE_DPMSOLVER_PP ? -0.5 : 0.5;
            return rounded(rounded(rounded(expm1(z) - z) / rounded(z * z)) - half);
        }

        double[] weights(double... outputs) {
            double[] all = new double[outputs.length + (algorithm.sde ? 2 : 1)];
            all[0] = a;
            for (int k = 0; k < outputs.length; k++) {
                all[k + 1] = -outputs[k];
            }
            if (algorithm.sde) {
                all[all.length - 1] = std;
            }
            return all;
        }
    }
}
