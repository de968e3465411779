package io.darkroom.worker;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.job.Announcer;
import io.darkroom.job.DeadLetter;
import io.darkroom.job.ProgressEvent;
import io.darkroom.job.StartedEvent;
import io.darkroom.job.TerminalEvent;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Around the announcer: one log line and the figures for each job whose terminal event is acknowledged. A job that is
 * announced again counts again: the counter counts announcements by this worker.
 */
final class JobJournal implements Announcer {
    private static final Logger LOG = Logger.getLogger(JobJournal.class);

    private final Announcer next;
    private final MeterRegistry meters;
    private final TerminalBar bar;

    JobJournal(Announcer next, MeterRegistry meters, TerminalBar bar) {
        this.next = next;
        this.meters = meters;
        this.bar = bar;
    }

    @Override
    public CompletionStage<?> announce(TerminalEvent event) {
        return next.announce(event).thenAccept(acknowledged -> {
            JsonNode json = event.json();
            String code = json.path("error").path("code").asText("");
            meters.counter("darkroom.jobs", "outcome", event.type().status(), "code", code)
                    .increment();
            json.path("timings_ms").fields().forEachRemaining(phase -> meters.timer(
                            "darkroom.job.phase", "phase", phase.getKey())
                    .record(phase.getValue().asLong(), TimeUnit.MILLISECONDS));
            bar.clear();
            LOG.info(line(event, json));
        });
    }

    private static String line(TerminalEvent event, JsonNode json) {
        String job = event.key().name();
        return switch (event.type()) {
            case COMPLETED -> String.format(
                    "%s completed in %d ms (device %.0f ms): %s",
                    job,
                    json.path("timings_ms").path("total").asLong(),
                    json.path("device_ms").asDouble(),
                    places(json));
            case FAILED -> String.format(
                    "%s failed, %s: %s",
                    job,
                    json.path("error").path("code").asText(),
                    json.path("error").path("message").asText());
            case CANCELED -> String.format(
                    "%s canceled: %s", job, json.path("reason").asText());
            case STARTED, PROGRESS -> throw new IllegalArgumentException("no terminal event: " + event.type());
        };
    }

    private static String places(JsonNode json) {
        JsonNode outputs = json.path("outputs");
        JsonNode first = outputs.path(0);
        String place = "s3://" + first.path("bucket").asText() + "/"
                + first.path("key").asText();
        return outputs.size() == 1 ? place : place + " and " + (outputs.size() - 1) + " more";
    }

    @Override
    public CompletionStage<?> deadLetter(DeadLetter letter) {
        return next.deadLetter(letter).thenAccept(acknowledged -> meters.counter("darkroom.dead.letters")
                .increment());
    }

    @Override
    public void started(StartedEvent event) {
        bar.draw(event.key().id(), 0, event.steps(), -1);
        next.started(event);
    }

    @Override
    public void progress(ProgressEvent event) {
        meters.counter("darkroom.job.steps").increment();
        bar.draw(
                event.key().id(),
                event.step().step(),
                event.step().steps(),
                event.step().etaMs());
        next.progress(event);
    }
}
