package io.darkroom.kafka;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.TraceContext;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/** Produces requests and cancellations as any other client does: for the HTTP API and first light. */
@ApplicationScoped
public class RequestProducer {
    private final MutinyEmitter<byte[]> emitter;
    private final DarkroomConfig.Topics topics;

    RequestProducer(
            @Channel("submit") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = 1024)
                    MutinyEmitter<byte[]> emitter,
            DarkroomConfig config) {
        this.emitter = emitter;
        this.topics = config.topics();
    }

    /** Puts a request at the end of the first request topic; done when the broker has it. */
    public Uni<Void> request(String id, byte[] json, TraceContext trace) {
        return send(topics.requests().get(0), id, json, trace);
    }

    /**
     * Cancels a job, or with a key {@code group:<name>} a group; done when the broker has it.
     *
     * @param json {@code {"reason": "…"}} or {@code {}}
     */
    public Uni<Void> cancellation(String key, byte[] json) {
        return send(topics.cancellations(), key, json, TraceContext.NONE);
    }

    private Uni<Void> send(String topic, String key, byte[] value, TraceContext trace) {
        Headers headers = new RecordHeaders();
        trace.headers()
                .forEach(h ->
                        headers.add(h.name(), Objects.requireNonNull(h.value()).array()));
        return emitter.sendMessage(Message.of(value)
                .addMetadata(OutgoingKafkaRecordMetadata.<byte[]>builder()
                        .withTopic(topic)
                        .withKey(key.getBytes(StandardCharsets.UTF_8))
                        .withHeaders(headers)
                        .build()));
    }
}
