package io.darkroom.kafka;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.Announcer;
import io.darkroom.job.Bytes;
import io.darkroom.job.DeadLetter;
import io.darkroom.job.EventType;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.JobKey;
import io.darkroom.job.ProgressEvent;
import io.darkroom.job.Source;
import io.darkroom.job.StartedEvent;
import io.darkroom.job.TerminalEvent;
import io.darkroom.job.TraceContext;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Sends events as CloudEvents 1.0 in Kafka's binary mode, and dead letters. */
@ApplicationScoped
class EventPublisher implements Announcer {
    private static final Logger LOG = Logger.getLogger(EventPublisher.class);
    private static final int JOB_RATE = 4;
    private static final int WORKER_RATE = 200;

    private final MutinyEmitter<byte[]> completions;
    private final MutinyEmitter<byte[]> dead;
    private final MutinyEmitter<byte[]> progress;
    private final @Nullable EventTransactions transactions;
    private final String completionsTopic;
    private final ProgressRate rate = new ProgressRate(JOB_RATE, WORKER_RATE);

    EventPublisher(
            @Channel("completions") @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER) MutinyEmitter<byte[]> completions,
            @Channel("dead") @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER) MutinyEmitter<byte[]> dead,
            @Channel("progress") @OnOverflow(OnOverflow.Strategy.DROP) MutinyEmitter<byte[]> progress,
            Instance<EventTransactions> transactions,
            DarkroomConfig config) {
        this.completions = completions;
        this.dead = dead;
        this.progress = progress;
        this.transactions = config.events().exactlyOnce() ? transactions.get() : null;
        this.completionsTopic = config.topics().completions();
    }

    @Override
    public CompletionStage<?> announce(TerminalEvent event, TraceContext trace, Source answers) {
        Headers headers = headers(event.key(), event.key().eventId(), event.type(), trace);
        String key = event.key().id();
        byte[] data = event.data().array();
        return transactions == null
                ? completions.sendMessage(record(key, data, headers)).subscribeAsCompletionStage()
                : transactions.announce(new ProducerRecord<>(completionsTopic, null, key, data, headers), answers);
    }

    @Override
    public CompletionStage<?> deadLetter(DeadLetter letter) {
        return send(letter)
                .onFailure(fault -> letter.value() != null && isTooLarge(fault))
                .recoverWithUni(() -> {
                    LOG.warnf(
                            "The dead-letter topic does not take a request (max.message.bytes): it stays where it is");
                    return send(letter.withoutValue());
                })
                .subscribeAsCompletionStage();
    }

    private Uni<Void> send(DeadLetter letter) {
        Headers headers = new RecordHeaders();
        addAll(headers, letter.headers());
        return dead.sendMessage(record(array(letter.key()), array(letter.value()), headers));
    }

    private static boolean isTooLarge(Throwable fault) {
        return fault instanceof RecordTooLargeException || fault.getCause() instanceof RecordTooLargeException;
    }

    @Override
    public void started(StartedEvent event) {
        if (rate.allows(event.key().name(), ProgressRate.Kind.STARTED, System.nanoTime())) {
            bestEffort(event.key(), EventType.STARTED, event.data(), event.trace());
        }
    }

    @Override
    public void progress(ProgressEvent event) {
        if (rate.allows(event.key().name(), kind(event), System.nanoTime())) {
            bestEffort(event.key(), EventType.PROGRESS, event.data(), event.trace());
        }
    }

    private static ProgressRate.Kind kind(ProgressEvent event) {
        if (event.step().preview() != null) {
            return ProgressRate.Kind.PREVIEW;
        }
        return event.previews() ? ProgressRate.Kind.STEP_BETWEEN_PREVIEWS : ProgressRate.Kind.STEP;
    }

    private void bestEffort(JobKey job, EventType type, Bytes data, TraceContext trace) {
        try {
            Headers headers = headers(job, UUID.randomUUID().toString(), type, trace);
            progress.sendMessage(record(job.id(), data.array(), headers))
                    .subscribe()
                    .with(sent -> {}, lost -> {});
        } catch (IllegalStateException e) {
            LOG.trace("the channel is closed", e);
        }
    }

    private static Headers headers(JobKey job, String id, EventType type, TraceContext trace) {
        Headers headers = new RecordHeaders();
        add(headers, "ce_specversion", "1.0");
        add(headers, "ce_id", id);
        add(headers, "ce_source", "/darkroom");
        add(headers, "ce_type", type.ceType());
        add(headers, "ce_subject", job.id());
        add(headers, "ce_time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
        add(headers, "content-type", "application/json");
        addAll(headers, trace.headers());
        return headers;
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private static void addAll(Headers headers, List<IncomingRecord.Header> more) {
        more.forEach(header -> headers.add(header.name(), array(header.value())));
    }

    private static <K> Message<byte[]> record(@Nullable K key, byte @Nullable [] value, Headers headers) {
        return Message.of(value)
                .addMetadata(OutgoingKafkaRecordMetadata.<K>builder()
                        .withKey(key)
                        .withHeaders(headers)
                        .build());
    }

    private static byte @Nullable [] array(@Nullable Bytes bytes) {
        return bytes == null ? null : bytes.array();
    }
}
