package io.darkroom.worker;

import io.darkroom.job.ObjectStore;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks the store every few seconds whether it is there, so that a readiness probe need not wait for it. */
final class StoreProbe implements AutoCloseable {
    private static final int SECONDS = 5;

    private final ObjectStore store;
    private final ObjectStore.Location somewhere;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "store-probe");
        thread.setDaemon(true);
        return thread;
    });
    private volatile @Nullable String trouble = "not asked yet";

    StoreProbe(ObjectStore store, String bucket) {
        this.store = store;
        this.somewhere = new ObjectStore.Location(bucket, ".darkroom/probe");
    }

    void start() {
        var unused = timer.scheduleWithFixedDelay(this::probe, 0, SECONDS, TimeUnit.SECONDS);
    }

    private void probe() {
        try {
            store.read(somewhere, 1024); // no matter whether it is there: the store has answered
            trouble = null;
        } catch (RuntimeException e) {
            // Whatever it is: a probe that ended here would leave the last answer standing for good.
            trouble = Performer.reason(e);
        }
    }

    /** The store has answered something else just now. */
    void answered() {
        trouble = null;
    }

    Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
