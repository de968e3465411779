package io.darkroom.worker;

import io.darkroom.model.CallListener;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Which device this worker has, and for how long it has worked, for people. Safe for any thread. */
public final class DeviceUse implements CallListener {
    private final String name;
    private final CallListener next;
    private final LongAdder nanos = new LongAdder();

    /** @param next is told of every call too */
    DeviceUse(String name, CallListener next) {
        this.name = name;
        this.next = next;
    }

    @Override
    public void called(Kind kind, int rows, long took) {
        nanos.add(took);
        next.called(kind, rows, took);
    }

    /** As {@code darkroom.devices} names it. */
    public String name() {
        return name;
    }

    /** Milliseconds that the device has worked since the start. */
    public long busyMs() {
        return TimeUnit.NANOSECONDS.toMillis(nanos.sum());
    }
}
