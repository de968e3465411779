package io.darkroom.kafka;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;

/** Records on their way that an earlier owner has settled: they are not delivered. */
@ApplicationScoped
class SettledBefore {
    private record At(TopicPartition partition, long offset) {}

    private final Set<At> records = ConcurrentHashMap.newKeySet();

    void add(TopicPartition partition, long offset) {
        records.add(new At(partition, offset));
    }

    /** Whether this record need not be delivered; asked once for each. */
    boolean remove(TopicPartition partition, long offset) {
        return records.remove(new At(partition, offset));
    }

    /** These partitions are another worker's: what was fetched of them is dropped elsewhere. */
    void forget(Collection<TopicPartition> partitions) {
        records.removeIf(at -> partitions.contains(at.partition()));
    }
}
