package io.darkroom.worker;

import io.darkroom.engine.Memory;
import io.darkroom.model.CallListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Figures of a device: seconds and rows of its calls, by network, what passes between them, and its memory. Told on the
 * device's thread alone; the memory is asked by whoever reads the figures.
 */
final class CallFigures implements CallListener {
    private final MeterRegistry meters;
    private final String device;
    private final Counter between;
    /** A registry's own look-up costs more than all else here. */
    private final Map<Kind, Figures> known = new EnumMap<>(Kind.class);

    private record Figures(Timer seconds, DistributionSummary rows) {}

    CallFigures(MeterRegistry meters, String device, Memory memory) {
        this.meters = meters;
        this.device = device;
        this.between = Counter.builder("darkroom.device.between")
                .description("Work of the device's thread between calls")
                .baseUnit("seconds")
                .tag("device", device)
                .register(meters);
        gauge("free", "Memory that can still be taken; NaN where that cannot be told", memory, m -> bytes(m.free()));
        gauge("limit", "Memory that there is in all; NaN where that cannot be told", memory, m -> bytes(m.limit()));
    }

    private void gauge(String what, String description, Memory memory, ToDoubleFunction<Memory> told) {
        Gauge.builder("darkroom.device.memory." + what, memory, told)
                .description(description)
                .baseUnit("bytes")
                .tag("device", device)
                .strongReference(true)
                .register(meters);
    }

    private static double bytes(OptionalLong told) {
        return told.isPresent() ? told.getAsLong() : Double.NaN;
    }

    @Override
    public void called(Kind kind, int rows, long nanos) {
        Figures of = known.computeIfAbsent(kind, this::figures);
        of.seconds().record(nanos, TimeUnit.NANOSECONDS);
        of.rows().record(rows);
    }

    @Override
    public void between(long nanos) {
        between.increment(nanos / 1e9);
    }

    private Figures figures(Kind kind) {
        return new Figures(
                meters.timer("darkroom.device.call", "device", device, "network", kind.label()),
                meters.summary("darkroom.device.call.rows", "device", device, "network", kind.label()));
    }
}
