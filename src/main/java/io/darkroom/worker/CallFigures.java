package io.darkroom.worker;

import io.darkroom.model.CallListener;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.TimeUnit;

/** Figures of the calls of a device: seconds and rows, by network. */
final class CallFigures implements CallListener {
    private final MeterRegistry meters;
    private final String device;

    CallFigures(MeterRegistry meters, String device) {
        this.meters = meters;
        this.device = device;
    }

    @Override
    public void called(Kind kind, int rows, long nanos) {
        meters.timer("darkroom.device.call", "device", device, "network", kind.label())
                .record(nanos, TimeUnit.NANOSECONDS);
        meters.summary("darkroom.device.call.rows", "device", device, "network", kind.label())
                .record(rows);
    }
}
