package io.darkroom.kafka;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.Intake;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * How many requests the worker holds at the same time: taken from the topic and not ended. While the window is full, or
 * the surroundings are at fault, nothing more is taken: SmallRye pauses the partitions and goes on polling, so the worker
 * keeps its place in the group however long that lasts.
 */
@ApplicationScoped
class RequestWindow implements Intake {
    private final int mostRequests;
    private final long mostBytes;
    private int requests;
    private long bytes;
    private @Nullable String trouble;
    private boolean closed;
    private @Nullable CompletableFuture<@Nullable Void> next;

    @Inject
    RequestWindow(DarkroomConfig config) {
        this(config.worker().windowRequests(), config.worker().windowBytes().asLongValue());
    }

    RequestWindow(int mostRequests, long mostBytes) {
        this.mostRequests = mostRequests;
        this.mostBytes = mostBytes;
    }

    /** One request more. The stage completes when there is room for another. */
    synchronized CompletionStage<@Nullable Void> taken(int size) {
        requests++;
        bytes += size;
        next = new CompletableFuture<>();
        if (open()) {
            next.complete(null);
        }
        return next;
    }

    /** One request less. */
    void ended(int size) {
        CompletableFuture<@Nullable Void> waiting;
        synchronized (this) {
            requests--;
            bytes -= size;
            waiting = open() ? next : null;
        }
        wake(waiting);
    }

    @Override
    public synchronized void pause(String reason) {
        trouble = reason;
    }

    @Override
    public void resume() {
        CompletableFuture<@Nullable Void> waiting;
        synchronized (this) {
            trouble = null;
            waiting = open() ? next : null;
        }
        wake(waiting);
    }

    /** Takes nothing more in, whatever happens. */
    synchronized void close() {
        closed = true;
    }

    /** Requests held now. */
    synchronized int held() {
        return requests;
    }

    private boolean open() {
        return !closed && trouble == null && requests < mostRequests && bytes < mostBytes;
    }

    /** Outside the lock: what waits for it goes on in this thread, and takes the next request. */
    private static void wake(@Nullable CompletableFuture<@Nullable Void> waiting) {
        if (waiting != null) {
            waiting.complete(null);
        }
    }
}
