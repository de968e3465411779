package io.darkroom.telemetry;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.job.Closing;
import io.darkroom.job.DeliveryState;
import io.darkroom.job.EventType;
import io.darkroom.job.Making;
import io.darkroom.job.Renderer;
import io.darkroom.job.TerminalEvent;
import io.darkroom.job.TraceContext;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * One delivery's spans: {@code queue}, {@code render}, {@code upload} and {@code announce}, one after the other below the
 * delivery's own. Below {@code render} stand its phases as long as the engine says that they took, in their order (of a job
 * of several pictures, whose phases take turns, the sum of each). Steps are events of {@code denoise}, or of {@code render}
 * where the job did not get to its end. No text of a request is in any of it.
 */
final class OtelJobTrace implements JobTrace {
    /** OpenTelemetry keeps 128 events a span, as shipped. */
    private static final int MOST_EVENTS = 120;

    private static final String DENOISE = "denoise";
    private static final AttributeKey<String> MODEL = AttributeKey.stringKey("darkroom.model");
    private static final AttributeKey<Long> STEPS = AttributeKey.longKey("darkroom.steps");
    private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("darkroom.attempt");
    private static final AttributeKey<Long> STEP = AttributeKey.longKey("darkroom.step");
    private static final AttributeKey<Double> DEVICE_MS = AttributeKey.doubleKey("darkroom.device_ms");
    private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("darkroom.outcome");
    private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

    /** As Quarkus names them in its logs. */
    private static final String LOGGED_TRACE = "traceId";

    private static final String LOGGED_SPAN = "spanId";

    private record Made(Renderer.Step step, Instant at) {}

    private final Tracer tracer;
    private final Span root;
    private final TraceContext context;
    private final List<Made> made = new ArrayList<>();
    private Span stage;
    private String name = "queue";
    private @Nullable Instant begun;
    private int nextStep;

    OtelJobTrace(Tracer tracer, Span root, TraceContext context, Instant sent) {
        this.tracer = tracer;
        this.root = root;
        this.context = context;
        this.stage = child(root, name, SpanKind.INTERNAL, sent);
    }

    @Override
    public TraceContext context() {
        return context;
    }

    @Override
    public void moved(DeliveryState state, Instant now) {
        if (state instanceof Making.Storing storing && name.equals("render")) {
            phases(storing.rendered().timingsMs());
        }
        if (state instanceof Making.Storing || state instanceof Making.Recording) {
            enter("upload", SpanKind.INTERNAL, now);
        } else if (state instanceof Closing.Announcing || state instanceof Closing.DeadLettering) {
            enter("announce", SpanKind.PRODUCER, now);
        } else if (state instanceof Closing.Cleaning) {
            enter("clean up", SpanKind.INTERNAL, now);
        }
    }

    @Override
    public void started(String model, int steps, int attempt, Instant now) {
        enter("render", SpanKind.INTERNAL, now);
        stage.setAttribute(MODEL, model).setAttribute(STEPS, (long) steps).setAttribute(ATTEMPT, (long) attempt);
        begun = now;
        made.clear();
        nextStep = 0;
    }

    @Override
    public void stepped(Renderer.Step step, Instant now) {
        if (step.step() >= nextStep) {
            made.add(new Made(step, now));
            nextStep = step.step() + Math.max(1, step.steps() / MOST_EVENTS);
        }
    }

    /** The phases of a rendering that came to its end, as children of its span. */
    private void phases(Map<String, Long> timingsMs) {
        Instant at = begun;
        if (at == null) {
            return;
        }
        for (Map.Entry<String, Long> phase : timingsMs.entrySet()) {
            Instant end = at.plusMillis(phase.getValue());
            Span span = child(stage, phase.getKey(), SpanKind.INTERNAL, at);
            if (phase.getKey().equals(DENOISE)) {
                addSteps(span);
            }
            span.end(end);
            at = end;
        }
    }

    private void addSteps(Span span) {
        for (Made one : made) {
            span.addEvent(
                    "step",
                    Attributes.of(
                            STEP,
                            (long) one.step().step(),
                            DEVICE_MS,
                            one.step().deviceMs()),
                    one.at());
        }
        made.clear();
    }

    private void enter(String next, SpanKind kind, Instant now) {
        if (!next.equals(name)) {
            leave(now);
            name = next;
            stage = child(root, next, kind, now);
        }
    }

    private void leave(Instant now) {
        addSteps(stage);
        stage.end(now);
    }

    @Override
    public void ended(@Nullable TerminalEvent event, Instant now) {
        leave(now);
        if (event == null) {
            root.setAttribute(OUTCOME, name.equals("announce") ? "dead_letter" : "released");
        } else {
            JsonNode data = event.json();
            root.setAttribute(OUTCOME, event.type().status())
                    .setAttribute(ATTEMPT, data.path("attempt").asLong());
            if (event.type() == EventType.COMPLETED) {
                root.setAttribute(DEVICE_MS, data.path("device_ms").asDouble());
            } else if (event.type() == EventType.FAILED) {
                // The code alone: a message may quote what was asked for.
                root.setAttribute(ERROR, data.path("error").path("code").asText())
                        .setStatus(StatusCode.ERROR);
            }
        }
        root.end(now);
    }

    @Override
    public void within(Runnable work) {
        MDC.put(LOGGED_TRACE, root.getSpanContext().getTraceId());
        MDC.put(LOGGED_SPAN, root.getSpanContext().getSpanId());
        try {
            Context.root().with(root).wrap(work).run();
        } finally {
            MDC.remove(LOGGED_TRACE);
            MDC.remove(LOGGED_SPAN);
        }
    }

    private Span child(Span parent, String of, SpanKind kind, Instant start) {
        return tracer.spanBuilder(of)
                .setParent(Context.root().with(parent))
                .setSpanKind(kind)
                .setStartTimestamp(start)
                .startSpan();
    }
}
