package io.darkroom.worker;

import io.darkroom.model.CallListener;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.TimeUnit;

/** Figures of the calls of the device: seconds and rows, by network. */
final class CallFigures implements CallListener {
    private final MeterRegistry meters;

    CallFigures(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void called(Kind kind, int rows, long nanos) {
        meters.timer("darkroom.device.call", "network", kind.label()).record(nanos, TimeUnit.NANOSECONDS);
        meters.summary("darkroom.device.call.rows", "network", kind.label()).record(rows);
    }
}
