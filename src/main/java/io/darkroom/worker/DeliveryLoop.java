package io.darkroom.worker;

import io.darkroom.job.Announcer;
import io.darkroom.job.Assignment;
import io.darkroom.job.Cancellation;
import io.darkroom.job.Disposition;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Intake;
import io.darkroom.job.JobKey;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.Renderer;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.telemetry.JobTrace;
import io.darkroom.telemetry.Traces;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Drives the deliveries of this worker: one thread, named "delivery", owns their states; the store is called on a few
 * threads of its own. All methods may be called from any thread and do not block, {@link #close} excepted.
 */
public final class DeliveryLoop implements AutoCloseable {
    /**
     * What a loop is set to.
     *
     * @param worker this worker's name, as in events
     * @param bucket the configured bucket
     * @param attempts unclean ends before a job is given up
     * @param jobsAtOnce jobs that are given to the renderer at the same time; two keep a device busy while the next
     *     attempt is written down
     * @param storeThreads calls to the store at the same time
     * @param firstBackoff the wait after a first fault of the surroundings; it doubles from fault to fault
     * @param longestBackoff the longest such wait
     * @param leaving how long released jobs may take to say so in their records
     * @param topics the request topics, the most urgent first
     * @param quotas what each tenant may have while others wait
     * @param exactlyOnce whether the announcer commits an event and the offset that it ends as one
     */
    public record Settings(
            String worker,
            String bucket,
            int attempts,
            int jobsAtOnce,
            int storeThreads,
            Duration firstBackoff,
            Duration longestBackoff,
            Duration leaving,
            List<String> topics,
            TenantQuotas quotas,
            boolean exactlyOnce) {
        /** The priorities that a request may have. */
        private static final int PRIORITIES = 10;

        /** What is added to the priority of a topic's requests: any of a more urgent topic is above all of the others. */
        int urgency(String topic) {
            int at = topics.indexOf(topic);
            return at < 0 ? 0 : PRIORITIES * (topics.size() - 1 - at);
        }

        /** How much of a grace jobs may take to finish: what cannot is put down in time to be gone when it ends. */
        Duration finishing(Duration grace) {
            Duration half = grace.dividedBy(2);
            return grace.minus(leaving.compareTo(half) < 0 ? leaving : half);
        }

        /** As shipped. */
        public static Settings of(String worker, String bucket) {
            return new Settings(
                    worker,
                    bucket,
                    3,
                    2,
                    4,
                    Duration.ofMillis(200),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(5),
                    List.of(),
                    TenantQuotas.NONE,
                    false);
        }
    }

    /** The ports. */
    public record Ports(
            ObjectStore store,
            Renderer renderer,
            Announcer announcer,
            Intake intake,
            DeliveryObserver observer,
            Traces traces) {}

    /**
     * A job that has not ended, for the HTTP API.
     *
     * @param step steps made; 0 before the first
     * @param steps steps in all; 0 where not known yet
     */
    public record Snapshot(JobKey key, State state, int step, int steps) {
        /** Waiting for its turn, or under way. */
        public enum State {
            QUEUED,
            RUNNING
        }
    }

    private final Settings settings;
    private final RequestParser parser;
    private final Clock clock;
    private final ScheduledThreadPoolExecutor thread;
    private final ThreadPoolExecutor storeThreads;
    private final Traces traces;
    private final Deliveries deliveries;
    private final String instance;
    private final AtomicLong runs = new AtomicLong();

    /**
     * Starts the threads.
     *
     * @param random for the waits after faults, and to tell this loop's attempts from those of any other
     */
    public DeliveryLoop(Settings settings, RequestParser parser, Ports ports, Clock clock, RandomGenerator random) {
        this.settings = settings;
        this.parser = parser;
        this.clock = clock;
        this.traces = ports.traces();
        this.instance = settings.worker() + "/" + Long.toHexString(random.nextLong());
        this.thread = Threads.scheduler("delivery");
        this.storeThreads = Threads.pool("store", settings.storeThreads());
        Performer performer = new Performer(ports.store(), ports.renderer(), ports.announcer(), storeThreads);
        Backoff backoff = new Backoff(settings.firstBackoff(), settings.longestBackoff(), random);
        this.deliveries = new Deliveries(settings, ports, performer, backoff, clock, thread);
    }

    /**
     * Takes a record in. The stage completes on the delivery thread, and never fails.
     *
     * @param begunBefore whether an earlier owner of its partition said that it had begun the job: then its record is read
     *     first, and what is left of it does not wait behind jobs that nobody has begun
     * @param begun told on the delivery thread when its job is begun, or begun again
     * @param owned whether its partition is still this worker's: asked on the delivery thread, for the partition may have
     *     been handed over since the record was read, and then nobody would ask this job to leave
     */
    public CompletionStage<Disposition> submit(
            IncomingRecord record, boolean begunBefore, Runnable begun, BooleanSupplier owned) {
        ParsedRequest request = parser.parse(record);
        Instant now = clock.instant();
        JobTrace trace = traces.begin(request, record, now);
        Assignment assignment = new Assignment(
                request,
                record,
                settings.worker(),
                instance + "/" + runs.incrementAndGet(),
                settings.bucket(),
                settings.attempts(),
                parser.limits(),
                now,
                settings.exactlyOnce(),
                begunBefore,
                trace.context());
        CompletableFuture<Disposition> done = new CompletableFuture<>();
        if (!deliveries.post(() -> deliveries.take(assignment, begun, owned, trace, done))) {
            done.complete(Disposition.RELEASED);
        }
        return done;
    }

    /** Cancels what is meant, now and among later requests. */
    public void cancel(Cancellation cancellation) {
        deliveries.post(() -> deliveries.cancel(cancellation));
    }

    /**
     * Leaves the records of some partitions: waiting ones at once, those under way after the grace. The stage completes
     * when none of them is here any more: settled or released.
     */
    public CompletionStage<Void> handOver(Predicate<Source> which, Duration grace) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (!deliveries.post(() -> deliveries.handOver(which, grace, done))) {
            done.complete(null);
        }
        return done;
    }

    /** The records of some partitions are another's now: stops, and writes nothing more about them. */
    public void lose(Predicate<Source> which) {
        deliveries.post(() -> deliveries.lose(which));
    }

    /** Hands everything over, and takes nothing more in. */
    public CompletionStage<Void> drain(Duration grace) {
        deliveries.post(deliveries::refuse);
        return handOver(source -> true, grace);
    }

    /**
     * A device broke down: leaves everything, without any terminal event, for a process that is about to end. Only the
     * attempts that were being rendered there count as failed, for one of these jobs may have done it.
     *
     * @param cause kept in the job records, and told should a job's attempts be exhausted
     * @param suspect the jobs that the device had
     */
    public CompletionStage<Void> abandon(String cause, Predicate<JobKey> suspect) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (!deliveries.post(() -> deliveries.abandon(cause, suspect, done))) {
            done.complete(null);
        }
        return done;
    }

    /** Where a job is; empty where it is not here. */
    public Optional<Snapshot> snapshot(String id) {
        return deliveries.snapshot(id);
    }

    /** What is wrong with the surroundings; empty where all is well. */
    public Optional<String> trouble() {
        return deliveries.trouble();
    }

    /** Ends at once: nothing more is written, what is not settled is released. */
    @Override
    public void close() {
        deliveries.post(() -> {
            deliveries.refuse();
            deliveries.lose(source -> true);
        });
        thread.shutdown();
        storeThreads.shutdownNow();
        try {
            thread.awaitTermination(settings.leaving().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
