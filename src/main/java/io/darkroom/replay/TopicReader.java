package io.darkroom.replay;

import io.darkroom.job.Source;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Reads topics as they stand now, without a group. For one thread.
 *
 * <p>Each call throws a {@link org.apache.kafka.common.KafkaException} where a topic may not be read, and a
 * {@link TimeoutException} where the broker is silent for too long.
 */
final class TopicReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Map<String, List<TopicPartition>> topics = new HashMap<>();
    private final Consumer<byte[], byte[]> consumer;
    private final Duration patience;

    TopicReader(Consumer<byte[], byte[]> consumer) {
        this(consumer, PATIENCE);
    }

    /** @param patience how long the broker may be silent */
    TopicReader(Consumer<byte[], byte[]> consumer, Duration patience) {
        this.consumer = consumer;
        this.patience = patience;
    }

    /**
     * Every record of a topic, from its beginning to where it ends now; each partition's in order.
     *
     * @throws UnknownTopicOrPartitionException where there is no such topic
     */
    void read(String topic, java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each) {
        List<TopicPartition> partitions = require(topic);
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, patience);
        Waiting waiting = new Waiting(topic);
        while (ends.entrySet().stream().anyMatch(end -> position(end.getKey()) < end.getValue())) {
            waiting.poll().forEach(each);
        }
    }

    /** The record at a place; empty where it is not there any more, or the whole topic is not. */
    Optional<ConsumerRecord<byte[], byte[]>> at(Source source) {
        TopicPartition partition = new TopicPartition(source.topic(), source.partition());
        if (!partitions(source.topic()).contains(partition)) {
            return Optional.empty();
        }
        List<TopicPartition> only = List.of(partition);
        consumer.assign(only);
        long begin = consumer.beginningOffsets(only, patience).getOrDefault(partition, 0L);
        long end = consumer.endOffsets(only, patience).getOrDefault(partition, 0L);
        if (source.offset() < begin || source.offset() >= end) {
            return Optional.empty();
        }
        consumer.seek(partition, source.offset());
        Waiting waiting = new Waiting(source.topic());
        while (position(partition) <= source.offset()) {
            for (ConsumerRecord<byte[], byte[]> record : waiting.poll()) {
                return record.offset() == source.offset() ? Optional.of(record) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** @throws UnknownTopicOrPartitionException where there is no such topic */
    List<TopicPartition> require(String topic) {
        List<TopicPartition> partitions = partitions(topic);
        if (partitions.isEmpty()) {
            throw new UnknownTopicOrPartitionException("there is no topic " + topic);
        }
        return partitions;
    }

    /** A topic's partitions, asked for once; none where there is no such topic. */
    private List<TopicPartition> partitions(String topic) {
        return topics.computeIfAbsent(topic, name -> consumer.partitionsFor(name, patience).stream()
                .map(p -> new TopicPartition(p.topic(), p.partition()))
                .toList());
    }

    private long position(TopicPartition partition) {
        return consumer.position(partition, patience);
    }

    /** Waits for records of a topic, until none have come for too long. */
    private final class Waiting {
        private final String topic;
        private long since = System.nanoTime();

        Waiting(String topic) {
            this.topic = topic;
        }

        ConsumerRecords<byte[], byte[]> poll() {
            ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
            long now = System.nanoTime();
            if (!polled.isEmpty()) {
                since = now;
            } else if (now - since > patience.toNanos()) {
                throw new TimeoutException("nothing has come from " + topic + " for " + patience.toSeconds() + " s");
            }
            return polled;
        }
    }

    static StoredRequest request(ConsumerRecord<byte[], byte[]> record) {
        return new StoredRequest(
                record.key(), record.value(), Arrays.asList(record.headers().toArray()));
    }

    @Override
    public void close() {
        consumer.close();
    }
}
