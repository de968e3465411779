package io.darkroom.bench;

import io.darkroom.engine.CallMeter;
import io.darkroom.engine.Engine;
import io.darkroom.engine.Memory;
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
import io.darkroom.model.CallListener;
import io.darkroom.model.Denoiser;
import io.darkroom.model.ModelFolder;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.pipeline.Arguments;
import io.darkroom.pipeline.Families;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.Pipeline;
import io.darkroom.pipeline.TorchNoise;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongToDoubleFunction;

/**
 * 64 jobs ({@link MixedJob}) through the engine on the starter and on a tiny transformer. Beside them, the best that
 * {@link RawTurns} between their calls reach for their sizes, each of the calls at the machine's speed of its moment; and
 * the same engine with one job at a time. And a 4-step job that arrives behind ten 50-step jobs, beside its time alone.
 * Kafka and the store are not in it.
 */
final class MixSuite implements Suite {
    private static final int JOBS = MixedJob.ALL.size();
    private static final int ROUNDS = 5;
    private static final int SHORT_JOBS = 3;
    /** Mixes of small pictures first, for the compiler, which is done with code once it has run some ten thousand times. */
    private static final int WARM_UP = 25;

    private static final int SMALL_SIDE = 32;
    /** After so many of the worker's calls a raw one has its turn. */
    private static final int TURN = 3;

    private static final List<String> PROMPTS =
            List.of("a red circle", "a mountain lake at sunset", "a forest in the fog", "a house by the sea");
    private static final String FLOW = "\", \"use_flow_sigmas\": true, \"prediction_type\": \"flow_prediction\"}";

    private int jobs;

    /**
     * A model with what its jobs look like.
     *
     * @param sides of its pictures, in pixels
     * @param samplers as requests name them, with one evaluation a step
     * @param more fields of each request
     */
    private record Subject(ModelFolder model, List<Integer> sides, List<String> samplers, String more) {
        String name() {
            return model.name();
        }

        /** A row of a job with pictures of this side. */
        Denoiser.Row row(int side) {
            Arguments arguments = Arguments.builder()
                    .prompt(PROMPTS.get(0))
                    .seed(1L)
                    .width(side)
                    .height(side)
                    .maxSequenceLength(more.contains("max_sequence_length") ? 16 : null)
                    .build();
            try (Pipeline pipeline = Families.planner(model)
                    .open(new OnnxLoader(new Device.Cpu(), (kind, n, nanos) -> {}), new TorchNoise(270_336))) {
                return pipeline.begin(pipeline.plan(arguments)).get(0).rows().get(0);
            }
        }
    }

    private final Subject subject;

    private MixSuite(Subject subject) {
        this.subject = subject;
    }

    /** On the starter. */
    static MixSuite starter() {
        return new MixSuite(new Subject(
                BuiltInModels.starter(), List.of(128, 96), List.of("\"ddim\"", "\"euler\"", "\"dpmpp_2m\""), ""));
    }

    /** On a tiny transformer, whose calls are so short that what is around them shows. */
    static MixSuite transformer() {
        Path folder = Path.of("src", "test", "resources", "goldens", "pipelines", "tiny-sd3");
        return new MixSuite(new Subject(
                ModelFolder.read("tiny-sd3", folder),
                List.of(128, 64),
                List.of("\"flow_euler\"", "{\"_class_name\": \"dpmpp_2m" + FLOW, "{\"_class_name\": \"unipc" + FLOW),
                ", \"max_sequence_length\": 16"));
    }

