package io.darkroom.kafka;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The last record that the consumer was given of each partition: between that and its position there are none, but
 * transaction markers and the like. Made by Kafka, by this class's name; what it knows is with the {@link Last} that the
 * consumer's settings hold.
 */
public final class PolledRecords implements ConsumerInterceptor<Object, Object> {
    /** The setting that holds the {@link Last}. */
    static final String SETTING = "darkroom.polled";

    /** Offsets by partition; for any thread. */
    static final class Last {
        private final Map<TopicPartition, Long> offsets = new ConcurrentHashMap<>();
        private final Set<TopicPartition> leftOut = ConcurrentHashMap.newKeySet();

        /** The last one's offset; -1 where there was none. */
        long of(TopicPartition partition) {
            return offsets.getOrDefault(partition, -1L);
        }

        void given(TopicPartition partition, long offset) {
            offsets.put(partition, offset);
        }

        /** The consumer begins anew with these. */
        void forget(Collection<TopicPartition> partitions) {
            offsets.keySet().removeAll(partitions);
            leftOut.removeAll(partitions);
        }

        /** Nothing of these is given to the application until they are begun anew, at another position. */
        void leaveOut(Collection<TopicPartition> partitions) {
            leftOut.addAll(partitions);
        }
    }

    private Last last = new Last();

    @Override
    public void configure(Map<String, ?> settings) {
        if (settings.get(SETTING) instanceof Last given) {
            last = given;
        }
    }

    @Override
    public ConsumerRecords<Object, Object> onConsume(ConsumerRecords<Object, Object> records) {
        Map<TopicPartition, List<ConsumerRecord<Object, Object>>> given = new HashMap<>();
        for (TopicPartition partition : records.partitions()) {
            if (!last.leftOut.contains(partition)) {
                var polled = records.records(partition);
                last.given(partition, polled.get(polled.size() - 1).offset());
                given.put(partition, polled);
            }
        }
        return given.size() == records.partitions().size()
                ? records
                : new ConsumerRecords<>(given, records.nextOffsets());
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

    @Override
    public void close() {}
}
