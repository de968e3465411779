package io.darkroom.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.engine.Memory;
import io.darkroom.model.CallListener;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CallFiguresTest {
    private static final Memory MEMORY = new Memory() {
        @Override
        public OptionalLong free() {
            return OptionalLong.of(3L << 30);
        }

        @Override
        public OptionalLong limit() {
            return OptionalLong.of(8L << 30);
        }
    };

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final DeviceUse use = new DeviceUse();

    private double gauge(String name) {
        return meters.get(name).tags("device", "cuda:0").gauge().value();
    }

    @Test
    void callsAndWhatPassesBetweenThemAreTimedApart() {
        CallListener figures = use.watch("cuda:0", new CallFigures(meters, "cuda:0", MEMORY));

        figures.called(CallListener.Kind.DENOISER, 4, 2_000_000_000);
        figures.between(500_000_000);

        assertThat(meters.get("darkroom.device.between")
                        .tags("device", "cuda:0")
                        .counter()
                        .count())
                .isEqualTo(0.5);
        assertThat(meters.get("darkroom.device.call").timer().totalTime(TimeUnit.SECONDS))
                .isEqualTo(2);
        assertThat(meters.get("darkroom.device.call.rows").summary().totalAmount())
                .isEqualTo(4);
        assertThat(use.devices()).extracting(DeviceUse.Device::busyMs).containsExactly(2_000L);
    }

    @Test
    void theMemoryIsToldAsItIsWhenTheFiguresAreRead() {
        var unused = new CallFigures(meters, "cuda:0", MEMORY);

        assertThat(gauge("darkroom.device.memory.free")).isEqualTo(3L << 30);
        assertThat(gauge("darkroom.device.memory.limit")).isEqualTo(8L << 30);
    }

    @Test
    void ofADeviceThatSaysNothingTheMemoryIsNoNumber() {
        var unused = new CallFigures(meters, "cuda:0", Memory.UNKNOWN);

        assertThat(gauge("darkroom.device.memory.free")).isNaN();
    }
}
