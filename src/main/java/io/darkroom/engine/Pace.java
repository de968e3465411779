package io.darkroom.engine;

/**
 * How fast a device is now, to how fast it was: cores that have other work or are hot take up to twice as long for
 * everything, some seconds later no more. And what a call takes longer that comes after one of another network, whose weights
 * have taken the place of its own in the caches: as such calls come where a job has just ended, they would make the numbers
 * of rows look dear that come then.
 *
 * <p>What a call takes is the product of these and of what such a call costs ({@link RowProfile}). All are learned together,
 * as logarithms, each by as much as it is uncertain: a number of rows that was seldom called by what its call took beside
 * the pace that others have shown just before; a number that is known well hardly, so that its calls show the pace. Not safe
 * for more than one thread.
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

    /** Variance of what a call costs, and of how much longer it takes after another network's: 3 % in a hundred calls. */
    private static final double COST_DRIFT = 1e-5;

    /** The variance of what a call costs by this alone, however long ago such a call was: 20 %. */
    private static final double MOST_DRIFT = 0.04;

    /** The variance of how much longer before the first one: 20 %. */
    private static final double COLD = 0.04;

    private final Estimate slowness = new Estimate(0, 0);
    private final Estimate coldness = new Estimate(0, COLD);
    /** The side on which the last call was an outlier: -1, 1, or 0 where it was none. */
    private double outlier;

    private long calls;

    /** Calls of the device until now. */
    long calls() {
        return calls;
    }

    /** Times as long as usual that a call takes now, above 0. */
    double slowness() {
        return Math.exp(slowness.value());
    }

    /**
     * A call of which nothing is known yet.
     *
     * @param nanos that it took, above 0
     * @param cold whether the one before was another network's
     * @return the logarithm of the nanoseconds that it costs at the usual pace, after another call of its own network
     */
    Estimate first(double nanos, boolean cold) {
        calls++;
        slowness.drift(DRIFT);
        double value = Math.log(nanos) - slowness.value() - (cold ? coldness.value() : 0);
        return new Estimate(value, NOISE + slowness.variance() + (cold ? coldness.variance() : 0));
    }

    /**
     * Another call of a kind.
     *
     * @param nanos that it took, above 0
     * @param cost as {@link #first} made it; learns
     * @param last what {@link #calls} was after the one before
     * @param cold whether the one before was another network's
     */
    void measured(double nanos, Estimate cost, long last, boolean cold) {
        calls++;
        slowness.forget(FORGOTTEN);
        slowness.drift(DRIFT);
        cost.drift(COST_DRIFT * (calls - last), MOST_DRIFT);
        double error = Math.log(nanos) - cost.value() - slowness.value() - (cold ? coldness.value() : 0);
        // The variance with which it would be no outlier.
        double ordinary = error * error / (OUTLIER * OUTLIER);
        double side = ordinary > total(cost, cold) ? Math.signum(error) : 0;
        if (side != 0 && side == outlier) {
            slowness.drift(ordinary);
        }
        outlier = side;
        double total = Math.max(total(cost, cold), ordinary);
        cost.learn(error, total);
        slowness.learn(error, total);
        if (cold) {
            coldness.drift(COST_DRIFT);
            coldness.learn(error, total);
        }
    }

    private double total(Estimate cost, boolean cold) {
        return NOISE + cost.variance() + slowness.variance() + (cold ? coldness.variance() : 0);
    }
}
