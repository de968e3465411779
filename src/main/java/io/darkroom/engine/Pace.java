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
     * counts the less the further it is. The second in a row shows that the pace has changed.
     */
    private static final double OUTLIER = 3;

    /** Variance of the pace from one call to the next: 2 %. */
    private static final double DRIFT = 4e-4;

    /** What lasts is no matter of pace, and goes over to what calls cost: so much of it is forgotten with each call. */
    private static final double FORGOTTEN = 0.001;

    /** Variance of what calls cost, from one call of the device to the next: 3 % in a thousand. */
    private static final double COST_DRIFT = 1e-6;

    /** The variance of what calls cost by this alone, however long ago such a call was: 20 %. */
    private static final double MOST_DRIFT = 0.04;

    /** The variance of how much longer a call takes after another network's before the first one: 20 %. */
    private static final double COLD = 0.04;

    private final Estimates estimates = new Estimates();
    private final Estimates.Part slowness = Estimates.known(0, 0);
    private final Estimates.Part coldness = Estimates.known(0, COLD);
    /** The side on which the last call was an outlier: -1, 1, or 0 where it was none. */
    private double outlier;

    /** Times as long as usual that a call takes now, above 0. */
    double slowness() {
        return Math.exp(slowness.value());
    }

    /**
     * A kind of call of which nothing is known yet: the logarithm of the nanoseconds that it costs at the usual pace, after
     * another call of its own network.
     */
    static Estimates.Part cost() {
        return Estimates.unknown();
    }

    /**
     * A call of a kind that is not known yet, or of which only this call is to count.
     *
     * @param nanos that it took, above 0
     * @param cost learns
     * @param cold whether the one before was another network's
     */
    void first(double nanos, Estimates.Part cost, boolean cold) {
        estimates.drift(slowness, DRIFT);
        estimates.renew(cost, cost.value() + Math.log(nanos) - Estimates.sum(parts(cost, cold)));
        estimates.measured(parts(cost, cold), Math.log(nanos), NOISE);
    }

    /**
     * Another call of a kind, as {@link #first}, that counts only where it was faster than such calls are taken to be: a slow
     * one may have met what first calls meet.
     */
    void early(double nanos, Estimates.Part cost, boolean cold) {
        if (Math.log(nanos) < Estimates.sum(parts(cost, cold))) {
            first(nanos, cost, cold);
        } else {
            estimates.drift(slowness, DRIFT);
        }
    }

    /** Another call of a kind that is known, as {@link #first}. */
    void measured(double nanos, Estimates.Part cost, boolean cold) {
        estimates.forget(slowness, FORGOTTEN);
        estimates.drift(COST_DRIFT, MOST_DRIFT);
        estimates.drift(slowness, DRIFT);
        List<Estimates.Part> parts = parts(cost, cold);
        double error = Math.log(nanos) - Estimates.sum(parts);
        // The variance with which it would be no outlier.
        double ordinary = error * error / (OUTLIER * OUTLIER);
        double side = ordinary > estimates.variance(parts) + NOISE ? Math.signum(error) : 0;
        if (side != 0 && side == outlier) {
            estimates.drift(slowness, ordinary);
        }
        outlier = side;
        estimates.measured(parts, Math.log(nanos), Math.max(NOISE, ordinary - estimates.variance(parts)));
    }

    private List<Estimates.Part> parts(Estimates.Part cost, boolean cold) {
        return cold ? List.of(cost, slowness, coldness) : List.of(cost, slowness);
    }
}
