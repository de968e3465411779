package io.darkroom.worker;

import io.darkroom.job.ObjectStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Asks the store every few seconds whether it is there, so that a readiness probe need not wait for it. */
final class StoreProbe implements AutoCloseable {
    private static final int SECONDS = 5;

    /** What is asked for is next to nothing: however long a call may take, a store that says nothing by then is not there. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ObjectStore store;
    private final ObjectStore.Location somewhere;
    private final LongSupplier nanoTime;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "store-probe");
        thread.setDaemon(true);
        return thread;
    });
    private volatile @Nullable String trouble = "not asked yet";
    /** Since when an answer is awaited, in nanoseconds; null while none is. */
    private volatile @Nullable Long asked;

    StoreProbe(ObjectStore store, String bucket) {
        this(store, bucket, System::nanoTime);
    }

    StoreProbe(ObjectStore store, String bucket, LongSupplier nanoTime) {
        this.store = store;
        this.nanoTime = nanoTime;
        this.somewhere = new ObjectStore.Location(bucket, ".darkroom/probe");
    }

    void start() {
        var unused = timer.scheduleWithFixedDelay(this::probe, 0, SECONDS, TimeUnit.SECONDS);
    }

    private void probe() {
        asked = nanoTime.getAsLong();
        try {
            store.read(somewhere, 1024); // no matter whether it is there: the store has answered
            trouble = null;
        } catch (RuntimeException e) {
            // Whatever it is: a probe that ended here would leave the last answer standing for good.
            trouble = Performer.reason(e);
        } finally {
            asked = null;
        }
    }

    /** The store has answered something else just now. */
    void answered() {
        trouble = null;
    }

    Optional<String> trouble() {
        Long since = asked;
        if (since != null && nanoTime.getAsLong() - since > PATIENCE.toNanos()) {
            return Optional.of("the store has not answered for more than " + PATIENCE.toSeconds() + " s");
        }
        return Optional.ofNullable(trouble);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
