package io.darkroom.kafka;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.Intake;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * How many requests the worker holds at the same time: taken from a topic and not ended. Each request topic has a window
 * of its own, so that a backlog on one does not keep out what is more urgent: a topic whose window is full is paused. The
 * little that was fetched before it paused is taken too.
 *
 * <p>While the surroundings are at fault nothing is taken at all: SmallRye pauses the partitions and goes on polling, so
 * the worker keeps its place in the group however long that lasts.
 */
@ApplicationScoped
class RequestWindow implements Intake {
    /** What one topic's window holds. */
    private static final class Held {
        int requests;
        long bytes;
        boolean paused;
    }

    private final int mostRequests;
    private final long mostBytes;
    private final TopicPause pause;
    private final Map<String, Held> topics = new HashMap<>();
    private @Nullable String trouble;
    private boolean behind;
    private boolean closed;
    private @Nullable CompletableFuture<@Nullable Void> next;

    @Inject
    RequestWindow(DarkroomConfig config, TopicPause pause) {
        this(config.worker().windowRequests(), config.worker().windowBytes().asLongValue(), pause);
    }

    RequestWindow(int mostRequests, long mostBytes, TopicPause pause) {
        this.mostRequests = mostRequests;
        this.mostBytes = mostBytes;
        this.pause = pause;
    }

    /** One request more. The stage completes when another may be taken, of whatever topic. */
    synchronized CompletionStage<@Nullable Void> taken(String topic, int size) {
        Held held = topics.computeIfAbsent(topic, name -> new Held());
        held.requests++;
        held.bytes += size;
        if (isFull(held)) {
            // Again with every request: a rebalance, or SmallRye's own pause, may have undone it.
            held.paused = true;
            pause.pause(topic);
        }
        next = new CompletableFuture<>();
        if (isOpen()) {
            next.complete(null);
        }
        return next;
    }

    /** One request less. */
    synchronized void ended(String topic, int size) {
        Held held = topics.computeIfAbsent(topic, name -> new Held());
        held.requests--;
        held.bytes -= size;
        goOn(topic, held);
    }

    /**
     * While nothing is taken SmallRye has paused all partitions, and does so once: what is resumed behind its back is
     * fetched without end.
     */
    private void goOn(String topic, Held held) {
        if (isOpen() && held.paused && !isFull(held)) {
            held.paused = false;
            pause.resume(topic);
        }
    }

    @Override
    public synchronized void pause(String reason) {
        trouble = reason;
    }

    @Override
    public void resume() {
        change(() -> trouble = null);
    }

    /** Whether cancellations may have come that are not read yet: until they are, nothing is taken. */
    void behind(boolean now) {
        change(() -> behind = now);
    }

    private void change(Runnable change) {
        CompletableFuture<@Nullable Void> waiting;
        synchronized (this) {
            change.run();
            topics.forEach(this::goOn);
            waiting = isOpen() ? next : null;
        }
        // Outside the lock: what waits for it goes on in this thread, and takes the next request.
        if (waiting != null) {
            waiting.complete(null);
        }
    }

    /** Takes nothing more in, whatever happens. */
    synchronized void close() {
        closed = true;
    }

    private boolean isOpen() {
        return !closed && !behind && trouble == null;
    }

    private boolean isFull(Held held) {
        return held.requests >= mostRequests || held.bytes >= mostBytes;
    }
}
