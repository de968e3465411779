package io.darkroom.kafka;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.worker.DeliveryLoop;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/** Gives partitions back: waiting jobs are dropped at once, running ones may finish for a while. */
@ApplicationScoped
class PartitionHandover {
    private static final Logger LOG = Logger.getLogger(PartitionHandover.class);

    private final DeliveryLoop deliveries;
    private final Duration patience;
    private final Set<TopicPartition> owned = ConcurrentHashMap.newKeySet();

    @Inject
    PartitionHandover(DeliveryLoop deliveries, DarkroomConfig config) {
        this(deliveries, config.handover());
    }

    PartitionHandover(DeliveryLoop deliveries, Duration patience) {
        this.deliveries = deliveries;
        this.patience = patience;
    }

    void assigned(Collection<TopicPartition> partitions) {
        owned.addAll(partitions);
        if (!partitions.isEmpty()) {
            LOG.debugf("Partitions assigned: %s", partitions);
        }
    }

    /** Whether records of this partition are this worker's to take. */
    boolean owns(String topic, int partition) {
        return owned.contains(new TopicPartition(topic, partition));
    }

    /** These are another worker's already: their jobs stop, and nothing more is written about them. Does not block. */
    void lose(Collection<TopicPartition> partitions) {
        owned.removeAll(partitions);
        LOG.warnf("Partitions lost to another worker: %s", partitions);
        deliveries.lose(source -> partitions.contains(new TopicPartition(source.topic(), source.partition())));
    }

    /** Blocks until no job of these partitions runs here, or the patience ends and they are stopped. */
    void release(Collection<TopicPartition> partitions) {
        owned.removeAll(partitions);
        LOG.debugf("Partitions asked back: %s", partitions);
        deliveries
                .handOver(
                        source -> partitions.contains(new TopicPartition(source.topic(), source.partition())), patience)
                .toCompletableFuture()
                .join();
    }
}
