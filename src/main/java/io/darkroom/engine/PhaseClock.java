package io.darkroom.engine;

import java.util.LinkedHashMap;
import java.util.Map;

/** Where one job's time went: wall time by phase, and its share of the device. */
final class PhaseClock {
    private final Map<String, Long> nanos = new LinkedHashMap<>();
    private String phase = "";
    private long since;
    private double deviceNanos;

    /** Enters a phase; the one before ends now. */
    void enter(String next, long now) {
        if (!next.equals(phase)) {
            leave(now);
            phase = next;
            since = now;
        }
    }

    /** Ends the last phase. */
    void leave(long now) {
        if (!phase.isEmpty()) {
            nanos.merge(phase, now - since, Long::sum);
        }
        phase = "";
    }

    /** How long a phase has lasted so far, in nanoseconds: all its parts, where others came between. */
    long of(String name, long now) {
        return nanos.getOrDefault(name, 0L) + (phase.equals(name) ? now - since : 0);
    }

    void device(double share) {
        deviceNanos += share;
    }

    double deviceMs() {
        return deviceNanos / 1e6;
    }

    /** Milliseconds by phase, in the order in which they were entered. */
    Map<String, Long> millis() {
        Map<String, Long> millis = new LinkedHashMap<>();
        nanos.forEach((name, n) -> millis.put(name, Math.round(n / 1e6)));
        return millis;
    }
}
