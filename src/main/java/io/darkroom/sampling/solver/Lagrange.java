package io.darkroom.sampling.solver;

/** Lagrange's basis polynomials and their integrals, exact: what the Adams methods are made of. */
final class Lagrange {
    private Lagrange() {}

    /** The polynomial that is 1 at nodes[k] and 0 at the others; coefficients from the lowest power on. */
    static double[] basis(double[] nodes, int k) {
        double[] polynomial = {1};
        for (int j = 0; j < nodes.length; j++) {
            if (j != k) {
                polynomial = timesLinear(polynomial, nodes[j], nodes[k] - nodes[j]);
            }
        }
        return polynomial;
    }

    /** The polynomial times (s - node) / divisor. */
    private static double[] timesLinear(double[] polynomial, double node, double divisor) {
        double[] out = new double[polynomial.length + 1];
        for (int p = 0; p < polynomial.length; p++) {
            out[p + 1] += polynomial[p] / divisor;
            out[p] -= polynomial[p] * node / divisor;
        }
        return out;
    }

    /** The polynomial's integral from 0 to an end. */
    static double integral(double[] polynomial, double to) {
        double sum = 0;
        for (int p = polynomial.length - 1; p >= 0; p--) {
            sum = sum * to + polynomial[p] / (p + 1);
        }
        return sum * to;
    }

    /** The integral of the polynomial times e^(rate s) between two ends, by parts. */
    static double exponentialIntegral(double[] polynomial, double rate, double from, double to) {
        return antiderivative(polynomial, rate, to) - antiderivative(polynomial, rate, from);
    }

    private static double antiderivative(double[] polynomial, double rate, double s) {
        double[] p = polynomial.clone();
        double sum = 0;
        double factor = 1 / rate;
        for (int n = p.length; n > 0; n--) {
            double value = 0;
            for (int k = n - 1; k >= 0; k--) {
                value = value * s + p[k];
            }
            sum += factor * value;
            factor /= -rate;
            for (int k = 1; k < n; k++) {
                p[k - 1] = k * p[k];
            }
        }
        return Math.exp(rate * s) * sum;
    }
}
