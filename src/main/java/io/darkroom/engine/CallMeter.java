package io.darkroom.engine;

import io.darkroom.model.CallListener;

/**
 * Adds up the time that the device took, so that each call's time can be shared among the jobs whose rows it had. Listens
 * on the device's thread, which is also the one that asks.
 */
public final class CallMeter implements CallListener {
    private final CallListener next;
    private long nanos;
    private long taken;

    /** @param next is told of every call too */
    public CallMeter(CallListener next) {
        this.next = next;
    }

    @Override
    public void called(Kind kind, int rows, long took) {
        nanos += took;
        next.called(kind, rows, took);
    }

    @Override
    public void between(long passed) {
        next.between(passed);
    }

    /** Nanoseconds on the device in all. */
    long total() {
        return nanos;
    }

    /** Nanoseconds on the device since the last time this was asked. */
    long take() {
        long since = nanos - taken;
        taken = nanos;
        return since;
    }
}
