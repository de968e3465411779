package io.darkroom.kafka;

import java.util.HashMap;
import java.util.Map;

/**
 * Which progress events are sent: at most so many a second for each job, and so many for the worker. One that is dropped
 * is made up for by the next. Thread safe.
 */
final class ProgressRate {
    private static final long SECOND = 1_000_000_000L;

    private final long jobInterval;
    private final int workerRate;
    private final Map<String, Long> lastByJob = new HashMap<>();
    private long second = Long.MIN_VALUE;
    private int inSecond;

    ProgressRate(int jobRate, int workerRate) {
        this.jobInterval = SECOND / jobRate;
        this.workerRate = workerRate;
    }

    /**
     * Whether to send one now.
     *
     * @param nanos the time, of a clock that only goes forward
     */
    synchronized boolean allows(String job, long nanos) {
        Long last = lastByJob.get(job);
        if (last != null && nanos - last < jobInterval) {
            return false;
        }
        long now = Math.floorDiv(nanos, SECOND);
        if (now != second) {
            second = now;
            inSecond = 0;
            // Jobs that said nothing for a second need not be remembered.
            lastByJob.values().removeIf(at -> nanos - at > SECOND);
        }
        if (inSecond >= workerRate) {
            return false;
        }
        inSecond++;
        lastByJob.put(job, nanos);
        return true;
    }
}
