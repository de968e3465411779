package io.darkroom.engine;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What calls of one graph and shape cost, by their number of rows: measured, and learned from every call for as long as
 * calls are made. That the device as a whole is slower at times is no matter of rows ({@link Pace}). A number's first
 * calls, which may be slow, tell only that it costs no more. Between two measured numbers it is taken for a straight line;
 * beyond the largest, the line goes on as between the two largest. Not safe for more than one thread.
 */
final class RowProfile {
    /** Calls that a number needs before it is believed to cost more for a row than fewer rows do. */
    private static final int BELIEVED = 4;

    /** A day in nanoseconds: no call takes longer. */
    private static final double LONGEST = 86_400e9;

    private static final class Seen {
        final Pace.Kind kind = new Pace.Kind();
        long calls;
        /** Nanoseconds at the usual pace. */
        double nanos;
        /** What such a call is taken to cost. */
        double cost;
    }

    private final NavigableMap<Integer, Seen> byRows = new TreeMap<>();
    private final Pace pace;
    /** The call of the device by which costs are reckoned: each says something of all. */
    private long reckoned;

    /** @param pace of the device, which all its profiles have in common */
    RowProfile(Pace pace) {
        this.pace = pace;
    }

    /**
     * A call came back.
     *
     * @param cold whether the device's call before was another network's
     */
    void measured(int rows, double nanos, boolean cold) {
        double took = Math.min(Math.max(1, nanos), LONGEST);
        Seen seen = byRows.computeIfAbsent(rows, r -> new Seen());
        if (seen.calls >= BELIEVED) {
            pace.measured(took, seen.kind, cold);
        } else if (seen.calls <= 1) {
            // The first call of a shape also reserves memory and chooses algorithms: the second one says what it costs.
            pace.first(took, seen.kind, cold);
        } else {
            // Each of the next may meet a pause.
            pace.early(took, seen.kind, cold);
        }
        seen.calls++;
    }

    private void reckon() {
        if (reckoned == pace.calls()) {
            return;
        }
        reckoned = pace.calls();
        byRows.values().forEach(each -> each.nanos = Math.exp(each.kind.cost()));
        byRows.forEach((n, each) -> each.cost = each.calls < BELIEVED ? atMost(n) : each.nanos);
    }

    /**
     * What a number of rows that was seldom called should cost at most, by all that is known. Without that a slow first call,
     * or a moment in which the machine had other work, would keep it from ever being called again.
     */
    private double atMost(int rows) {
        double least = Double.POSITIVE_INFINITY;
        for (Map.Entry<Integer, Seen> each : byRows.entrySet()) {
            double times = Math.max(1, (double) rows / each.getKey());
            least = Math.min(least, each.getValue().nanos * times);
        }
        return least;
    }

    /** The largest number of rows that was measured; 0 before the first call. */
    int largest() {
        return byRows.isEmpty() ? 0 : byRows.lastKey();
    }

    /** As {@link #largest}, yet less than that while its few calls were slower than the others let expect. */
    int known() {
        reckon();
        Map.Entry<Integer, Seen> last = byRows.lastEntry();
        return last == null ? 0 : last.getValue().cost < last.getValue().nanos ? last.getKey() - 1 : last.getKey();
    }

    /**
     * What a call should cost in nanoseconds.
     *
     * @param rows at least 1
     * @return above 0; before the first call as if one row took one nanosecond
     */
    double nanos(int rows) {
        reckon();
        Map.Entry<Integer, Seen> below = byRows.floorEntry(rows);
        Map.Entry<Integer, Seen> above = byRows.ceilingEntry(rows);
        double estimate;
        if (below != null && above != null) {
            estimate = line(below, above, rows);
        } else if (below != null) {
            Map.Entry<Integer, Seen> before = byRows.lowerEntry(below.getKey());
            estimate = before == null ? proportional(below, rows) : line(before, below, rows);
            // Measurements are noisy, yet more rows do not cost less.
            estimate = Math.max(estimate, below.getValue().cost);
        } else {
            estimate = above == null ? rows : proportional(above, rows);
        }
        return Math.max(estimate * pace.slowness(), 1);
    }

    private static double line(Map.Entry<Integer, Seen> a, Map.Entry<Integer, Seen> b, int rows) {
        int span = b.getKey() - a.getKey();
        double from = a.getValue().cost;
        return span == 0 ? from : from + (b.getValue().cost - from) * (rows - a.getKey()) / span;
    }

    private static double proportional(Map.Entry<Integer, Seen> one, int rows) {
        return one.getValue().cost * rows / one.getKey();
    }
}
