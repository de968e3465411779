package io.darkroom.engine;

import io.darkroom.job.JobKey;
import io.darkroom.job.Limits;
import io.darkroom.job.RenderJob;
import io.darkroom.job.Renderer;
import io.darkroom.model.DeviceException;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.UnknownModelException;
import io.darkroom.pipeline.ArgumentsException;
import io.darkroom.pipeline.Models;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of one device. One thread owns the device; a tick of it runs one batch of rows (or decodes one job's
 * pictures), then hands each row back to its job's guidance and sampler. Between any two ticks jobs come and go: a batch
 * holds rows of whatever jobs fit together, the most urgent first.
 *
 * <p>Beside the device's thread: fetching the picture that a job starts from, and encoding finished ones and previews.
 */
public final class Engine implements Renderer, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Engine.class);
    /** A deadline that is so far off orders nothing. */
    private static final Duration LONG = Duration.ofDays(1);
    /** So many jobs are a crowd, whatever the room. */
    private static final int CROWD = 16;
    /** What a device's name has behind its provider's. */
    private static final Pattern NUMBER = Pattern.compile(":\\d+$");

    /**
     * How much is taken on.
     *
     * @param jobs jobs under way at the same time, but for those that go {@link Renderer#ahead} of them
     * @param rows rows a call at most
     * @param fragile whether an error of the device leaves it unusable, as on CUDA: then nothing more is tried on it
     * @param idle after how long without a job memory that is kept for calls is given back
     * @param limits of one request: what it comes to may show only with the picture that it starts from
     */
    public record Settings(int jobs, int rows, boolean fragile, Duration idle, Limits limits) {
        private static final Duration IDLE = Duration.ofSeconds(30);

        /** With what is usual for the rest. */
        public Settings(int jobs, int rows, boolean fragile) {
            this(jobs, rows, fragile, IDLE, Limits.DEFAULTS);
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
     * @param nanoTime a clock that only goes forward
     */
    public record Helpers(
            InputPictures inputs,
            Executor blocking,
            Executor encoding,
            Consumer<Throwable> broken,
            Memory memory,
            Duration checkpointEvery,
            LongSupplier nanoTime) {
        /** By this machine's clock. */
        public Helpers(
                InputPictures inputs,
                Executor blocking,
                Executor encoding,
                Consumer<Throwable> broken,
                Memory memory,
                Duration checkpointEvery) {
            this(inputs, blocking, encoding, broken, memory, checkpointEvery, System::nanoTime);
        }

        /** For a device that says nothing of its memory, without checkpoints but those that are asked for. */
        public Helpers(InputPictures inputs, Executor blocking, Executor encoding, Consumer<Throwable> broken) {
            this(inputs, blocking, encoding, broken, Memory.UNKNOWN, Duration.ZERO);
        }
    }

    private final Models models;
    private final Settings settings;
    private final LinkedBlockingQueue<Runnable> commands = new LinkedBlockingQueue<>();
    private final CallMeter meter;
    private final Thread thread;

    // Below: owned by the device's thread.
    private final List<Flight.Work> waiting = new ArrayList<>();
    private final Flights flights;
    private final Fetches fetches;
    private final BatchSizes sizes;
    private final Room room;
    private final Checkpoints checkpoints;
    private final Previews previews;
    private final Admission admission;
    private final Denoising denoising;
    private final Finishing finishing;
    private long arrivals;

    /** @param device its name, as {@code cpu} or {@code cuda:0} */
    public Engine(String device, Models models, CallMeter meter, Settings settings, Helpers helpers) {
        this.models = models;
        this.meter = meter;
        this.settings = settings;
        this.flights = new Flights(settings.fragile(), helpers.broken(), helpers.nanoTime());
        this.sizes = new BatchSizes(settings.rows(), helpers.memory());
        this.room = new Room(flights, models, sizes);
        this.fetches = new Fetches(helpers.inputs(), models, helpers.blocking(), commands::add);
        this.checkpoints =
                new Checkpoints(NUMBER.matcher(device).replaceFirst(""), helpers.encoding(), helpers.checkpointEvery());
        this.admission = new Admission(
                flights,
                models,
                room,
                meter,
                checkpoints,
                settings.jobs() + Renderer.ahead(settings.jobs()),
                new Ceilings(settings.limits()));
        this.previews = new Previews(device, flights, sizes, meter);
        this.denoising = new Denoising(flights, sizes, room, meter, checkpoints, previews);
        this.finishing = new Finishing(flights, sizes, room, meter, previews, helpers.encoding());
        this.thread = new Thread(this::run, "device-" + device.replace(':', '-'));
    }

    /** Starts the device's thread. */
    public void start() {
        thread.start();
    }

    @Override
    public void render(RenderJob job, Listener listener) {
        commands.add(() -> {
            if (Fetches.needed(job)) {
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
            for (Flight flight : List.copyOf(flights.all())) {
                if (flight.work.job().key().equals(key)) {
                    flights.land(flight);
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
            for (Flight flight : List.copyOf(flights.all())) {
                if (flight.work.job().key().equals(key)) {
                    checkpoints.part(flight);
                    flights.land(flight);
                }
            }
        });
    }

    /**
     * Loads the default model now rather than at its first job; what is wrong with it shows in the models' problems. The
     * future completes when it has been tried.
     */
    public CompletableFuture<@Nullable Void> warm() {
        CompletableFuture<@Nullable Void> tried = new CompletableFuture<>();
        commands.add(() -> {
            long start = flights.now();
            try {
                models.lease(models.defaultName()).close();
            } catch (ModelUnavailableException | UnknownModelException | ArgumentsException | DeviceException e) {
                LOG.errorf("The default model cannot be loaded: %s", e.getMessage());
            } finally {
                meter.between(flights.now() - start);
                tried.complete(null);
            }
        });
        return tried;
    }

    /** Stops the device's thread after the present call; jobs under way are forgotten. */
    @Override
    public void close() {
        commands.add(flights::close);
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
            while (!flights.closing()) {
                if (waiting.isEmpty() && flights.all().isEmpty()) {
                    rest();
                } else {
                    work();
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
            flights.broken(t);
        } finally {
            List.copyOf(flights.all()).forEach(flights::land);
            previews.close();
            models.close();
        }
    }

    /** Waits for something to do. After a while without, memory that is kept for calls is given back, once. */
    private void rest() throws InterruptedException {
        Runnable next = commands.poll(settings.idle().toNanos(), TimeUnit.NANOSECONDS);
        if (next == null) {
            try {
                room.shrink();
            } catch (DeviceException e) {
                flights.broken(e);
                return;
            }
            next = commands.take();
        }
        next.run();
    }

    /** A tick; what of it was no call is told as such. */
    private void work() {
        long start = flights.now();
        long calls = meter.total();
        tick();
        meter.between(besides(start, calls));
    }

    /**
     * Nanoseconds that were no calls.
     *
     * @param start since when
     * @param calls nanoseconds of calls until then
     */
    private long besides(long start, long calls) {
        return Math.max(0, flights.now() - start - (meter.total() - calls));
    }

    private void enqueue(RenderJob job, Inputs input, Listener listener) {
        waiting.add(new Flight.Work(job, input, listener, deadline(job), arrivals++));
    }

    private long deadline(RenderJob job) {
        Instant at = job.request().expiresAt();
        Duration left = at == null ? LONG : Duration.between(Instant.now(), at);
        return left.compareTo(LONG) < 0 ? flights.now() + left.toNanos() : Flight.Work.NEVER;
    }

    /** Others may wait for a place, or so many are here that most of what a job waits for is the others. */
    private boolean isCrowded() {
        return flights.all().size() >= Math.min(settings.jobs(), CROWD);
    }

    /** One thing on the device, for the most urgent job. Of its pictures those that are sampled come first. */
    private void tick() {
        admission.admit(waiting);
        long start = flights.now();
        long calls = meter.total();
        flights.want();
        Urgency.sort(flights.all(), sizes, flights.now());
        if (flights.all().isEmpty()) {
            return;
        }
        Flight first = flights.all().get(0);
        if (!first.decodable().isEmpty()) {
            finishing.decode(Decoding.around(first, flights.all()));
        } else {
            Batch all = Batch.around(flights.all());
            denoising.sample(all.first(sizes.choose(all.shape(), all.candidates(), isCrowded())));
            sizes.done((double) besides(start, calls));
        }
    }
}
