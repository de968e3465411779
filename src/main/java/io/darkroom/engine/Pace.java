package io.darkroom.engine;

/**
 * How fast a device is now, to how fast it was: cores that have other work or are hot take up to twice as long for
 * everything, some seconds later no more. And what a call takes longer that comes after one of another network, whose weights
 * have taken the place of its own in the caches: as such calls come where a job has just ended, they would make the numbers
 * of rows look dear that come then. What calls cost is learned beside both ({@link RowProfile}). All is learned as
 * logarithms: noise that is as often above as below leaves them where they are. Not safe for more than one thread.
 */
final class Pace {
    /** How much a new call counts against all before it: the device changes within a few. */
    private static final double NEW = 0.5;

    /** The same for calls after another network's, which are all but alike. */
    private static final double NEW_COLD = 0.2;

    /** What lasts is no matter of pace, and goes over to what calls cost: so much of it is forgotten with each call. */
    private static final double FORGOTTEN = 0.001;

    /** One call says no more than this, in either direction: it may have met a pause of its own. */
    private static final double MOST = Math.log(2);

    /** No device is slower or faster than this to itself. */
    private static final double BOUND = Math.log(16);

    private double slowness;
    private double coldness;

    /** Times as long as usual that a call takes now, above 0. */
    double slowness() {
        return Math.exp(slowness);
    }

    /**
     * What a call says of its cost, beside the pace.
     *
     * @param nanos that it took, above 0
     * @param known what such a call was taken to cost at the usual pace
     * @param cold whether the one before was another network's
     * @return times that cost, at the usual pace and after another of its own network; no more than a call may say
     */
    double measured(double nanos, double known, boolean cold) {
        double times = clamp(Math.log(nanos / known) - slowness - (cold ? coldness : 0), MOST);
        if (cold) {
            coldness = clamp(coldness + NEW_COLD * times, BOUND);
            return Math.exp((1 - NEW_COLD) * times);
        }
        slowness = clamp((1 - FORGOTTEN) * slowness + NEW * times, BOUND);
        return Math.exp((1 - NEW) * times);
    }

    /** Nanoseconds of a call of which nothing is known yet, at the usual pace and after another of its own network. */
    double usual(double nanos, boolean cold) {
        return nanos / Math.exp(slowness + (cold ? coldness : 0));
    }

    private static double clamp(double value, double most) {
        return Math.max(-most, Math.min(most, value));
    }
}
