package io.darkroom.kafka;

import io.darkroom.job.Bytes;
import io.darkroom.job.Disposition;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Offsets;
import io.darkroom.job.Source;
import io.darkroom.worker.DeliveryLoop;
import io.smallrye.reactive.messaging.kafka.IncomingKafkaRecord;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jspecify.annotations.Nullable;

/** Takes records from the request topics to the deliveries. Acknowledges those that have settled, and nacks none. */
@ApplicationScoped
class RequestIntake {
    private final DeliveryLoop deliveries;
    private final PartitionHandover partitions;
    private final LeftBehind leftBehind;
    private final RequestOffsets offsets;
    private final RequestWindow window;
    private final Topics topics;
    private final WorkerLife life;
    private final CancellationReader cancellations;
    /** Requests are read here, in their order: neither the event loop nor the delivery thread has time for a megabyte. */
    private final Executor thread = Executors.newSingleThreadExecutor(work -> {
        Thread made = new Thread(work, "intake");
        made.setDaemon(true);
        return made;
    });

    RequestIntake(
            DeliveryLoop deliveries,
            PartitionHandover partitions,
            LeftBehind leftBehind,
            RequestOffsets offsets,
            RequestWindow window,
            Topics topics,
            WorkerLife life,
            CancellationReader cancellations) {
        this.deliveries = deliveries;
        this.partitions = partitions;
        this.leftBehind = leftBehind;
        this.offsets = offsets;
        this.window = window;
        this.topics = topics;
        this.life = life;
        this.cancellations = cancellations;
    }

    /** The stage completes when the next record is welcome, not when this one's job has ended. */
    @Incoming("requests")
    @Acknowledgment(Acknowledgment.Strategy.MANUAL)
    CompletionStage<@Nullable Void> take(Message<byte[]> message) {
        return life.open()
                .thenCompose(open -> cancellations.caughtUp())
                .thenComposeAsync(read -> deliver(message), thread);
    }

    private CompletionStage<@Nullable Void> deliver(Message<byte[]> message) {
        IncomingKafkaRecord<?, ?> kafka = message.unwrap(IncomingKafkaRecord.class);
        if (!partitions.owns(kafka.getTopic(), kafka.getPartition())) {
            // Fetched before a rebalance, handed to us after it: the partition's new owner reads it too.
            return CompletableFuture.completedFuture(null);
        }
        Offsets.Receipt receipt =
                leftBehind.remove(new TopicPartition(kafka.getTopic(), kafka.getPartition()), kafka.getOffset());
        if (receipt == Offsets.Receipt.SETTLED) {
            // Of no effect but where the partition went and came back meanwhile: then it counts as open.
            message.ack();
            return CompletableFuture.completedFuture(null);
        }
        IncomingRecord record = record(kafka);
        Bytes value = record.value();
        int size = value == null ? 0 : value.size();
        CompletionStage<@Nullable Void> room = window.taken(kafka.getTopic(), size);
        deliveries
                .submit(
                        record,
                        receipt == Offsets.Receipt.BEGUN,
                        () -> offsets.begun(record.source()),
                        () -> partitions.owns(kafka.getTopic(), kafka.getPartition()))
                .thenAccept(disposition -> {
                    window.ended(kafka.getTopic(), size);
                    if (disposition == Disposition.SETTLED) {
                        message.ack();
                    }
                });
        return room;
    }

    private IncomingRecord record(IncomingKafkaRecord<?, ?> kafka) {
        List<IncomingRecord.Header> headers = new ArrayList<>();
        for (Header header : kafka.getHeaders()) {
            headers.add(new IncomingRecord.Header(header.key(), bytes(header.value())));
        }
        Bytes key = bytes(kafka.getKey());
        return new IncomingRecord(
                new Source(kafka.getTopic(), kafka.getPartition(), kafka.getOffset(), key == null ? null : key.text()),
                topics.id(kafka.getTopic()),
                kafka.getTimestamp().toEpochMilli(),
                key,
                bytes(kafka.getPayload()),
                headers);
    }

    private static @Nullable Bytes bytes(@Nullable Object array) {
        return array == null ? null : Bytes.of((byte[]) array);
    }
}
