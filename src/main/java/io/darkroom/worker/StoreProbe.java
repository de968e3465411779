package io.darkroom.worker;

import io.darkroom.job.ObjectStore;
import io.darkroom.job.SurroundingsException;
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
    private volatile @Nullable String trouble;

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
        } catch (SurroundingsException e) {
            trouble = e.getMessage();
        }
    }

    Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
