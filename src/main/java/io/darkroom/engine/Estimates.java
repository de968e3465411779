package io.darkroom.engine;

import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Quantities that are known only so well, may change, and are measured in sums: a Kalman filter (Kalman 1960, A New Approach
 * to Linear Filtering and Prediction Problems). Of each pair it knows how their errors go together, so that what is measured
 * of one later mends the other too; of those that were not in use for long, their own variance only. Not safe for more than
 * one thread.
 */
final class Estimates {
    /** So many are followed in pairs: a measurement takes as many operations as there are pairs. */
    static final int FOLLOWED = 64;

    /** The variance of what nothing is known of. */
    private static final double NOTHING = 100;

    /** One of the quantities. */
    static final class Part {
        private double value;
        /** Where it stands in the matrix; -1 where it does not. */
        private int at = -1;
        /** While it stands in no matrix: as it was when it left. */
        private double variance;
        /** While it stands in no matrix: what {@link Estimates#drifted} was when it left. */
        private double left;
        /** When it was last of use, counted in uses. */
        private long used;

        private Part(double value, double variance) {
            this.value = value;
            this.variance = variance;
        }

        double value() {
            return value;
        }
    }

    private final double most;
    private final Part[] parts = new Part[FOLLOWED];
    private final double[][] covariance = new double[FOLLOWED][FOLLOWED];
    private int followed;
    private long uses;
    /** What was added to each variance until now, but for what was added to single ones. */
    private double drifted;

    /** @param most what a variance grows to at most by {@link #drift(double)} */
    Estimates(double most) {
        this.most = most;
    }

    /** Another one, of which nothing is known. */
    static Part unknown() {
        return known(0, NOTHING);
    }

    /** Another one, of which so much is known, whatever the others are. */
    static Part known(double value, double variance) {
        return new Part(value, variance);
    }

    /** Nothing is known of it any more; it may be this. */
    void renew(Part part, double value) {
        part.value = value;
        isolate(at(part), NOTHING);
    }

    /** It may have changed: so much is added to its variance. */
    void drift(Part part, double more) {
        int at = at(part);
        covariance[at][at] += more;
    }

    /** Each may have changed: as {@link #drift(Part, double)} for all of them, up to a limit. */
    void drift(double more) {
        drifted += more;
        for (int i = 0; i < followed; i++) {
            covariance[i][i] = drifted(covariance[i][i], more);
        }
    }

    private double drifted(double variance, double more) {
        return Math.max(variance, Math.min(variance + more, most));
    }

    /** A share of what is known of it is forgotten: it tends to 0. */
    void forget(Part part, double share) {
        int at = at(part);
        part.value *= 1 - share;
        for (int i = 0; i < followed; i++) {
            covariance[i][at] *= 1 - share;
            covariance[at][i] *= 1 - share;
        }
    }

    /** What their sum should be. */
    static double sum(List<Part> of) {
        return of.stream().mapToDouble(Part::value).sum();
    }

    /** The variance of their sum. */
    double variance(List<Part> of) {
        double variance = 0;
        for (Part one : of) {
            for (Part other : of) {
                variance += covariance[at(one)][at(other)];
            }
        }
        return variance;
    }

    /**
     * A sum was measured.
     *
     * @param noise the variance of the measurement
     */
    void measured(List<Part> of, double value, double noise) {
        // Those that were not followed are from here on.
        double total = variance(of) + noise;
        double error = value - sum(of);
        // How the error of each goes together with that of the sum.
        double[] common = new double[followed];
        for (Part part : of) {
            for (int i = 0; i < followed; i++) {
                common[i] += covariance[i][part.at];
            }
        }
        for (int i = 0; i < followed; i++) {
            double gain = common[i] / total;
            parts[i].value += gain * error;
            for (int j = 0; j < followed; j++) {
                covariance[i][j] -= gain * common[j];
            }
        }
    }

    private int at(Part part) {
        part.used = ++uses;
        if (part.at < 0) {
            part.at = followed < FOLLOWED ? followed++ : leave();
            parts[part.at] = part;
            isolate(part.at, drifted(part.variance, drifted - part.left));
        }
        return part.at;
    }

    /** Makes room: what was not in use for the longest time is followed no more. */
    private int leave() {
        Part oldest = Collections.min(Arrays.asList(parts), Comparator.comparingLong(part -> part.used));
        int at = oldest.at;
        oldest.variance = covariance[at][at];
        oldest.left = drifted;
        oldest.at = -1;
        return at;
    }

    private void isolate(int at, double variance) {
        for (double[] row : covariance) {
            row[at] = 0;
        }
        Arrays.fill(covariance[at], 0);
        covariance[at][at] = variance;
    }
}
