package io.darkroom.worker;

import io.darkroom.model.CallListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Which devices this worker has, and for how long each has worked, for people. Safe for any thread. */
public final class DeviceUse {
    /**
     * A device.
     *
     * @param name as {@code darkroom.devices} names it
     * @param busyMs milliseconds that it has worked since the start
     */
    public record Device(String name, long busyMs) {}

    private record Clock(String name, LongAdder nanos) {}

    private final List<Clock> clocks = new CopyOnWriteArrayList<>();

    /** Hears of all calls of a device from now on, and tells of each. */
    CallListener watch(String device, CallListener next) {
        Clock clock = new Clock(device, new LongAdder());
        clocks.add(clock);
        return new CallListener() {
            @Override
            public void called(Kind kind, int rows, long nanos) {
                clock.nanos.add(nanos);
                next.called(kind, rows, nanos);
            }

            @Override
            public void between(long nanos) {
                next.between(nanos);
            }
        };
    }

    /** Every device as it is now. */
    public List<Device> devices() {
        return clocks.stream()
                .map(clock -> new Device(clock.name, TimeUnit.NANOSECONDS.toMillis(clock.nanos.sum())))
                .toList();
    }
}
