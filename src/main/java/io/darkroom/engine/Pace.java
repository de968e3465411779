package io.darkroom.engine;

/**
 * How fast a device is now, to how fast it was: cores that have other work or are hot take up to twice as long for
 * everything, some seconds later no more. And what a call takes longer that comes after one of another network, whose weights
 * have taken the place of its own in the caches: as such calls come where a job has just ended, they would make the numbers
 * of rows look dear that come then. What calls cost is learned beside both ({@link RowProfile}). Not safe for more than one
 * thread.
 */
final class Pace {
    /** How much a new call counts against all before it: the device changes within a few. */
    private static final double NEW = 0.5;

    /** The same for calls after another network's, which are all but alike. */
    private static final double NEW_COLD = 0.2;

    /** One call says no more than this, in either direction: it may have met a pause of its own. */
    private static final double MOST = 2;

    private double slowness = 1;
    private double coldness = 1;

    /** Times as long as usual that a call takes now, above 0. */
    double slowness() {
        return slowness;
    }

    /** What a call would have taken at the usual pace, after another of its own network. */
    double usual(double nanos, boolean cold) {
        return nanos / (slowness * (cold ? coldness : 1));
    }

    /**
     * A call came back whose cost is known.
     *
     * @param nanos that it took
     * @param usual what it takes at the usual pace
     * @param cold whether the one before was another network's
     */
    void measured(double nanos, double usual, boolean cold) {
        double times = Math.min(MOST, Math.max(1 / MOST, usual(nanos, cold) / usual));
        if (cold) {
            coldness *= 1 + NEW_COLD * (times - 1);
        } else {
            slowness *= 1 + NEW * (times - 1);
        }
    }
}
