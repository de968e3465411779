package io.darkroom.worker;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.job.Assignment;
import io.darkroom.job.Quote;
import io.darkroom.job.TerminalEvent;
import io.darkroom.telemetry.JobFigures;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * One log line and the figures for each job that has ended here. Prompts are not logged, and what a request is refused for
 * may be one in the wrong place: the line names the fields alone, and only at DEBUG there is another with the message.
 */
final class JobJournal implements DeliveryObserver {
    private static final Logger LOG = Logger.getLogger("io.darkroom.jobs");

    private static final String JOB = "job";
    private static final int MOST_FIELDS = 5;

    /** What a field's path looks like; any other is a name that somebody made up. */
    private static final Pattern FIELD = Pattern.compile("\\(request\\)|[A-Za-z0-9_.\\[\\]-]+");

    private final JobFigures figures;
    private final TerminalBar bar;

    JobJournal(JobFigures figures, TerminalBar bar) {
        this.figures = figures;
        this.bar = bar;
    }

    @Override
    public void taken(Assignment assignment) {
        figures.taken(assignment);
    }

    @Override
    public void started(Assignment assignment, String model) {
        figures.started(assignment, model);
    }

    @Override
    public void stepped(Assignment assignment) {
        figures.stepped();
    }

    @Override
    public void settled(Assignment assignment, @Nullable TerminalEvent event, double deviceMs) {
        bar.clear();
        figures.settled(assignment, event, deviceMs);
        if (event == null) {
            log(assignment, Logger.Level.WARN, name(assignment) + " put aside on the dead-letter topic");
        } else {
            log(assignment, Logger.Level.INFO, line(event, event.json()));
            if (!event.failureMessage().isEmpty()) {
                log(assignment, Logger.Level.DEBUG, name(assignment) + ": " + event.failureMessage());
            }
        }
    }

    @Override
    public void released(Assignment assignment, double deviceMs) {
        bar.clear();
        figures.released(assignment, deviceMs);
        log(assignment, Logger.Level.INFO, name(assignment) + " left for the next worker");
    }

    @Override
    public void faulted(Assignment assignment, String action, String reason) {
        figures.faulted(action);
        LOG.debugf("%s: %s will be tried again: %s", name(assignment), action, Quote.logged(reason));
    }

    private static String name(Assignment assignment) {
        return assignment.request().key().name();
    }

    /** With the job as a field of its own, for logs that are searched. Text of others in it begins no line of its own. */
    private static void log(Assignment assignment, Logger.Level level, String line) {
        MDC.put(JOB, name(assignment));
        LOG.log(level, Quote.logged(line));
        MDC.remove(JOB);
    }

    private static String line(TerminalEvent event, JsonNode json) {
        String job = event.key().name();
        return switch (event.type()) {
            case COMPLETED -> job + " completed in "
                    + json.path("timings_ms").path("total").asLong() + " ms (device "
                    + Math.round(json.path("device_ms").asDouble()) + " ms): " + places(json);
            case FAILED -> job + " failed, " + text(json.path("error").path("code")) + ": " + why(json.path("error"));
            case CANCELED -> job + " canceled: " + text(json.path("reason"));
            case STARTED, PROGRESS -> throw new IllegalArgumentException("no terminal event: " + event.type());
        };
    }

    /** What is wrong with a request quotes it, and is not told here; what is wrong with a device or a store is. */
    private static String why(JsonNode error) {
        JsonNode problems = error.path("problems");
        return problems.isEmpty() ? text(error.path("message")) : fields(problems);
    }

    private static String fields(JsonNode problems) {
        Set<String> fields = new LinkedHashSet<>();
        problems.forEach(problem -> fields.add(field(text(problem.path("field")))));
        String some = fields.stream().limit(MOST_FIELDS).collect(Collectors.joining(", "));
        int more = fields.size() - MOST_FIELDS;
        return more > 0 ? some + " and " + more + " more" : some;
    }

    private static String field(String path) {
        return FIELD.matcher(path).matches() ? path : "(another name)";
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
