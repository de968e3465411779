package io.darkroom.engine;

/**
 * A quantity that is known only so well, and may change: its value and the variance of that. Several of them that a
 * measurement is the sum of share its error by their variances: a Kalman filter (Kalman 1960, A New Approach to Linear
 * Filtering and Prediction Problems) that leaves out how their errors go together. Not safe for more than one thread.
 */
final class Estimate {
    private double value;
    private double variance;

    Estimate(double value, double variance) {
        this.value = value;
        this.variance = variance;
    }

    double value() {
        return value;
    }

    double variance() {
        return variance;
    }

    /** It may have changed: so much is added to its variance. */
    void drift(double more) {
        variance += more;
    }

    /** As {@link #drift(double)}, to no more than this. */
    void drift(double more, double most) {
        variance = Math.max(variance, Math.min(variance + more, most));
    }

    /** Part of what is known of it is forgotten: it tends to 0. */
    void forget(double part) {
        value *= 1 - part;
    }

    /**
     * A measurement of a sum that this is part of.
     *
     * @param error what was measured, less the sum of what was expected
     * @param total the variances of all parts of the sum, and of the measurement itself
     */
    void learn(double error, double total) {
        double gain = variance / total;
        value += gain * error;
        variance *= 1 - gain;
    }
}
