package io.darkroom.kafka;

import io.darkroom.job.Bytes;
import io.darkroom.job.Cancellation;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
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
    private final java.util.function.Consumer<Boolean> behind;
    private volatile CompletableFuture<@Nullable Void> caughtUp = new CompletableFuture<>();
    /** Up to where is to be read before {@link #caughtUp}; null where that is not known yet. */
    private @Nullable Map<TopicPartition, Long> ends;

    private double lost;

    /**
     * @param told is given each cancellation, in order
     * @param behind is told whether there may be some that are not read yet
     */
    CancellationTopic(
            Consumer<byte[], byte[]> reader,
            String topic,
            java.util.function.Consumer<Cancellation> told,
            java.util.function.Consumer<Boolean> behind) {
        this.reader = reader;
        this.topic = topic;
        this.told = told;
        this.behind = behind;
    }

    /** Completes when what stood in the topic is read; another one after a connection was lost. */
    CompletionStage<@Nullable Void> caughtUp() {
        return caughtUp;
    }

    /**
     * From the beginning of all its partitions.
     *
     * @throws KafkaException where the broker tells of none
     */
    void assign() {
        if (!assignNew()) {
            throw new KafkaException("the broker tells of no partitions of " + topic + " yet");
        }
    }

    /** Begins with the partitions that are not read yet; false where there are none. */
    private boolean assignNew() {
        Set<TopicPartition> all = new HashSet<>(reader.assignment());
        List<TopicPartition> found = reader.partitionsFor(topic).stream()
                .map(p -> new TopicPartition(p.topic(), p.partition()))
                .filter(all::add)
                .toList();
        if (!found.isEmpty()) {
            reader.assign(all);
            reader.seekToBeginning(found);
        }
        return !found.isEmpty();
    }

    /** Reads what is there, or waits for it so long. */
    void poll(Duration patience) {
        // From what the client knows already, of which it asks every few minutes.
        if (assignNew()) {
            fallBehind();
        }
        for (ConsumerRecord<byte[], byte[]> record : reader.poll(patience)) {
            Cancellation read = Cancellation.read(bytes(record.key()), bytes(record.value()), record.timestamp());
            if (read != null) {
                told.accept(read);
            }
        }
        double before = lost;
        lost = connectionsLost();
        if (lost > before) {
            fallBehind();
        }
        if (!caughtUp.isDone()) {
            Map<TopicPartition, Long> known = ends == null ? reader.endOffsets(reader.assignment()) : ends;
            ends = known;
            if (known.entrySet().stream().allMatch(e -> reader.position(e.getKey()) >= e.getValue())) {
                behind.accept(false);
                caughtUp.complete(null);
            }
        }
    }

    private void fallBehind() {
        ends = null;
        if (caughtUp.isDone()) {
            behind.accept(true);
            caughtUp = new CompletableFuture<>();
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
