package io.darkroom.sampling.schedule;

/** The Beta distribution's quantiles, to about 1e-14. */
final class BetaDistribution {
    private BetaDistribution() {}

    /** The x with a cumulated probability of p. */
    static double quantile(double p, double a, double b) {
        if (p <= 0) {
            return 0;
        }
        if (p >= 1) {
            return 1;
        }
        double low = 0;
        double high = 1;
        double x = 0.5;
        double logB = logGamma(a) + logGamma(b) - logGamma(a + b);
        for (int i = 0; i < 200; i++) {
            double error = cumulated(x, a, b, logB) - p;
            if (error > 0) {
                high = x;
            } else {
                low = x;
            }
            double density = Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - logB);
            double newton = x - error / density;
            double next = newton > low && newton < high ? newton : (low + high) / 2;
            if (Math.abs(next - x) <= 1e-16 * x) {
                return next;
            }
            x = next;
        }
        return x;
    }

    /** The regularized incomplete beta function, by its continued fraction (DLMF 8.17.22). */
    private static double cumulated(double x, double a, double b, double logB) {
        if (x > (a + 1) / (a + b + 2)) {
            return 1 - cumulated(1 - x, b, a, logB);
        }
        double front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logB) / a;
        double c = 1;
        double d = 1 / (1 - (a + b) * x / (a + 1));
        double fraction = d;
        for (int m = 1; m < 500; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / (1 + even * d);
            c = 1 + even / c;
            fraction *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / (1 + odd * d);
            c = 1 + odd / c;
            double change = d * c;
            fraction *= change;
            if (Math.abs(change - 1) < 1e-16) {
                break;
            }
        }
        return front * fraction;
    }

    /** The log of the gamma function by Stirling's series (DLMF 5.11.1) after shifting the argument up. */
    private static double logGamma(double x) {
        double shift = 0;
        double z = x;
        while (z < 15) {
            shift += Math.log(z);
            z++;
        }
        double r = 1 / (z * z);
        double series = (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r / 1188)))) / z;
        return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
    }
}
