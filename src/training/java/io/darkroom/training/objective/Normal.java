package io.darkroom.training.objective;

/** The standard normal distribution. */
final class Normal {
    /** Beyond this a double of the cumulated probability is 0 or 1. */
    private static final double FARTHEST = 8.2;

    private Normal() {}

    /** The cumulated probability (Marsaglia 2004, "Evaluating the normal distribution": a series, exact to 1e-15). */
    static double cumulated(double x) {
        if (Math.abs(x) > FARTHEST) {
            return x < 0 ? 0 : 1;
        }
        double sum = x;
        double term = x;
        for (int i = 3; Math.abs(term) > 1e-17 * Math.abs(sum); i += 2) {
            term *= x * x / i;
            sum += term;
        }
        return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    /** The place below which a probability lies, by bisection. */
    static double quantile(double probability) {
        double low = -FARTHEST;
        double high = FARTHEST;
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (cumulated(middle) < probability) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }
}
