package io.darkroom.training.run;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A progress bar with the seconds left, from how long the last hundred or so took. On a terminal it is one line that
 * changes; in a file a line every twenty seconds.
 */
final class Progress implements AutoCloseable {
    private static final int WIDTH = 24;
    private static final double REMEMBERS = 0.99;
    private static final long NANOS_TERMINAL = 500_000_000L;
    private static final long NANOS_FILE = 20_000_000_000L;

    private final String name;
    private final String unit;
    private final long total;
    private final PrintStream out;

    @SuppressWarnings("SystemConsoleNull") // Java 17
    private final boolean terminal = System.console() != null && System.getenv("TERM") != null;

    private final Map<String, Double> means = new TreeMap<>();

    private long last = System.nanoTime();
    private long shown;
    private long done;
    private double nanosEach;
    private double weight;

    /**
     * @param unit what is counted
     * @param done how many there are already
     * @param total how many there will be
     */
    Progress(String name, String unit, long done, long total, PrintStream out) {
        this.name = name;
        this.unit = unit;
        this.done = done;
        this.total = total;
        this.out = out;
        this.shown = System.nanoTime() - NANOS_FILE;
    }

    /** So many are done. */
    void at(long count) {
        at(count, Map.of());
    }

    /**
     * So many are done.
     *
     * @param values of the last; their running means are shown
     */
    void at(long count, Map<String, Double> values) {
        long now = System.nanoTime();
        double each = (now - last) / (double) Math.max(1, count - done);
        nanosEach = REMEMBERS * nanosEach + (1 - REMEMBERS) * each;
        weight = REMEMBERS * weight + (1 - REMEMBERS);
        values.forEach((k, v) -> {
            if (!Double.isNaN(v)) {
                means.merge(k, v, (mean, value) -> REMEMBERS * mean + (1 - REMEMBERS) * value);
            }
        });
        done = count;
        last = now;
        if (count == total || now - shown > (terminal ? NANOS_TERMINAL : NANOS_FILE)) {
            shown = now;
            out.print((terminal ? "\r" : "") + line() + (terminal ? "\u001b[K" : "\n"));
            out.flush();
        }
    }

    private String line() {
        int full = (int) (WIDTH * done / total);
        double millis = nanosEach / weight / 1e6;
        return String.format(
                Locale.ROOT,
                "%s [%s%s] %d/%d %s, %.0f ms each, %.0f s left  %s",
                name,
                "#".repeat(full),
                ".".repeat(WIDTH - full),
                done,
                total,
                unit,
                millis,
                millis * (total - done) / 1000,
                means.entrySet().stream()
                        .map(e -> String.format(Locale.ROOT, "%s %.4g", e.getKey(), e.getValue()))
                        .collect(Collectors.joining(", ")));
    }

    @Override
    public void close() {
        if (terminal) {
            out.println();
        }
    }
}
