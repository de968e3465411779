package io.darkroom.bench;

import io.darkroom.engine.CallMeter;
import io.darkroom.engine.Engine;
import io.darkroom.engine.ModelCheck;
import io.darkroom.job.Bytes;
import io.darkroom.job.Failure;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Limits;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RenderJob;
import io.darkroom.job.Rendered;
import io.darkroom.job.Renderer;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.job.SurroundingsException;
import io.darkroom.model.BuiltInModels;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.TorchNoise;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Seconds a picture, beside the seconds that {@link RawCalls} spends inside {@code OrtSession.run} for the same calls:
 * the starter, 128x128, 20 steps of DDIM, w = 7.5.
 *
 * <p>Darkroom's side is a job through the engine: arguments, tokenizer, text encoder, torch's noise, guidance, sampler,
 * decoder, PNG with its parameters. Each job has texts of its own, so that nothing comes out of the text cache. Kafka and
 * the store are not in it. One job on the device at a time, so that the calls are the same two rows.
 */
final class PictureSuite implements Suite {
    private static final int STEPS = 20;
    private static final int ROUNDS = 11;
    private static final int WARM_UP = 2;
    /** Small pictures first, for the compiler, which has done with code that ran ten thousand times: the same, cheap calls. */
    private static final int SMALL = 600;

    private static final int SMALL_SIZE = 32;
    private static final int SIZE = 128;
    private static final int QUEUE = 4;

    private int jobs;

    @Override
    public List<Row> run() throws Exception {
        Pairs alone = new Pairs("picture, latency", "s");
        Pairs queued = new Pairs("picture, of 4 in a row", "s");
        Pairs own = new Pairs("picture, of 4 in a row, to its own calls", "s");
        ExecutorService encoding = Executors.newFixedThreadPool(2);
        CallMeter meter = new CallMeter((kind, rows, nanos) -> {});
        Models models = new Models(
                Path.of("no-other-models"),
                List.of(BuiltInModels.starter()),
                Optional.empty(),
                1L << 30,
                new OnnxLoader(new Device.Cpu(), meter),
                new TorchNoise(270_336));
        RequestParser parser = new RequestParser(Limits.DEFAULTS, new ModelCheck(models, Limits.DEFAULTS));
        try (RawCalls raw = new RawCalls(BuiltInModels.starter());
                Engine engine = new Engine("cpu", models, meter, new Engine.Settings(1, 2, false), helpers(encoding))) {
            engine.start();
            render(engine, parser, SMALL, SMALL_SIZE);
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                double before = raw.picture(STEPS);
                double one = render(engine, parser, 1, SIZE).seconds();
                double between = raw.picture(STEPS);
                Timed many = render(engine, parser, QUEUE, SIZE);
                double after = raw.picture(STEPS);
                if (round >= 0) {
                    alone.add(one, (before + between) / 2);
                    queued.add(many.seconds() / QUEUE, (between + after) / 2);
                    own.add(many.seconds() / QUEUE, many.deviceSeconds() / QUEUE);
                }
            }
        } finally {
            encoding.shutdown();
        }
        return List.of(alone.row(), queued.row(), own.row());
    }

    private static Engine.Helpers helpers(ExecutorService encoding) {
        return new Engine.Helpers(
                (image, limits) -> {
                    throw new IllegalStateException("no input pictures here");
                },
                encoding,
                encoding,
                cause -> {
                    throw new IllegalStateException("the device broke", cause);
                });
    }

    /** From the first job's handing in to the last one's files. */
    private record Timed(double seconds, double deviceSeconds) {}

    private Timed render(Engine engine, RequestParser parser, int pictures, int size) {
        List<RenderJob> given = new ArrayList<>();
        for (int i = 0; i < pictures; i++) {
            given.add(job(parser, size));
        }
        List<CompletableFuture<Rendered>> done = new ArrayList<>();
        long start = System.nanoTime();
        for (RenderJob job : given) {
            Ending ending = new Ending(new CompletableFuture<>());
            engine.render(job, ending);
            done.add(ending.rendered());
        }
        double deviceMs = 0;
        for (CompletableFuture<Rendered> one : done) {
            deviceMs += one.join().deviceMs();
        }
        return new Timed((System.nanoTime() - start) / 1e9, deviceMs / 1e3);
    }

    private RenderJob job(RequestParser parser, int size) {
        int n = jobs++;
        String json = "{\"prompt\": \"a red circle, number " + n + "\", \"negative_prompt\": \"blurry " + n
                + "\", \"num_inference_steps\": " + STEPS + ", \"guidance_scale\": 7.5, \"seed\": " + n
                + ", \"width\": " + size + ", \"height\": " + size + "}";
        ParsedRequest parsed = parser.parse(new IncomingRecord(
                new Source("bench", 0, n, null),
                "bench",
                System.currentTimeMillis(),
                null,
                Bytes.of(json.getBytes(StandardCharsets.UTF_8)),
                List.of()));
        if (parsed instanceof ParsedRequest.Valid valid) {
            return new RenderJob(valid.key(), valid.request(), 1);
        }
        throw new IllegalStateException(json + " is refused: " + parsed);
    }

    private record Ending(CompletableFuture<Rendered> rendered) implements Renderer.Listener {
        @Override
        public void started(String model, int steps) {}

        @Override
        public void progress(Renderer.Step step) {}

        @Override
        public void finished(Rendered result) {
            rendered.complete(result);
        }

        @Override
        public void failed(Failure failure) {
            rendered.completeExceptionally(new IllegalStateException(failure.message()));
        }

        @Override
        public void faulted(SurroundingsException cause) {
            rendered.completeExceptionally(cause);
        }
    }
}
