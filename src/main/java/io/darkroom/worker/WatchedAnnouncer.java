package io.darkroom.worker;

import io.darkroom.job.Announcer;
import io.darkroom.job.DeadLetter;
import io.darkroom.job.ProgressEvent;
import io.darkroom.job.Source;
import io.darkroom.job.StartedEvent;
import io.darkroom.job.TerminalEvent;
import io.darkroom.job.TraceContext;
import io.darkroom.telemetry.JobFigures;
import java.util.concurrent.CompletionStage;

/** Around the announcer: counts dead letters, and shows progress to somebody who watches. */
final class WatchedAnnouncer implements Announcer {
    private final Announcer next;
    private final TerminalBar bar;
    private final JobFigures figures;

    WatchedAnnouncer(Announcer next, TerminalBar bar, JobFigures figures) {
        this.next = next;
        this.bar = bar;
        this.figures = figures;
    }

    @Override
    public CompletionStage<?> announce(TerminalEvent event, TraceContext trace, Source answers) {
        return next.announce(event, trace, answers);
    }

    @Override
    public CompletionStage<?> deadLetter(DeadLetter letter) {
        return next.deadLetter(letter).thenAccept(acknowledged -> figures.putAside());
    }

    @Override
    public void started(StartedEvent event) {
        bar.draw(event.key().id(), 0, event.steps(), -1);
        next.started(event);
    }

    @Override
    public void progress(ProgressEvent event) {
        bar.draw(
                event.key().id(),
                event.step().step(),
                event.step().steps(),
                event.step().etaMs());
        next.progress(event);
    }
}
