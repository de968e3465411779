package io.darkroom.engine;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What calls of one graph and shape cost, by their number of rows: measured, and learned from every call for as long as
 * calls are made. A number's first call, which may be slow, tells only that it costs no more. Between two measured numbers
 * it is taken for a straight line; beyond the largest, the line goes on as between the two largest. Not safe for more than
 * one thread.
 */
final class RowProfile {
    /** How much a new measurement counts against all before it. */
    private static final double NEW = 0.2;

    private static final class Seen {
        double nanos;
        long calls;
        /** What such a call is taken to cost. */
        double cost;
    }

    private final NavigableMap<Integer, Seen> byRows = new TreeMap<>();

    /** A call came back. */
    void measured(int rows, double nanos) {
        Seen seen = byRows.computeIfAbsent(rows, r -> new Seen());
        // The first call of a shape also reserves memory and chooses algorithms: the second one says what it costs.
        seen.nanos = seen.calls < 2 ? nanos : seen.nanos + NEW * (nanos - seen.nanos);
        seen.calls++;
        byRows.forEach((n, each) -> each.cost = each.calls < 2 ? atMost(n) : each.nanos);
    }

    /**
     * What a number of rows that was called once should cost at most, by all that is known. Without that a slow first call
     * would keep it from ever having a second.
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

    /** As {@link #largest}, yet less than that while its only call was slower than the others let expect. */
    int known() {
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
        return Math.max(estimate, 1);
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
