package io.darkroom.kafka;

import io.darkroom.job.Bytes;
import io.darkroom.job.Cancellation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The cancellations' topic, read whole: up to the end that it had when reading began, and again up to its end whenever a
 * connection was lost, for who knows what was written meanwhile. Of one thread, {@link #caughtUp} excepted.
 */
final class CancellationTopic {
    private final Consumer<byte[], byte[]> reader;
    private final String topic;
    private final java.util.function.Consumer<Cancellation> told;
    private volatile CompletableFuture<@Nullable Void> caughtUp = new CompletableFuture<>();
    /** Up to where is to be read before {@link #caughtUp}; null where that is not known yet. */
    private @Nullable Map<TopicPartition, Long> ends;

    private double lost;

    /** @param told is given each cancellation, in order */
    CancellationTopic(Consumer<byte[], byte[]> reader, String topic, java.util.function.Consumer<Cancellation> told) {
        this.reader = reader;
        this.topic = topic;
        this.told = told;
    }

    /** Completes when what stood in the topic is read; another one after a connection was lost. */
    CompletionStage<@Nullable Void> caughtUp() {
        return caughtUp;
    }

    /** From the beginning of all its partitions. */
    void assign() {
        List<TopicPartition> partitions = reader.partitionsFor(topic).stream()
                .map(p -> new TopicPartition(p.topic(), p.partition()))
                .toList();
        reader.assign(partitions);
        reader.seekToBeginning(partitions);
    }

    /** Reads what is there, or waits for it so long. */
    void poll(Duration patience) {
        for (ConsumerRecord<byte[], byte[]> record : reader.poll(patience)) {
            Cancellation read = Cancellation.read(bytes(record.key()), bytes(record.value()), record.timestamp());
            if (read != null) {
                told.accept(read);
            }
        }
        double before = lost;
        lost = connectionsLost();
        if (lost > before) {
            ends = null;
            if (caughtUp.isDone()) {
                caughtUp = new CompletableFuture<>();
            }
        }
        if (!caughtUp.isDone()) {
            Map<TopicPartition, Long> known = ends == null ? reader.endOffsets(reader.assignment()) : ends;
            ends = known;
            if (known.entrySet().stream().allMatch(e -> reader.position(e.getKey()) >= e.getValue())) {
                caughtUp.complete(null);
            }
        }
    }

    /** How many of the client's connections have ended so far; it opens new ones by itself, and says nothing of it. */
    private double connectionsLost() {
        return reader.metrics().entrySet().stream()
                .filter(e -> e.getKey().name().equals("connection-close-total"))
                .map(Map.Entry::getValue)
                .map(Metric::metricValue)
                .mapToDouble(value -> value instanceof Number n ? n.doubleValue() : 0)
                .sum();
    }

    private static @Nullable Bytes bytes(byte @Nullable [] array) {
        return array == null ? null : Bytes.of(array);
    }
}
