package io.darkroom.worker;

import io.darkroom.bench.schedule.CostModel;
import io.darkroom.bench.schedule.Pacing;
import io.darkroom.bench.schedule.SimulatedDevice;
import io.darkroom.bench.schedule.SimulatedJob;
import io.darkroom.engine.CallMeter;
import io.darkroom.engine.Engine;
import io.darkroom.engine.Memory;
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
import io.darkroom.job.Shares;
import io.darkroom.job.Source;
import io.darkroom.job.SurroundingsException;
import io.darkroom.model.BuiltInModels;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.TorchNoise;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A worker's own order of turns ({@link Turns}, {@link Costs}) and its own engine, on the clock of a simulated device. All
 * of it happens on the device's thread: jobs come in while a call is under way, as they would from the delivery's.
 */
public final class SimulatedWorker {
    private static final RequestParser PARSER = new RequestParser(Limits.DEFAULTS, RequestCheck.none());
    private static final int PATIENCE = 250;

    /** A job that asks for a turn, or has one. */
    private record Waiting(SimulatedJob job, RenderJob render) {}

    private final Deque<SimulatedJob> arriving;
    private final long[] ends;
    private final SimulatedDevice device;
    private final Engine engine;
    private final Turns<Waiting> turns;
    private final Costs costs = new Costs();
    private final CompletableFuture<Ran> done = new CompletableFuture<>();
    private int here;

    /**
     * What came of it.
     *
     * @param ends when each job ended, in nanoseconds
     * @param evaluations the calls of the denoiser
     */
    @SuppressWarnings("ArrayRecordComponent") // never changed
    public record Ran(long[] ends, List<SimulatedDevice.Evaluation> evaluations) {}

    private SimulatedWorker(List<SimulatedJob> jobs, CostModel model, Pacing pacing, int jobsAtOnce, int rows) {
        arriving = new ArrayDeque<>(jobs);
        ends = new long[jobs.size()];
        CallMeter meter = new CallMeter((kind, n, nanos) -> {});
        device = new SimulatedDevice(model, pacing, meter, this::comeIn);
        turns = new Turns<>(jobsAtOnce, PATIENCE, new Quotas(TenantQuotas.NONE, this::instant));
        Models models = new Models(
                Path.of("no-other-models"),
                List.of(BuiltInModels.starter()),
                Optional.empty(),
                Long.MAX_VALUE,
                device,
                new TorchNoise(1 << 18));
        engine = new Engine(
                "simulated",
                models,
                meter,
                new Engine.Settings(jobsAtOnce, rows, false),
                new Engine.Helpers(
                        (field, at) -> {
                            throw new IllegalStateException("no input pictures here");
                        },
                        Runnable::run,
                        Runnable::run,
                        done::completeExceptionally,
                        Memory.UNKNOWN,
                        Duration.ZERO,
                        device::nanos));
    }

    /**
     * Does the jobs.
     *
     * @param jobsAtOnce that the engine has
     * @param rows a call at most
     */
    public static Ran run(List<SimulatedJob> jobs, CostModel model, Pacing pacing, int jobsAtOnce, int rows) {
        SimulatedWorker worker = new SimulatedWorker(jobs, model, pacing, jobsAtOnce, rows);
        worker.comeInNext();
        worker.engine.start();
        try {
            return worker.done.join();
        } finally {
            worker.engine.close();
        }
    }

    private Instant instant() {
        return Instant.ofEpochMilli(device.nanos() / 1_000_000);
    }

    /** The device has nothing to do before the next job comes. */
    private void comeInNext() {
        device.rest(arriving.element().arrival());
        comeIn();
    }

    private void comeIn() {
        while (!arriving.isEmpty() && arriving.element().arrival() <= device.nanos()) {
            SimulatedJob job = arriving.remove();
            ParsedRequest.Valid valid = (ParsedRequest.Valid) PARSER.parse(new IncomingRecord(
                    new Source("requests", 0, job.number(), null),
                    "simulated",
                    0,
                    null,
                    Bytes.utf8(job.json()),
                    List.of()));
            here++;
            turns.ask(
                    new Waiting(job, new RenderJob(valid.key(), valid.request(), 1)),
                    new Turns.Ask(
                            new Shares.Account(job.priority(), job.tenant()),
                            null,
                            costs.estimate(valid.request()),
                            instant(),
                            false,
                            false));
        }
        giveTurns();
    }

    private void giveTurns() {
        for (Optional<Waiting> next = turns.next(); next.isPresent(); next = turns.next()) {
            engine.render(next.get().render(), new Ending(next.get()));
        }
    }

    private void ended(Waiting who, double deviceMs) {
        ends[who.job().number()] = device.nanos();
        costs.learn(who.render().request(), deviceMs);
        turns.giveBack(who, deviceMs);
        here--;
        if (here > 0) {
            giveTurns();
        } else if (arriving.isEmpty()) {
            done.complete(new Ran(ends, device.evaluations()));
        } else {
            comeInNext();
        }
    }

    private final class Ending implements Renderer.Listener {
        private final Waiting who;

        Ending(Waiting who) {
            this.who = who;
        }

        @Override
        public void started(String model, int steps) {}

        @Override
        public void progress(Renderer.Step step) {}

        @Override
        public void finished(Rendered rendered) {
            ended(who, rendered.deviceMs());
        }

        @Override
        public void failed(Failure failure) {
            done.completeExceptionally(new IllegalStateException(failure.message()));
        }

        @Override
        public void faulted(SurroundingsException cause) {
            done.completeExceptionally(cause);
        }
    }
}
