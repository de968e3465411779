package io.darkroom.worker;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.job.Assignment;
import io.darkroom.job.TerminalEvent;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One log line and the figures for each job that has ended here. Prompts are not logged. */
final class JobJournal implements DeliveryObserver {
    private static final Logger LOG = Logger.getLogger("io.darkroom.jobs");

    private final MeterRegistry meters;
    private final TerminalBar bar;

    JobJournal(MeterRegistry meters, TerminalBar bar) {
        this.meters = meters;
        this.bar = bar;
    }

    @Override
    public void settled(Assignment assignment, @Nullable TerminalEvent event) {
        bar.clear();
        if (event == null) {
            meters.counter("darkroom.jobs", "outcome", "dead_letter", "code", "")
                    .increment();
            LOG.warnf(
                    "%s put aside on the dead-letter topic",
                    assignment.request().key().name());
            return;
        }
        JsonNode json = event.json();
        meters.counter(
                        "darkroom.jobs",
                        "outcome",
                        event.type().status(),
                        "code",
                        text(json.path("error").path("code")))
                .increment();
        json.path("timings_ms").properties().forEach(phase -> meters.timer(
                        "darkroom.job.phase", "phase", phase.getKey())
                .record(phase.getValue().asLong(), TimeUnit.MILLISECONDS));
        LOG.info(line(event, json));
    }

    @Override
    public void released(Assignment assignment) {
        bar.clear();
        meters.counter("darkroom.jobs.released").increment();
        LOG.infof("%s left for the next worker", assignment.request().key().name());
    }

    @Override
    public void faulted(Assignment assignment, String action, String reason) {
        meters.counter("darkroom.surroundings.faults", "action", action).increment();
        LOG.debugf("%s: %s will be tried again: %s", assignment.request().key().name(), action, reason);
    }

    private static String line(TerminalEvent event, JsonNode json) {
        String job = event.key().name();
        return switch (event.type()) {
            case COMPLETED -> String.format(
                    Locale.ROOT,
                    "%s completed in %d ms (device %.0f ms): %s",
                    job,
                    json.path("timings_ms").path("total").asLong(),
                    json.path("device_ms").asDouble(),
                    places(json));
            case FAILED -> job + " failed, " + text(json.path("error").path("code")) + ": "
                    + text(json.path("error").path("message"));
            case CANCELED -> job + " canceled: " + text(json.path("reason"));
            case STARTED, PROGRESS -> throw new IllegalArgumentException("no terminal event: " + event.type());
        };
    }

    private static String places(JsonNode json) {
        JsonNode outputs = json.path("outputs");
        JsonNode first = outputs.path(0);
        String place = "s3://" + text(first.path("bucket")) + "/" + text(first.path("key"));
        return outputs.size() == 1 ? place : place + " and " + (outputs.size() - 1) + " more";
    }

    private static String text(JsonNode node) {
        return node.asText("");
    }
}
