package io.darkroom.kafka;

import io.darkroom.job.Offsets.Receipt;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;

/** Records on their way that an earlier owner has begun or settled. */
@ApplicationScoped
class LeftBehind {
    private record At(TopicPartition partition, long offset) {}

    private final Map<At, Receipt> records = new ConcurrentHashMap<>();

    void add(TopicPartition partition, long offset, Receipt receipt) {
        if (receipt != Receipt.NEW) {
            records.put(new At(partition, offset), receipt);
        }
    }

    /** How a record was left; asked once for each. */
    Receipt remove(TopicPartition partition, long offset) {
        Receipt receipt = records.remove(new At(partition, offset));
        return receipt == null ? Receipt.NEW : receipt;
    }

    /** These partitions are another worker's: what was fetched of them is dropped elsewhere. */
    void forget(Collection<TopicPartition> partitions) {
        records.keySet().removeIf(at -> partitions.contains(at.partition()));
    }
}
