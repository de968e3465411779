package io.darkroom.replay;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** Topics of one partition that stand still, as a reader sees them. */
final class StandingTopics extends MockConsumer<byte[], byte[]> {
    /** May not even be asked for. */
    final Set<String> forbidden = new HashSet<>();
    /** Are there, and nothing comes from them. */
    final Set<String> silent = new HashSet<>();

    private final Map<String, List<ConsumerRecord<byte[], byte[]>>> topics = new HashMap<>();

    StandingTopics(String... names) {
        super("earliest");
        for (String name : names) {
            topics.put(name, new ArrayList<>());
            updatePartitions(name, List.of(new PartitionInfo(name, 0, Node.noNode(), new Node[0], new Node[0])));
        }
    }

    /** Puts a record at a topic's end, and gives its offset. */
    long add(String topic, byte[] value, Header... headers) {
        List<ConsumerRecord<byte[], byte[]>> records = records(topic);
        long offset = records.size();
        records.add(new ConsumerRecord<>(
                topic,
                0,
                offset,
                0,
                TimestampType.CREATE_TIME,
                0,
                value.length,
                new byte[0],
                value,
                new RecordHeaders(headers),
                Optional.empty()));
        return offset;
    }

    private List<ConsumerRecord<byte[], byte[]>> records(String topic) {
        return Objects.requireNonNull(topics.get(topic), topic);
    }

    @Override
    public synchronized List<PartitionInfo> partitionsFor(String topic) {
        if (forbidden.contains(topic)) {
            throw new TopicAuthorizationException(Set.of(topic));
        }
        return super.partitionsFor(topic);
    }

    @Override
    public synchronized void assign(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            updateBeginningOffsets(Map.of(partition, 0L));
            updateEndOffsets(Map.of(partition, (long) records(partition.topic()).size()));
        }
        super.assign(partitions);
    }

    @Override
    public synchronized void seekToBeginning(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> seek(partition, 0));
    }

    @Override
    public synchronized void seek(TopicPartition partition, long offset) {
        super.seek(partition, offset);
        if (!silent.contains(partition.topic())) {
            records(partition.topic()).stream()
                    .filter(record -> record.offset() >= offset)
                    .forEach(this::addRecord);
        }
    }
}
