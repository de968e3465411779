package io.darkroom.worker;

import io.darkroom.job.Announcer;
import io.darkroom.job.DeadLetter;
import io.darkroom.job.ProgressEvent;
import io.darkroom.job.Source;
import io.darkroom.job.StartedEvent;
import io.darkroom.job.TerminalEvent;
import io.darkroom.job.TraceContext;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Takes what is sent; acknowledges at once, unless it is worked by hand. */
final class HandAnnouncer implements Announcer {
    /** What was sent and waits for its acknowledgement. */
    record Sent<T>(T what, CompletableFuture<Void> acknowledged) {}

    final BlockingQueue<Sent<TerminalEvent>> events = new LinkedBlockingQueue<>();
    final BlockingQueue<Sent<DeadLetter>> letters = new LinkedBlockingQueue<>();
    final List<StartedEvent> started = new CopyOnWriteArrayList<>();
    final List<ProgressEvent> progress = new CopyOnWriteArrayList<>();
    final List<TraceContext> traces = new CopyOnWriteArrayList<>();
    volatile boolean byHand;

    @Override
    public CompletionStage<?> announce(TerminalEvent event, TraceContext trace, Source answers) {
        traces.add(trace);
        return send(events, event);
    }

    @Override
    public CompletionStage<?> deadLetter(DeadLetter letter) {
        return send(letters, letter);
    }

    @Override
    public void started(StartedEvent event) {
        started.add(event);
    }

    @Override
    public void progress(ProgressEvent event) {
        progress.add(event);
    }

    static <T> Sent<T> next(BlockingQueue<Sent<T>> queue) throws InterruptedException {
        Sent<T> next = queue.poll(20, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing was sent");
        }
        return next;
    }

    private <T> CompletionStage<?> send(BlockingQueue<Sent<T>> queue, T what) {
        Sent<T> sent = new Sent<>(what, new CompletableFuture<>());
        if (!byHand) {
            sent.acknowledged().complete(null);
        }
        queue.add(sent);
        return sent.acknowledged();
    }
}
