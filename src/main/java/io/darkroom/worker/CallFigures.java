package io.darkroom.worker;

import io.darkroom.model.CallListener;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Figures of the calls of a device: seconds and rows, by network. Told on the device's thread alone. */
final class CallFigures implements CallListener {
    private final MeterRegistry meters;
    private final String device;
    /** A registry's own look-up costs more than all else here. */
    private final Map<Kind, Figures> known = new EnumMap<>(Kind.class);

    private record Figures(Timer seconds, DistributionSummary rows) {}

    CallFigures(MeterRegistry meters, String device) {
        this.meters = meters;
        this.device = device;
    }

    @Override
    public void called(Kind kind, int rows, long nanos) {
        Figures of = known.computeIfAbsent(kind, this::figures);
        of.seconds().record(nanos, TimeUnit.NANOSECONDS);
        of.rows().record(rows);
    }

    private Figures figures(Kind kind) {
        return new Figures(
                meters.timer("darkroom.device.call", "device", device, "network", kind.label()),
                meters.summary("darkroom.device.call.rows", "device", device, "network", kind.label()));
    }
}
