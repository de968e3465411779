package io.darkroom.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The order in which jobs on the device are served: the least device time that is left, halved for each level of
 * priority, first. What a job has waited counts for it, so that none waits for more than {@link #PATIENCE} times its own
 * time before it goes ahead of all that come new. One with a deadline that can still be met counts as no longer than an
 * eighth of the time until then.
 */
final class Urgency {
    private static final double PATIENCE = 64;
    private static final double SLACK = 8;

    private Urgency() {}

    private record Placed(Flight flight, double key) {
        static final Comparator<Placed> ORDER =
                Comparator.comparingDouble(Placed::key).thenComparing(Placed::flight, Flight.BY_URGENCY);
    }

    /** Sorts, the most urgent first; where nothing else decides, in order of arrival. */
    static void sort(List<Flight> flights, BatchSizes sizes, long now) {
        List<Placed> placed = new ArrayList<>(flights.size());
        flights.forEach(flight -> placed.add(new Placed(flight, key(flight, sizes, now))));
        placed.sort(Placed.ORDER);
        flights.clear();
        placed.forEach(each -> flights.add(each.flight));
    }

    private static double key(Flight flight, BatchSizes sizes, long now) {
        double left = left(flight, sizes);
        double until = flight.work.deadline() == Flight.Work.NEVER
                ? Double.POSITIVE_INFINITY
                : (double) (flight.work.deadline() - now);
        return key(pressed(left, until), flight.work.job().request().priority(), (double) (now - flight.since));
    }

    /**
     * What a job's time left counts as.
     *
     * @param left nanoseconds on the device until it ends, were it alone
     * @param until nanoseconds to its deadline
     */
    static double pressed(double left, double until) {
        return until < left ? left : Math.min(left, until / SLACK);
    }

    /**
     * Where a job stands: the smallest first.
     *
     * @param left nanoseconds on the device until it ends, as {@link #pressed}
     * @param priority 0 to 9, the most urgent
     * @param waited nanoseconds since it came to the device
     */
    static double key(double left, int priority, double waited) {
        double more = left - waited / PATIENCE;
        // Alike for all priorities. Whose patience is over goes ahead of all others, the more urgent ones further.
        return Math.scalb(more, more < 0 ? priority : -priority);
    }

    /** Nanoseconds on the device until the job's pictures are there, if they were alone with it. */
    private static double left(Flight flight, BatchSizes sizes) {
        double nanos = 0;
        for (Flight.Picture picture : flight.pictures()) {
            if (!picture.sampling.done()) {
                Flight.Wanted wanted = picture.wanted(flight.pipeline);
                nanos += sizes.nanos(wanted.shape(), wanted.rows().size())
                        * (picture.sampling.steps() - picture.sampling.step());
            }
            if (!picture.decoded) {
                nanos += sizes.nanos(flight.decoding(picture), 1);
            }
        }
        return nanos;
    }
}
