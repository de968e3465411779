package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.job.Bytes;
import io.darkroom.job.Failure;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Limits;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RenderJob;
import io.darkroom.job.Rendered;
import io.darkroom.job.Renderer;
import io.darkroom.job.RequestCheck;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.job.SurroundingsException;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.TestModels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device with one picture a call, whose calls take a millisecond by a clock that only they move on. */
class EngineFairnessTest {
    private static final RequestParser PARSER = new RequestParser(Limits.DEFAULTS, RequestCheck.none());
    private static final int STEPS = 5;
    /** 64 times its own time it may be kept waiting, and then it is rendered; the calls under way come on top. */
    private static final int MOST_CALLS = 64 * STEPS + STEPS + 20;

    private final HandDevice device = new HandDevice();
    private final AtomicLong clock = new AtomicLong();
    private final AtomicInteger urgent = new AtomicInteger();
    private final CompletableFuture<Integer> bulkEnded = new CompletableFuture<>();
    private final Engine engine;

    EngineFairnessTest(@TempDir Path noModels) {
        engine = engine(noModels);
    }

    private static RenderJob job(String id, int steps, int priority) {
        Bytes json = Bytes.utf8("{\"id\":\"" + id + "\",\"prompt\":\"x\",\"num_inference_steps\":" + steps
                + ",\"priority\":" + priority + ",\"guidance_scale\":1,\"width\":64,\"height\":64}");
        ParsedRequest.Valid valid = (ParsedRequest.Valid)
                PARSER.parse(new IncomingRecord(new Source("requests", 0, 0, null), "t", 0, null, json, List.of()));
        return new RenderJob(valid.key(), valid.request(), 1);
    }

    private Engine engine(Path noModels) {
        CallMeter meter = new CallMeter((kind, rows, nanos) -> {});
        device.listener = (kind, rows, nanos) -> {
            clock.addAndGet(1_000_000);
            meter.called(kind, rows, 1_000_000);
        };
        Models models = TestModels.starter(noModels, device);
        return new Engine(
                "hand",
                models,
                meter,
                new Engine.Settings(4, 1, false),
                new Engine.Helpers(
                        (field, at) -> {
                            throw new IllegalStateException("no input pictures here");
                        },
                        Runnable::run,
                        Runnable::run,
                        cause -> bulkEnded.completeExceptionally(cause),
                        Memory.UNKNOWN,
                        Duration.ZERO,
                        clock::get));
    }

    private void sendUrgent() {
        if (device.calls.size() > 10 * MOST_CALLS) {
            bulkEnded.complete(device.calls.size());
        } else if (!bulkEnded.isDone()) {
            engine.render(job("urgent-" + urgent.incrementAndGet(), 1, 9), new Then(this::sendUrgent));
        }
    }

    @Test
    void aBulkJobIsRenderedHoweverManyUrgentOnesComeAfterIt() throws Exception {
        engine.render(job("bulk", STEPS, 0), new Then(() -> bulkEnded.complete(device.calls.size())));
        sendUrgent();
        sendUrgent();
        engine.start();

        int calls = bulkEnded.get(30, TimeUnit.SECONDS);
        engine.close();

        assertThat(calls).as("calls until the bulk job had ended").isLessThan(MOST_CALLS);
        assertThat(urgent.get()).as("urgent ones that went before").isGreaterThan(64);
    }

    @Test
    void anUrgentJobIsSampledBeforeABulkJobsPicturesAreDecoded() throws Exception {
        List<Integer> callsBefore = new CopyOnWriteArrayList<>();
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        Then urgentEnded = new Then(() -> {});
        Then bulkEnds = new Then(() -> done.complete(true)) {
            @Override
            public void progress(Renderer.Step step) {
                engine.render(job("urgent", 3, 9), urgentEnded);
            }
        };
        engine.render(job("learn", 1, 0), new Then(() -> {
            device.calls.clear();
            device.latents = z -> callsBefore.add(device.calls.size());
            engine.render(job("bulk", 1, 0), bulkEnds);
        }));
        engine.start();

        done.get(30, TimeUnit.SECONDS);
        engine.close();

        assertThat(callsBefore).as("calls of the denoiser before each picture").containsExactly(4, 4);
    }

    /** Does something when its job is finished. */
    private static class Then implements Renderer.Listener {
        private final Runnable then;

        Then(Runnable then) {
            this.then = then;
        }

        @Override
        public void started(String model, int steps) {}

        @Override
        public void progress(Renderer.Step step) {}

        @Override
        public void finished(Rendered rendered) {
            then.run();
        }

        @Override
        public void failed(Failure failure) {
            throw new AssertionError(failure);
        }

        @Override
        public void faulted(SurroundingsException cause) {
            throw new AssertionError(cause);
        }
    }
}