    @Override
    public List<Row> run() throws Exception {
        String name = subject.name() + ", 64 mixed jobs: ";
        Pairs rows = new Pairs(name + "rows, to the best raw", "rows/s");
        Pairs pictures = new Pairs(name + "pictures, to one job at a time", "1/s");
        Pairs busy = new Pairs(name + "device busy", "s/s");
        Pairs shortJob = new Pairs(subject.name() + ", 4 steps behind ten of 50, to alone", "s");
        Pairs itsCalls = new Pairs(subject.name() + ", the same without the call that is under way when it comes", "s");
        Denoiser.Row largeRow = subject.row(subject.sides().get(0));
        Denoiser.Row smallRow = subject.row(subject.sides().get(1));
        try (RawTurns turns = new RawTurns(new RawRows(subject.model()), List.of(largeRow, smallRow));
                Worker batching = new Worker(subject, JOBS, 64, turns);
                Worker single = new Worker(subject, 1, 2, turns)) {
            for (int i = 0; i < WARM_UP; i++) {
                mix(batching, List.of(SMALL_SIDE, SMALL_SIDE));
            }
            mix(batching);
            List<Mixed> mixes = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                turns.on(true);
                Mixed many = mix(batching);
                turns.on(false);
                mixes.add(many);
                Mixed one = mix(single);
                pictures.add(JOBS / many.seconds, JOBS / one.seconds);
                busy.add(many.busySeconds() / many.queuedSeconds(), 1);
                for (int i = 0; i < SHORT_JOBS; i++) {
                    Latency alone = shortJob(batching, 0);
                    Latency behind = shortJob(batching, MixedJob.LONG_JOBS);
                    shortJob.add(behind.seconds, alone.seconds);
                    itsCalls.add(behind.seconds - behind.underWay, alone.seconds);
                }
            }
            double bestLarge = turns.best(largeRow);
            double bestSmall = turns.best(smallRow);
            for (Mixed mixed : mixes) {
                // At its best, raw takes so long for the rows of both sizes.
                double best = mixed.largeRows / bestLarge + mixed.smallRows / bestSmall;
                double all = mixed.largeRows + mixed.smallRows;
                rows.add(all / mixed.denoisingSeconds(turns), all / best);
            }
        }
        return List.of(rows.row(), pictures.row(), busy.row(), shortJob.row(), itsCalls.row());
    }

    /**
     * What a mix took; rows by size.
     *
     * @param calls in their order
     */
    private record Mixed(double seconds, long start, List<Call> calls, double largeRows, double smallRows) {
        private long end() {
            return calls.get(calls.size() - 1).end;
        }

        /** Seconds until the device had nothing more to do. */
        double queuedSeconds() {
            return (end() - start) / 1e9;
        }

        /** Seconds on the device. */
        double busySeconds() {
            return calls.stream().mapToDouble(call -> call.took / 1e9).sum();
        }

        /** Seconds without the calls of other networks, were the machine at its full speed. */
        double denoisingSeconds(RawTurns turns) {
            LongToDoubleFunction speed = turns.speed(start, end());
            double seconds = 0;
            long last = start;
            for (Call call : calls) {
                long others = call.kind == CallListener.Kind.DENOISER ? 0 : call.took;
                seconds += (call.end - last - others) / 1e9 * speed.applyAsDouble(call.end);
                last = call.end;
            }
            return seconds;
        }
    }

    /**
     * What a short job took.
     *
     * @param underWay of its seconds, what was left of the call that was under way when it came
     */
    private record Latency(double seconds, double underWay) {}

    /** A call of the device's; nanoseconds. */
    private record Call(CallListener.Kind kind, long end, long took) {}

    private Mixed mix(Worker worker) {
        return mix(worker, worker.subject.sides());
    }

    private Mixed mix(Worker worker, List<Integer> sides) {
        List<RenderJob> given = new ArrayList<>();
        double[] rowsOfSize = new double[sides.size()];
        for (MixedJob job : MixedJob.ALL) {
            rowsOfSize[job.size()] += job.steps() * job.rows();
            given.add(job(
                    worker,
                    PROMPTS.get(job.prompt()),
                    job.steps(),
                    job.scale(),
                    sides.get(job.size()),
                    worker.subject.samplers().get(job.sampler())));
        }
        worker.calls.clear();
        long start = worker.turns.now();
        List<CompletableFuture<Rendered>> done =
                given.stream().map(worker::render).toList();
        done.forEach(CompletableFuture::join);
        double seconds = (worker.turns.now() - start) / 1e9;
        return new Mixed(seconds, start, List.copyOf(worker.calls), rowsOfSize[0], rowsOfSize[1]);
    }

    /** What a short job takes that is given right after some long ones have begun, all of them. */
    private Latency shortJob(Worker worker, int behind) throws InterruptedException {
        List<CompletableFuture<Rendered>> others = new ArrayList<>();
        for (int i = 0; i < behind; i++) {
            Ending ending = new Ending();
            worker.engine.render(
                    job(
                            worker,
                            PROMPTS.get(0),
                            MixedJob.LONG_STEPS,
                            7.5,
                            worker.subject.sides().get(0),
                            worker.subject.samplers().get(0)),
                    ending);
            others.add(ending.rendered);
            ending.started.join();
        }
        RenderJob job = job(
                worker,
                PROMPTS.get(1),
                MixedJob.SHORT_STEPS,
                7.5,
                worker.subject.sides().get(0),
                worker.subject.samplers().get(0));
        long start = worker.turns.now();
        worker.render(job).join();
        double seconds = (worker.turns.now() - start) / 1e9;
        others.forEach(CompletableFuture::join);
        // The first call that ends after it came had begun before, or began before the device heard of it.
        double underWay = behind == 0
                ? 0
                : List.copyOf(worker.calls).stream()
                        .filter(call -> call.end > start)
                        .mapToDouble(call -> (call.end - start) / 1e9)
                        .min()
                        .orElse(0);
        return new Latency(seconds, underWay);
    }

    private RenderJob job(Worker worker, String prompt, int steps, double scale, int size, String sampler) {
        int n = jobs++;
        String json =
                "{\"prompt\": \"" + prompt + "\", \"negative_prompt\": \"blurry\", \"num_inference_steps\": " + steps
                        + ", \"guidance_scale\": " + scale + ", \"scheduler\": " + sampler + ", \"seed\": " + n
                        + ", \"width\": " + size + ", \"height\": " + size
                        + worker.subject.more() + "}";
        ParsedRequest parsed = worker.parser.parse(new IncomingRecord(
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

    /** An engine with a device of its own. */
    private static final class Worker implements AutoCloseable {
        final List<Call> calls = Collections.synchronizedList(new ArrayList<>());
        final Subject subject;
        final RequestParser parser;
        final Engine engine;
        final RawTurns turns;
        private final ExecutorService encoding = Executors.newFixedThreadPool(2);

        Worker(Subject subject, int jobsAtOnce, int rows, RawTurns turns) {
            this.subject = subject;
            this.turns = turns;
            CallMeter meter = new CallMeter((kind, n, took) -> {
                calls.add(new Call(kind, turns.now(), took));
                if (kind == CallListener.Kind.DENOISER && calls.size() % TURN == 0) {
                    turns.take();
                }
            });
            Models models = new Models(
                    Path.of("no-other-models"),
                    List.of(subject.model()),
                    Optional.empty(),
                    1L << 30,
                    new OnnxLoader(new Device.Cpu(), meter),
                    new TorchNoise(270_336));
            parser = new RequestParser(Limits.DEFAULTS, new ModelCheck(models, Limits.DEFAULTS));
            engine = new Engine(
                    "cpu",
                    models,
                    meter,
                    new Engine.Settings(jobsAtOnce, rows, false),
                    new Engine.Helpers(
                            (image, limits) -> {
                                throw new IllegalStateException("no input pictures here");
                            },
                            encoding,
                            encoding,
                            cause -> {
                                throw new IllegalStateException("the device broke", cause);
                            },
                            Memory.UNKNOWN,
                            Duration.ZERO,
                            turns::now));
            engine.start();
        }

        CompletableFuture<Rendered> render(RenderJob job) {
            Ending ending = new Ending();
            engine.render(job, ending);
            return ending.rendered;
        }

        @Override
        public void close() {
            engine.close();
            encoding.shutdown();
        }
    }

    /** How a job ended, and whether the device has taken it on. */
    private static final class Ending implements Renderer.Listener {
        final CompletableFuture<Rendered> rendered = new CompletableFuture<>();
        final CompletableFuture<Integer> started = new CompletableFuture<>();

        @Override
        public void started(String model, int steps) {
            started.complete(steps);
        }

        @Override
        public void progress(Renderer.Step step) {}

        @Override
        public void finished(Rendered result) {
            rendered.complete(result);
        }

        @Override
        public void failed(Failure failure) {
            fail(new IllegalStateException(failure.message()));
        }

        @Override
        public void faulted(SurroundingsException cause) {
            fail(cause);
        }

        private void fail(Throwable cause) {
            started.completeExceptionally(cause);
            rendered.completeExceptionally(cause);
        }
    }
}
