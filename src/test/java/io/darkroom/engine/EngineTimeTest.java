package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.darkroom.model.CallListener;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.TestModels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where an engine's time goes, on a device on which each row costs a millisecond, by a clock that only the device moves. */
class EngineTimeTest {
    private static final long MILLISECOND = 1_000_000;

    private final HandDevice device = new HandDevice();
    private final AtomicLong clock = new AtomicLong();
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong between = new AtomicLong();
    private final Engine engine;

    EngineTimeTest(@TempDir Path noModels) {
        CallMeter meter = new CallMeter(new CallListener() {
            @Override
            public void called(Kind kind, int rows, long nanos) {
                calls.addAndGet(nanos);
            }

            @Override
            public void between(long nanos) {
                between.addAndGet(nanos);
            }
        });
        device.listener = (kind, rows, nanos) -> {
            clock.addAndGet(rows * MILLISECOND);
            meter.called(kind, rows, rows * MILLISECOND);
        };
        Models models = TestModels.starter(noModels, device);
        engine = new Engine(
                "hand",
                models,
                meter,
                new Engine.Settings(4, 8, false),
                new Engine.Helpers(
                        (field, at) -> {
                            throw EngineFixture.never();
                        },
                        Runnable::run,
                        Runnable::run,
                        cause -> {},
                        Memory.UNKNOWN,
                        Duration.ZERO,
                        clock::get));
    }

    private Heard render(String id, int steps, String more) {
        Heard heard = new Heard();
        engine.render(
                EngineFixture.job(
                        "{\"id\":\"" + id + "\",\"prompt\":\"x\",\"guidance_scale\":1,\"num_inference_steps\":" + steps
                                + more + "}",
                        1),
                heard);
        return heard;
    }

    @Test
    void whatPassesBetweenCallsIsToldApartFromTheCalls() throws InterruptedException {
        device.answer = inputs -> {
            clock.addAndGet(5 * MILLISECOND); // as copying does
            return inputs;
        };
        engine.start();

        render("a", 3, "").pictures();
        engine.close();

        assertThat(TimeUnit.NANOSECONDS.toMillis(calls.get()))
                .as("three steps and the decoder")
                .isEqualTo(4);
        assertThat(TimeUnit.NANOSECONDS.toMillis(between.get())).isEqualTo(15);
    }

    /** Else calls would be made larger after a model was loaded, as if that passed around each of them. */
    @Test
    void whatAJobTakesToBeginIsNotTimeAroundItsCalls() throws InterruptedException {
        device.encoding = texts -> clock.addAndGet(Duration.ofMinutes(10).toNanos());
        engine.start();
        render("learn", 8, ",\"num_images_per_prompt\":8").pictures();
        device.calls.clear();
        device.hold();
        Heard first = render("first", 1, "");
        await().until(() -> device.calls.size() == 1);
        Heard quick = render("quick", 1, "");
        Heard slow = render("slow", 50, ",\"num_images_per_prompt\":4");

        device.permits.release(1_000);
        first.pictures();
        quick.pictures();
        slow.pictures();
        engine.close();

        assertThat(device.calls.stream().map(List::size).limit(2))
                .as("rows of the calls: the short job's is not made longer")
                .containsExactly(1, 1);
    }
}
