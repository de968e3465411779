package io.darkroom.engine;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What calls of one graph and shape cost, by their number of rows: measured, and learned from every call for as long as
 * calls are made. Between two measured numbers it is taken for a straight line; beyond the largest, the line goes on as
 * between the two largest. Not safe for more than one thread.
 */
final class RowProfile {
    /** How much a new measurement counts against all before it. */
    private static final double NEW = 0.2;

    private static final class Seen {
        double nanos;
        long calls;
    }

    private final NavigableMap<Integer, Seen> byRows = new TreeMap<>();

    /** A call came back. */
    void measured(int rows, double nanos) {
        Seen seen = byRows.computeIfAbsent(rows, r -> new Seen());
        // The first call of a shape also reserves memory and chooses algorithms: the second one says what it costs.
        seen.nanos = seen.calls < 2 ? nanos : seen.nanos + NEW * (nanos - seen.nanos);
        seen.calls++;
    }

    /** The largest number of rows that was measured; 0 before the first call. */
    int largest() {
        return byRows.isEmpty() ? 0 : byRows.lastKey();
    }

    /** How many calls of so many rows were measured. */
    long calls(int rows) {
        Seen seen = byRows.get(rows);
        return seen == null ? 0 : seen.calls;
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
            estimate = Math.max(estimate, below.getValue().nanos);
        } else {
            estimate = above == null ? rows : proportional(above, rows);
        }
        return Math.max(estimate, 1);
    }

    private static double line(Map.Entry<Integer, Seen> a, Map.Entry<Integer, Seen> b, int rows) {
        int span = b.getKey() - a.getKey();
        double from = a.getValue().nanos;
        return span == 0 ? from : from + (b.getValue().nanos - from) * (rows - a.getKey()) / span;
    }

    private static double proportional(Map.Entry<Integer, Seen> one, int rows) {
        return one.getValue().nanos * rows / one.getKey();
    }
}
