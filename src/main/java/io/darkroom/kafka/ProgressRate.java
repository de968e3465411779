package io.darkroom.kafka;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Which progress events are sent: at most so many a second for each job, and so many for the worker. One that is dropped
 * is made up for by the next. Of a job that wants previews, events without one are held back to one a second: where steps
 * are fast, they would leave no room for what was asked for. Thread safe.
 */
final class ProgressRate {
    private static final long SECOND = 1_000_000_000L;

    private final int jobRate;
    private final long jobInterval;
    private final int workerRate;
    private final Map<String, Sent> byJob = new HashMap<>();
    private long second = Long.MIN_VALUE;
    private int inSecond;

    /** What a job has sent in the last second, and its last preview. */
    private static final class Sent {
        final Deque<Long> times = new ArrayDeque<>();
        long lastPreview;
        boolean anyPreview;

        void forget(long nanos) {
            while (!times.isEmpty() && nanos - times.getFirst() >= SECOND) {
                times.removeFirst();
            }
        }
    }

    /** What an event is, as far as its rate goes. */
    enum Kind {
        /** Of a job that begins: the next step of its own need not be told as well. */
        STARTED,
        /** Of a job that wants no previews. */
        STEP,
        /** Without a preview, of a job that wants some. */
        STEP_BETWEEN_PREVIEWS,
        PREVIEW
    }

    ProgressRate(int jobRate, int workerRate) {
        this.jobRate = jobRate;
        this.jobInterval = SECOND / jobRate;
        this.workerRate = workerRate;
    }

    /**
     * Whether to send one now.
     *
     * @param nanos the time, of a clock that only goes forward
     */
    synchronized boolean allows(String job, Kind kind, long nanos) {
        Sent sent = byJob.computeIfAbsent(job, key -> new Sent());
        sent.forget(nanos);
        if (!isDue(sent, kind, nanos)) {
            return false;
        }
        long now = Math.floorDiv(nanos, SECOND);
        if (now != second) {
            second = now;
            inSecond = 0;
            // Jobs that said nothing for a second need not be remembered.
            byJob.values().removeIf(each -> {
                each.forget(nanos);
                return each != sent && each.times.isEmpty();
            });
        }
        if (inSecond >= workerRate) {
            return false;
        }
        inSecond++;
        sent.times.addLast(nanos);
        if (kind == Kind.PREVIEW) {
            sent.lastPreview = nanos;
            sent.anyPreview = true;
        }
        return true;
    }

    private boolean isDue(Sent sent, Kind kind, long nanos) {
        return switch (kind) {
            case STARTED -> sent.times.size() < jobRate;
            case STEP -> sent.times.isEmpty() || nanos - sent.times.getLast() >= jobInterval;
            case STEP_BETWEEN_PREVIEWS -> sent.times.isEmpty();
            case PREVIEW -> sent.times.size() < jobRate
                    && (!sent.anyPreview || nanos - sent.lastPreview >= jobInterval);
        };
    }
}
