package io.darkroom.worker;

import io.darkroom.job.Announcer;
import io.darkroom.job.DeadLetter;
import io.darkroom.job.ProgressEvent;
import io.darkroom.job.Source;
import io.darkroom.job.StartedEvent;
import io.darkroom.job.TerminalEvent;
import io.darkroom.job.TraceContext;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.CompletionStage;

/** Around the announcer: counts steps, and shows progress to somebody who watches. */
final class WatchedAnnouncer implements Announcer {
    private final Announcer next;
    private final TerminalBar bar;
    private final Counter steps;

    WatchedAnnouncer(Announcer next, TerminalBar bar, MeterRegistry meters) {
        this.next = next;
        this.bar = bar;
        this.steps = meters.counter("darkroom.job.steps");
    }

    @Override
    public CompletionStage<?> announce(TerminalEvent event, TraceContext trace, Source answers) {
        return next.announce(event, trace, answers);
    }

    @Override
    public CompletionStage<?> deadLetter(DeadLetter letter) {
        return next.deadLetter(letter);
    }

    @Override
    public void started(StartedEvent event) {
        bar.draw(event.key().id(), 0, event.steps(), -1);
        next.started(event);
    }

    @Override
    public void progress(ProgressEvent event) {
        steps.increment();
        bar.draw(
                event.key().id(),
                event.step().step(),
                event.step().steps(),
                event.step().etaMs());
        next.progress(event);
    }
}
