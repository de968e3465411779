package io.darkroom.worker;

import io.darkroom.job.Announcer;
import io.darkroom.job.Cancellation;
import io.darkroom.job.Disposition;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Intake;
import io.darkroom.job.JobKey;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.Renderer;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** Drives every delivery of this worker. */
@SuppressWarnings("DoNotCallSuggester")
public final class DeliveryLoop implements AutoCloseable {
    /**
     * What a loop is set to.
     *
     * @param worker this worker's name, as in events
     * @param bucket the configured bucket
     * @param attempts unclean ends before a job is given up
     * @param jobsAtOnce jobs that are given to the renderer at the same time
     */
    public record Settings(String worker, String bucket, int attempts, int jobsAtOnce) {}

    /** The ports. */
    public record Ports(ObjectStore store, Renderer renderer, Announcer announcer, Intake intake) {}

    /** A job's state for the HTTP API. */
    public record Snapshot(JobKey key, State state, int step, int steps) {
        /** Waiting for its turn, or under way. */
        public enum State {
            QUEUED,
            RUNNING
        }
    }

    public DeliveryLoop(Settings settings, RequestParser parser, Ports ports, Clock clock, RandomGenerator random) {
        throw new UnsupportedOperationException("to come");
    }

    /** Takes a record in. The stage completes on the delivery thread and never fails. Any thread; does not block. */
    public CompletionStage<Disposition> submit(IncomingRecord record) {
        throw new UnsupportedOperationException("to come");
    }

    /** Cancels what is meant, now and among later requests. Any thread; does not block. */
    public void cancel(Cancellation cancellation) {
        throw new UnsupportedOperationException("to come");
    }

    /** Leaves the records of some partitions: waiting ones at once, running ones after the grace. */
    public CompletionStage<Void> handOver(Predicate<Source> which, Duration grace) {
        throw new UnsupportedOperationException("to come");
    }

    /** The records of some partitions are another's now: stops and writes nothing more. */
    public void lose(Predicate<Source> which) {
        throw new UnsupportedOperationException("to come");
    }

    /** Hands everything over and takes nothing more in. */
    public CompletionStage<Void> drain(Duration grace) {
        throw new UnsupportedOperationException("to come");
    }

    /** Where a job is; empty where it is not here. Any thread. */
    public Optional<Snapshot> snapshot(String id) {
        throw new UnsupportedOperationException("to come");
    }

    /** What is wrong with the surroundings; empty where all is well. Any thread. */
    public Optional<String> trouble() {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException("to come");
    }
}
