package io.darkroom.replay;

import io.darkroom.job.Source;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/** Reads topics as they stand now, without a group. For one thread. */
final class TopicReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final int PATIENCE = 60;

    private final Consumer<byte[], byte[]> consumer;

    TopicReader(Consumer<byte[], byte[]> consumer) {
        this.consumer = consumer;
    }

    /** Every record of a topic, from its beginning to where it ends now; each partition's in order. */
    void read(String topic, java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(p -> new TopicPartition(p.topic(), p.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        int idle = 0;
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
            idle = polled.isEmpty() ? idle + 1 : 0;
            if (idle > PATIENCE) {
                throw new IllegalStateException("the broker does not go on with " + topic);
            }
            polled.forEach(each);
        }
    }

    /** The record at a place; empty where it is not there any more. */
    Optional<ConsumerRecord<byte[], byte[]>> at(Source source) {
        TopicPartition partition = new TopicPartition(source.topic(), source.partition());
        List<TopicPartition> only = List.of(partition);
        consumer.assign(only);
        long begin = consumer.beginningOffsets(only).getOrDefault(partition, 0L);
        long end = consumer.endOffsets(only).getOrDefault(partition, 0L);
        if (source.offset() < begin || source.offset() >= end) {
            return Optional.empty();
        }
        consumer.seek(partition, source.offset());
        while (consumer.position(partition) <= source.offset()) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                return record.offset() == source.offset() ? Optional.of(record) : Optional.empty();
            }
        }
        return Optional.empty();
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
