package io.darkroom.engine;

import io.darkroom.job.Failure;
import io.darkroom.job.JobKey;
import io.darkroom.job.RenderJob;
import io.darkroom.job.Renderer;
import io.darkroom.job.SurroundingsException;
import io.darkroom.model.Denoiser;
import io.darkroom.model.DeviceException;
import io.darkroom.model.DeviceMemoryException;
import io.darkroom.model.Lease;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.UnknownModelException;
import io.darkroom.pipeline.ArgumentsException;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.Pipeline;
import io.darkroom.pipeline.Plan;
import io.darkroom.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of one device. One thread owns the device; a tick of it runs one batch of rows (or decodes one job's
 * pictures), then hands each row back to its job's guidance and sampler. Between any two ticks jobs come and go: a batch
 * holds rows of whatever jobs fit together, the most urgent first.
 *
 * <p>Beside the device's thread: fetching the picture that a job starts from, and encoding finished ones.
 */
public final class Engine implements Renderer, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Engine.class);

    /**
     * How much is taken on.
     *
     * @param jobs jobs under way at the same time
     * @param rows rows a call at most
     * @param fragile whether an error of the device leaves it unusable, as on CUDA: then nothing more is tried on it
     * @param idle after how long without a job memory that is kept for calls is given back
     */
    public record Settings(int jobs, int rows, boolean fragile, Duration idle) {
        private static final Duration IDLE = Duration.ofSeconds(30);

        /** With the time that is usual for {@code idle}. */
        public Settings(int jobs, int rows, boolean fragile) {
            this(jobs, rows, fragile, IDLE);
        }
    }

    /**
     * What works beside the device's thread.
     *
     * @param inputs fetches and decodes input pictures; may block
     * @param blocking where it may
     * @param encoding where pictures are encoded
     * @param broken is told when the device itself has failed, so that nothing more should be tried on it
     * @param memory the device's
     * @param checkpointEvery device time of a job between two checkpoints; zero for none
     */
    public record Helpers(
            InputPictures inputs,
            Executor blocking,
            Executor encoding,
            Consumer<Throwable> broken,
            Memory memory,
            Duration checkpointEvery) {
        /** For a device that says nothing of its memory, without checkpoints but those that are asked for. */
        public Helpers(InputPictures inputs, Executor blocking, Executor encoding, Consumer<Throwable> broken) {
            this(inputs, blocking, encoding, broken, Memory.UNKNOWN, Duration.ZERO);
        }
    }

    private final Models models;
    private final CallMeter meter;
    private final Settings settings;
    private final Helpers helpers;
    private final LinkedBlockingQueue<Runnable> commands = new LinkedBlockingQueue<>();
    private final Thread thread;

    // Below: owned by the device's thread.
    private final List<Flight.Work> waiting = new ArrayList<>();
    private final List<Flight> flights = new ArrayList<>();
    private final Fetches fetches;
    private final BatchSizes sizes;
    private final Checkpoints checkpoints;
    private long arrivals;
    private boolean closing;

    /** @param device its name, as {@code cpu} or {@code cuda:0} */
    public Engine(String device, Models models, CallMeter meter, Settings settings, Helpers helpers) {
        this.models = models;
        this.meter = meter;
        this.settings = settings;
        this.helpers = helpers;
        this.sizes = new BatchSizes(settings.rows(), helpers.memory());
        this.fetches = new Fetches(helpers.inputs(), helpers.blocking(), commands::add);
        this.checkpoints = new Checkpoints(device, helpers.encoding(), helpers.checkpointEvery());
        this.thread = new Thread(this::run, "device-" + device.replace(':', '-'));
    }

    /** Starts the device's thread. */
    public void start() {
        thread.start();
    }

    @Override
    public void render(RenderJob job, Listener listener) {
        commands.add(() -> {
            if (Inputs.named(job.request().inputs())) {
                fetches.begin(job, listener, inputs -> enqueue(job, inputs, listener));
            } else {
                enqueue(job, Inputs.NONE, listener);
            }
        });
    }

    @Override
    public void stop(JobKey key) {
        commands.add(() -> {
            fetches.stop(key);
            waiting.removeIf(w -> w.job().key().equals(key));
            for (Flight flight : List.copyOf(flights)) {
                if (flight.work.job().key().equals(key)) {
                    land(flight);
                }
            }
        });
    }

    @Override
    public void save(JobKey key) {
        commands.add(() -> {
            fetches.save(key);
            for (Flight.Work work : List.copyOf(waiting)) {
                if (work.job().key().equals(key)) {
                    waiting.remove(work);
                    work.listener().saved(null);
                }
            }
            for (Flight flight : List.copyOf(flights)) {
                if (flight.work.job().key().equals(key)) {
                    checkpoints.part(flight);
                    land(flight);
                }
            }
        });
    }

    /** Loads the default model now rather than at its first job; what is wrong with it shows in the models' problems. */
    public void warm() {
        commands.add(() -> {
            try {
                models.lease(models.defaultName()).close();
            } catch (ModelUnavailableException | UnknownModelException | ArgumentsException | DeviceException e) {
                LOG.errorf("The default model cannot be loaded: %s", e.getMessage());
            }
        });
    }

    /** Stops the device's thread after the present call; jobs under way are forgotten. */
    @Override
    public void close() {
        commands.add(() -> closing = true);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the device's thread runs. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    private void run() {
        try {
            while (!closing) {
                if (waiting.isEmpty() && flights.isEmpty()) {
                    rest();
                } else {
                    tick();
                }
                for (Runnable next = commands.poll(); next != null; next = commands.poll()) {
                    next.run();
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("interrupted", e);
        } catch (Throwable t) {
            // A bug in the loop itself: without it the device would stand still while the process looks alive.
            LOG.error("The device's thread ended", t);
            helpers.broken().accept(t);
        } finally {
            List.copyOf(flights).forEach(this::land);
            models.close();
        }
    }

    /** Waits for something to do. After a while without, memory that is kept for calls is given back, once. */
    private void rest() throws InterruptedException {
        Runnable next = commands.poll(settings.idle().toNanos(), TimeUnit.NANOSECONDS);
        if (next == null) {
            models.loaded().forEach(this::shrink);
            next = commands.take();
        }
        next.run();
    }

    private void shrink(String model) {
        try (Lease<Pipeline> lease = models.lease(model)) {
            lease.model().shrink();
        } catch (ModelUnavailableException | UnknownModelException | ArgumentsException | DeviceMemoryException e) {
            LOG.debugf(e, "model %s keeps its memory", model);
        } catch (DeviceException e) {
            LOG.warnf("model %s keeps its memory: %s", model, e.getMessage());
            if (settings.fragile()) {
                closing = true;
                helpers.broken().accept(e);
            }
        }
    }

    private void enqueue(RenderJob job, Inputs input, Listener listener) {
        waiting.add(new Flight.Work(job, input, listener, arrivals++));
    }

    /** One thing on the device. Decoding comes before sampling: it ends a job. */
    private void tick() {
        admit();
        Urgency.sort(flights, sizes, System.nanoTime());
        for (Flight flight : flights) {
            if (!flight.decodable().isEmpty()) {
                decode(Decoding.around(flight, flights));
                return;
            }
        }
        if (!flights.isEmpty()) {
            Batch all = Batch.around(flights);
            sample(all.first(sizes.choose(all.shape(), all.candidates())));
        }
    }

    private void admit() {
        List<Flight> opened = new ArrayList<>();
        while (flights.size() < settings.jobs() && !waiting.isEmpty() && !closing) {
            Flight.Work next = Collections.min(waiting, Flight.Work.BY_URGENCY);
            waiting.remove(next);
            Flight flight = open(next);
            if (flight != null) {
                flights.add(flight);
                opened.add(flight);
            }
        }
        TextBatches.of(opened).forEach(this::prepare);
        opened.forEach(flight -> guarded(List.of(flight), () -> {
            if (flights.contains(flight) && !closing) {
                resume(flight);
            }
        }));
    }

    /** Encodes the texts of jobs that begin together. Where that fails, each begins with its own, and shows whose fault it is. */
    private void prepare(List<Flight> together) {
        meter.take();
        try {
            together.get(0)
                    .pipeline
                    .prepare(together.stream().flatMap(f -> f.plans.stream()).toList());
        } catch (DeviceException e) {
            if (settings.fragile() && !(e instanceof DeviceMemoryException)) {
                guarded(together, () -> {
                    throw e;
                });
            }
            LOG.debugf(e, "%d jobs' texts are encoded one after another", together.size());
        }
        double nanos = (double) meter.take();
        together.forEach(f -> f.clock.device(nanos / together.size()));
    }

    /** Takes the job's model into use and resolves its arguments; null where that ended the job. */
    private @Nullable Flight open(Flight.Work work) {
        Lease<Pipeline> lease = null;
        try {
            String name = Arguing.model(work.job().request(), models);
            // Every picture of a sweep has the same variant: the fields that choose it are not swept.
            lease = models.lease(name, Arguing.of(work.job().request(), work.input()));
            List<Plan> plans = Arguing.plans(lease.model()::plan, work.job().request(), work.input());
            return new Flight(work, lease, plans);
        } catch (UnknownModelException e) {
            work.listener().failed(new Failure(Failure.Code.UNKNOWN_MODEL, String.valueOf(e.getMessage())));
        } catch (ModelUnavailableException | DeviceException e) {
            // Its files are at fault, or the device on which they do not load: another try may find them mended.
            work.listener().faulted(new SurroundingsException(String.valueOf(e.getMessage()), e));
        } catch (ArgumentsException e) {
            work.listener().failed(Failure.of(Arguing.problems(e)));
        } catch (RuntimeException e) {
            LOG.errorf(e, "%s: unexpected", work.job().key().name());
            work.listener().failed(new Failure(Failure.Code.INTERNAL, "unexpected: " + e));
        }
        if (lease != null) {
            lease.close();
        }
        return null;
    }

    private void resume(Flight flight) {
        try {
            CheckpointFile saved = Checkpoints.open(flight);
            begin(flight);
            if (saved != null) {
                checkpoints.takeUp(flight, saved);
            }
        } catch (UnusableCheckpointException e) {
            land(flight);
            Checkpoints.ignore(flight.work, e);
        }
    }

    private void begin(Flight flight) {
        flight.work.listener().started(flight.pipeline.description().folder().name(), flight.plannedSteps());
        flight.clock.enter("encode", System.nanoTime());
        meter.take();
        flight.begun(flight.pipeline.begin(flight.plans));
        flight.clock.device((double) meter.take());
        flight.clock.enter("denoise", System.nanoTime());
    }

    private void sample(Batch batch) {
        guarded(batch.flights(), () -> evaluate(batch));
    }

    private void evaluate(Batch whole) {
        // Where a batch was split, a job may have failed in an earlier part of it.
        Batch batch = whole.of(flights);
        if (batch.members().isEmpty() || closing) {
            return;
        }
        List<Tensor> outputs;
        double nanos;
        try {
            sizes.calling(batch.shape(), batch.rows().size());
            meter.take();
            outputs = batch.pipeline().evaluate(batch.rows());
            nanos = (double) meter.take();
            sizes.called(batch.shape(), outputs.size(), nanos);
        } catch (DeviceMemoryException e) {
            sizes.full(batch.shape(), batch.rows().size());
            if (batch.members().size() > 1) {
                LOG.infof(
                        "Out of memory with %s: halved",
                        sizes.figures(batch.shape(), batch.rows().size()));
                batch.halves().forEach(this::sample);
                return;
            }
            outputs = oneByOne(batch, e);
            nanos = (double) meter.take();
        } catch (DeviceException e) {
            if (settings.fragile() || batch.flights().size() == 1) {
                throw e;
            }
            // Which job is to blame shows when each runs alone.
            batch.byFlight().forEach(this::sample);
            return;
        }
        double nanosARow = nanos / outputs.size();
        int at = 0;
        for (Batch.Member member : batch.members()) {
            List<Tensor> own = outputs.subList(at, at + member.rows().size());
            at += own.size();
            member.flight().clock.device(nanosARow * own.size());
            guarded(List.of(member.flight()), () -> member.picture().advance(own));
        }
        batch.flights().forEach(flight -> guarded(List.of(flight), () -> report(flight)));
    }

    /** One picture's rows, which do not fit together: each is evaluated by itself. */
    private List<Tensor> oneByOne(Batch batch, DeviceMemoryException tooMany) {
        List<Denoiser.Row> rows = batch.rows();
        List<Tensor> outputs = new ArrayList<>();
        try {
            if (rows.size() == 1) {
                throw tooMany;
            }
            sizes.calling(batch.shape(), 1);
            meter.take();
            rows.forEach(row -> outputs.addAll(batch.pipeline().evaluate(List.of(row))));
            return outputs;
        } catch (DeviceMemoryException e) {
            throw new DeviceMemoryException(
                    e.getMessage() + " (not even alone: " + sizes.figures(batch.shape(), 1) + ")", e);
        }
    }

    private void report(Flight flight) {
        int step = flight.step();
        int steps = flight.steps();
        long soFar = flight.clock.inPhase(System.nanoTime());
        long etaMs = step == 0 ? -1 : Math.round(soFar / 1e6 / step * (steps - step));
        flight.work.listener().progress(new Step("denoise", step, steps, etaMs, flight.clock.deviceMs(), null));
        checkpoints.stepped(flight);
        for (Flight.Picture picture : flight.decodable()) {
            if (!Finite.all(picture.sampling.latents())) {
                throw new NonFiniteException("the latents are not finite after sampling; a float16 model may overflow");
            }
        }
    }

    private void decode(Decoding all) {
        Decoding chosen = all.first(sizes.choose(all.shape(), all.candidates()));
        chosen.flights().forEach(f -> f.clock.enter("decode", System.nanoTime()));
        guarded(chosen.flights(), () -> decoded(chosen));
        for (Flight flight : chosen.flights()) {
            if (flights.contains(flight)) {
                flight.clock.enter("denoise", System.nanoTime());
                if (flight.finished()) {
                    flight.clock.leave(System.nanoTime());
                    guarded(List.of(flight), () -> finish(flight));
                }
            }
        }
    }

    private void decoded(Decoding whole) {
        Decoding batch = whole.of(flights);
        if (batch.members().isEmpty() || closing) {
            return;
        }
        List<Tensor> pixels;
        try {
            sizes.calling(batch.shape(), batch.members().size());
            meter.take();
            pixels = batch.pipeline().decode(batch.latents());
        } catch (DeviceMemoryException e) {
            sizes.full(batch.shape(), batch.members().size());
            if (batch.members().size() == 1) {
                throw new DeviceMemoryException(
                        e.getMessage() + " (not even alone: " + sizes.figures(batch.shape(), 1) + ")", e);
            }
            batch.halves().forEach(half -> guarded(half.flights(), () -> decoded(half)));
            return;
        } catch (DeviceException e) {
            if (settings.fragile() || batch.flights().size() == 1) {
                throw e;
            }
            batch.byFlight().forEach(own -> guarded(own.flights(), () -> decoded(own)));
            return;
        }
        double nanos = (double) meter.take();
        sizes.called(batch.shape(), pixels.size(), nanos);
        for (int i = 0; i < pixels.size(); i++) {
            Decoding.Member member = batch.members().get(i);
            Tensor own = pixels.get(i);
            member.flight().clock.device(nanos / pixels.size());
            guarded(List.of(member.flight()), () -> {
                if (!Finite.all(own)) {
                    throw new NonFiniteException(
                            "the decoder's output is not finite; a float16 VAE may overflow: export it in float32");
                }
                member.picture().pixels = own;
            });
        }
    }

    /** The device is done with the job; its pictures become files beside the device's thread. */
    private void finish(Flight flight) {
        PictureFiles files = PictureFiles.of(flight);
        Listener listener = flight.work.listener();
        land(flight);
        helpers.encoding().execute(() -> {
            try {
                listener.finished(files.encode());
            } catch (RuntimeException e) {
                LOG.errorf(e, "%s: encoding failed", flight.work.job().key().name());
                listener.failed(new Failure(Failure.Code.INTERNAL, "encoding the picture failed: " + e));
            }
        });
    }

    /** Runs work for some jobs; what goes wrong is classified here, and ends those jobs on this device. */
    private void guarded(List<Flight> concerned, Runnable work) {
        try {
            work.run();
        } catch (NonFiniteException e) {
            fail(concerned, new Failure(Failure.Code.NON_FINITE_OUTPUT, String.valueOf(e.getMessage())));
        } catch (DeviceMemoryException e) {
            fail(concerned, new Failure(Failure.Code.OUT_OF_MEMORY, String.valueOf(e.getMessage())));
        } catch (DeviceException e) {
            if (settings.fragile()) {
                closing = true;
                helpers.broken().accept(e);
            } else {
                fail(concerned, new Failure(Failure.Code.INTERNAL, "the device: " + e.getMessage()));
            }
        } catch (ArgumentsException e) {
            fail(concerned, Failure.of(Arguing.problems(e)));
        } catch (RuntimeException e) {
            LOG.errorf(e, "%s: unexpected", concerned.get(0).work.job().key().name());
            fail(concerned, new Failure(Failure.Code.INTERNAL, "unexpected: " + e));
        }
    }

    private void fail(List<Flight> concerned, Failure failure) {
        for (Flight flight : concerned) {
            if (flights.contains(flight)) {
                land(flight);
                flight.work.listener().failed(failure);
            }
        }
    }

    private void land(Flight flight) {
        if (flights.remove(flight)) {
            flight.close();
        }
    }
}
