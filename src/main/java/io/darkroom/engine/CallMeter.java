package io.darkroom.engine;

import io.darkroom.model.CallListener;

/**
 * Adds up the time that the device took, so that each call's time can be shared among the jobs whose rows it had. Listens
 * on the device's thread, which is also the one that asks.
 */
public final class CallMeter implements CallListener {
    private final CallListener next;
    private long nanos;

    /** @param next is told of every call too */
    public CallMeter(CallListener next) {
        this.next = next;
    }

    @Override
    public void called(Kind kind, int rows, long took) {
        nanos += took;
        next.called(kind, rows, took);
    }

    /** Nanoseconds on the device since the last time this was asked. */
    long take() {
        long taken = nanos;
        nanos = 0;
        return taken;
    }
}
