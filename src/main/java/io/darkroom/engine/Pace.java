package io.darkroom.engine;

import java.util.List;

/**
 * How fast a device is now, to how fast it was: cores that have other work or are hot take up to twice as long for
 * everything, some seconds later no more. And what a call takes longer that comes after one of another network, whose weights
 * have taken the place of its own in the caches: as such calls come where a job has just ended, they would make the numbers
 * of rows look dear that come then.
 *
 * <p>What a call takes is the product of these and of what such a call costs ({@link RowProfile}). All are learned together,
 * as logarithms ({@link Estimates}): a number of rows that was seldom called by what its call took beside the pace that others
 * have shown just before; a number that is known well hardly, so that its calls show the pace. Not safe for more than one
 * thread.
 */
final class Pace {
    /** Variance of one call beside what it should take: 7 %. */
    private static final double NOISE = 0.005;

    /**
     * A call that is further from what is expected than so many standard deviations may have met a pause of its own, and
     * counts the less the further it is. The second in a row shows that the pace has changed; the second of a kind, between
     * calls of others that took what they should, that this kind's cost has.
     */
    private static final double OUTLIER = 3;

    /** Variance of the pace from one call to the next: 2 %. */
    private static final double DRIFT = 4e-4;

    /** What lasts is no matter of pace, and goes over to what calls cost: so much of it is forgotten with each call. */
    private static final double FORGOTTEN = 0.001;

    /** Variance of what is taken to last, cost and coldness, from one call of the device to the next: 3 % in a thousand. */
    private static final double LASTING_DRIFT = 1e-6;

    /** Their variance by this alone, however long ago such a call was: 20 %. */
    private static final double MOST_DRIFT = 0.04;

    /** The variance of how much longer a call takes after another network's before the first one: 20 %. */
    private static final double COLD = 0.04;

    /** A kind of call: a number of rows of one network and shape. */
    static final class Kind {
        private final Estimates.Part cost = Estimates.unknown();
        /** As {@link Pace#outlier}, of the kind's own last call. */
        private double outlier;

        /** The logarithm of the nanoseconds that it costs at the usual pace, after another call of its own network. */
        double cost() {
            return cost.value();
        }
    }

    private final Estimates estimates = new Estimates(MOST_DRIFT);
    private final Estimates.Part slowness = Estimates.known(0, 0);
    private final Estimates.Part coldness = Estimates.known(0, COLD);
    /** The side on which the last call was an outlier: -1, 1, or 0 where it was none. */
    private double outlier;

    private long calls;

    /** Times as long as usual that a call takes now, above 0. */
    double slowness() {
        return Math.exp(slowness.value());
    }

    /** Counts the calls: with each of them all that is known may change. */
    long calls() {
        return calls;
    }

    /**
     * A call of a kind that is not known yet, or of which only this call is to count.
     *
     * @param nanos that it took, above 0
     * @param kind learns
     * @param cold whether the one before was another network's
     */
    void first(double nanos, Kind kind, boolean cold) {
        passed();
        List<Estimates.Part> parts = parts(kind, cold);
        estimates.renew(kind.cost, kind.cost() + Math.log(nanos) - Estimates.sum(parts));
        estimates.measured(parts, Math.log(nanos), NOISE);
    }

    /**
     * Another call of a kind, as {@link #first}, that counts only where it was faster than such calls are taken to be: a slow
     * one may have met what first calls meet.
     */
    void early(double nanos, Kind kind, boolean cold) {
        if (Math.log(nanos) < Estimates.sum(parts(kind, cold))) {
            first(nanos, kind, cold);
        } else {
            passed();
        }
    }

    /** Another call of a kind that is known, as {@link #first}. */
    void measured(double nanos, Kind kind, boolean cold) {
        estimates.forget(slowness, FORGOTTEN);
        passed();
        List<Estimates.Part> parts = parts(kind, cold);
        double error = Math.log(nanos) - Estimates.sum(parts);
        // The variance with which it would be no outlier.
        double ordinary = error * error / (OUTLIER * OUTLIER);
        double side = ordinary > estimates.variance(parts) + NOISE ? Math.signum(error) : 0;
        if (side != 0 && side == outlier) {
            estimates.drift(slowness, ordinary);
        } else if (side != 0 && side == kind.outlier) {
            estimates.drift(kind.cost, ordinary);
        }
        outlier = side;
        kind.outlier = side;
        estimates.measured(parts, Math.log(nanos), Math.max(NOISE, ordinary - estimates.variance(parts)));
    }

    /** A call was made since what is known was known. */
    private void passed() {
        calls++;
        estimates.drift(LASTING_DRIFT);
        estimates.drift(slowness, DRIFT);
    }

    private List<Estimates.Part> parts(Kind kind, boolean cold) {
        return cold ? List.of(kind.cost, slowness, coldness) : List.of(kind.cost, slowness);
    }
}
