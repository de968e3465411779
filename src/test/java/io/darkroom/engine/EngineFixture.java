package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.darkroom.job.Bytes;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Limits;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RenderJob;
import io.darkroom.job.RequestCheck;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.pipeline.InputImage;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.TestModels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;

/** An engine over a device that is moved by hand, and what tests ask of it. */
abstract class EngineFixture {
    private static final RequestParser PARSER = new RequestParser(Limits.DEFAULTS, RequestCheck.none());

    final Path noModels;

    final HandDevice device = new HandDevice();
    final ThreadPoolExecutor beside = (ThreadPoolExecutor) Executors.newFixedThreadPool(2);
    final CompletableFuture<Throwable> broken = new CompletableFuture<>();
    /** Nanoseconds that the engine's clock is ahead. */
    final AtomicLong skipped = new AtomicLong();

    InputPictures inputs = (field, at) -> new InputImage(new byte[3 * 128 * 128], 128, 128);
    Models models;
    Engine engine;

    EngineFixture(Path noModels) {
        this.noModels = noModels;
        this.models = TestModels.starter(noModels, device);
        this.engine = engine(false);
    }

    Engine engine(boolean fragile) {
        return engine(fragile, Duration.ofMinutes(5));
    }

    Engine engine(boolean fragile, Duration idle) {
        return engine(fragile, idle, Memory.UNKNOWN);
    }

    Engine engine(boolean fragile, Duration idle, Memory memory) {
        CallMeter meter = new CallMeter((kind, rows, nanos) -> {});
        device.listener = meter;
        models = TestModels.starter(noModels, device);
        Engine made = new Engine(
                "hand",
                models,
                meter,
                new Engine.Settings(4, 8, fragile, idle, Limits.DEFAULTS),
                new Engine.Helpers(
                        (field, at) -> inputs.read(field, at),
                        beside,
                        beside,
                        broken::complete,
                        memory,
                        Duration.ZERO,
                        () -> System.nanoTime() + skipped.get()));
        made.start();
        return made;
    }

    @AfterEach
    void close() {
        device.permits.release(1_000_000);
        engine.close();
        beside.shutdown();
        assertThat(device.open.get()).as("models that are still open").isZero();
    }

    /** From the second attempt on as after one that ended without a word. */
    static RenderJob job(String json, int attempt) {
        IncomingRecord record =
                new IncomingRecord(new Source("requests", 0, 0, null), "t", 0, null, Bytes.utf8(json), List.of());
        if (PARSER.parse(record) instanceof ParsedRequest.Valid valid) {
            return new RenderJob(valid.key(), valid.request(), attempt, attempt > 1, null);
        }
        throw new AssertionError("not valid: " + PARSER.parse(record));
    }

    Heard render(String id, String fields) {
        return render(id, fields, 1);
    }

    Heard render(String id, String fields, int attempt) {
        Heard heard = new Heard();
        String steps = fields.contains("steps") ? "" : ",\"num_inference_steps\":2";
        engine.render(job("{\"id\":\"" + id + "\",\"prompt\":\"x\"" + steps + fields + "}", attempt), heard);
        return heard;
    }

    List<Integer> rowsOfCalls() {
        return device.calls.stream().map(List::size).toList();
    }

    /** Lets the engine find out that large calls pay on this device. */
    void learn() {
        try {
            render("learn", ",\"guidance_scale\":1,\"num_inference_steps\":8,\"num_images_per_prompt\":8")
                    .pictures();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        device.calls.clear();
    }

    /** Occupies the device with a first call, so that what is asked for meanwhile meets in the second. */
    Heard occupy() {
        learn();
        device.hold();
        Heard first = render("first", ",\"guidance_scale\":1,\"num_inference_steps\":1,\"priority\":9");
        await().until(() -> device.calls.size() == 1);
        return first;
    }

    static UnsupportedOperationException never() {
        return new UnsupportedOperationException("not in this test");
    }
}
