package io.darkroom.telemetry;

import io.darkroom.job.IncomingRecord;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RenderRequest;
import io.darkroom.job.Source;
import io.darkroom.job.TraceContext;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Traces by OpenTelemetry: a consumer's span for each delivery, named and described by the semantic conventions for
 * messaging, below the producer's where the request says which that is.
 */
public final class OtelTraces implements Traces {
    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
    private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("messaging.operation.type");
    private static final AttributeKey<String> TOPIC = AttributeKey.stringKey("messaging.destination.name");
    private static final AttributeKey<String> PARTITION = AttributeKey.stringKey("messaging.destination.partition.id");
    private static final AttributeKey<Long> OFFSET = AttributeKey.longKey("messaging.kafka.offset");
    private static final AttributeKey<String> JOB = AttributeKey.stringKey("darkroom.job.id");
    private static final AttributeKey<Long> GENERATION = AttributeKey.longKey("darkroom.job.generation");
    private static final AttributeKey<String> TENANT = AttributeKey.stringKey("darkroom.tenant");
    private static final AttributeKey<Long> PRIORITY = AttributeKey.longKey("darkroom.priority");

    private static final TextMapGetter<TraceContext> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(TraceContext carrier) {
            return List.of(TraceContext.PARENT, TraceContext.STATE);
        }

        @Override
        public @Nullable String get(@Nullable TraceContext carrier, String key) {
            if (carrier == null) {
                return null;
            }
            return key.equals(TraceContext.PARENT) ? carrier.parent() : carrier.state();
        }
    };

    private final Tracer tracer;

    /** With a tracer that exports somewhere. */
    public OtelTraces(Tracer tracer) {
        this.tracer = tracer;
    }

    /** From the time at which the request was sent, so that its waiting is in the trace. */
    @Override
    public JobTrace begin(ParsedRequest request, IncomingRecord record, Instant at) {
        Context parent =
                W3CTraceContextPropagator.getInstance().extract(Context.root(), TraceContext.of(record), GETTER);
        Source source = record.source();
        boolean dated = record.timestamp() >= 0 && record.timestamp() < at.toEpochMilli();
        Instant sent = dated ? Instant.ofEpochMilli(record.timestamp()) : at;
        SpanBuilder builder = tracer.spanBuilder("process " + source.topic())
                .setParent(parent)
                .setSpanKind(SpanKind.CONSUMER)
                .setStartTimestamp(sent)
                .setAttribute(SYSTEM, "kafka")
                .setAttribute(OPERATION, "process")
                .setAttribute(TOPIC, source.topic())
                .setAttribute(PARTITION, Integer.toString(source.partition()))
                .setAttribute(OFFSET, source.offset())
                .setAttribute(JOB, request.key().id())
                .setAttribute(GENERATION, (long) request.key().generation());
        if (request instanceof ParsedRequest.Valid valid) {
            RenderRequest asked = valid.request();
            builder.setAttribute(PRIORITY, (long) asked.priority());
            if (asked.tenant() != null) {
                builder.setAttribute(TENANT, asked.tenant());
            }
        }
        Span root = builder.startSpan();
        return new OtelJobTrace(tracer, root, context(root), sent);
    }

    private static TraceContext context(Span span) {
        Map<String, String> headers = new HashMap<>();
        W3CTraceContextPropagator.getInstance().inject(Context.root().with(span), headers, (carrier, name, value) -> {
            if (carrier != null) {
                carrier.put(name, value);
            }
        });
        return TraceContext.of(headers.get(TraceContext.PARENT), headers.get(TraceContext.STATE));
    }
}
