package io.darkroom.kafka;

import io.darkroom.job.Offsets;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.IncomingKafkaRecord;
import io.smallrye.reactive.messaging.kafka.KafkaConnectorIncomingConfiguration;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import io.smallrye.reactive.messaging.kafka.commit.KafkaCommitHandler;
import io.vertx.mutiny.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Commits, for each partition, the offset below which every job has ended: jobs end out of order, Kafka commits
 * prefixes. No age limit, unlike SmallRye's {@code throttled}: a job of an hour is fine.
 *
 * <p>One commit is under way at a time, and the next one follows after a pause; what ends meanwhile goes with it, so that
 * many short jobs share commits. A commit that fails is not tried again by itself: the next one covers it, and a record
 * that is delivered again meets its job record.
 */
final class PrefixCommit implements KafkaCommitHandler {
    private static final Logger LOG = Logger.getLogger(PrefixCommit.class);

    /** A commit costs the broker as much as a record; one that is late costs an announcement, and only after a crash. */
    private static final long PAUSE_MS = 50;

    private final KafkaConsumer<?, ?> consumer;
    private final PartitionHandover handover;
    private final Vertx vertx;
    private final Map<TopicPartition, Offsets> partitions = new HashMap<>();
    private boolean committing;
    private boolean closed;

    private PrefixCommit(KafkaConsumer<?, ?> consumer, PartitionHandover handover, Vertx vertx) {
        this.consumer = consumer;
        this.handover = handover;
        this.vertx = vertx;
    }

    /** Makes the handler; named by {@code mp.messaging.incoming.requests.commit-strategy=prefix}. */
    @ApplicationScoped
    @Identifier("prefix")
    static class Factory implements KafkaCommitHandler.Factory {
        private final PartitionHandover handover;

        Factory(PartitionHandover handover) {
            this.handover = handover;
        }

        @Override
        public KafkaCommitHandler create(
                KafkaConnectorIncomingConfiguration config,
                Vertx vertx,
                KafkaConsumer<?, ?> consumer,
                BiConsumer<Throwable, Boolean> reportFailure) {
            return new PrefixCommit(consumer, handover, vertx);
        }
    }

    @Override
    public synchronized <K, V> Uni<IncomingKafkaRecord<K, V>> received(IncomingKafkaRecord<K, V> record) {
        partitions.computeIfAbsent(partition(record), p -> new Offsets()).received(record.getOffset());
        return Uni.createFrom().item(record);
    }

    /** The job of this record has ended and its event is acknowledged. */
    @Override
    public synchronized <K, V> Uni<Void> handle(IncomingKafkaRecord<K, V> record) {
        Offsets offsets = partitions.get(partition(record));
        if (offsets != null) { // null: the partition is another worker's by now, which meets the job record
            offsets.settled(record.getOffset());
            commitNext();
        }
        return Uni.createFrom().voidItem();
    }

    @Override
    public void partitionsAssigned(Collection<TopicPartition> assigned) {
        handover.assigned(assigned);
    }

    /** On the polling thread, within the rebalance: what is running may finish, then the last commit is made. */
    @Override
    public void partitionsRevoked(Collection<TopicPartition> revoked) {
        if (revoked.isEmpty()) {
            return;
        }
        handover.release(revoked);
        Map<TopicPartition, OffsetAndMetadata> last;
        synchronized (this) {
            last = due();
            last.keySet().retainAll(revoked);
            partitions.keySet().removeAll(revoked);
        }
        commitNow(consumer.unwrap(), last);
    }

    /** The last commit, before the consumer leaves its group. */
    @Override
    public void terminate(boolean graceful) {
        Map<TopicPartition, OffsetAndMetadata> last;
        synchronized (this) {
            closed = true;
            committing = true;
            last = due();
        }
        if (graceful && !last.isEmpty()) {
            try {
                consumer.runOnPollingThread(c -> {
                            commitNow(c, last);
                        })
                        .await()
                        .indefinitely();
            } catch (RuntimeException e) {
                LOG.warnf("The last commit failed (%s): those jobs are announced again by the next worker.", e);
            }
        }
    }

    private static void commitNow(Consumer<?, ?> consumer, Map<TopicPartition, OffsetAndMetadata> offsets) {
        if (!offsets.isEmpty()) {
            try {
                consumer.commitSync(offsets);
            } catch (KafkaException e) {
                LOG.warnf("Commit of %s failed (%s): those jobs are announced again by the next owner.", offsets, e);
            }
        }
    }

    private void commitNext() {
        Map<TopicPartition, OffsetAndMetadata> next = due();
        if (committing || next.isEmpty()) {
            return;
        }
        committing = true;
        consumer.commitAsync(next).subscribe().with(done -> ended(next, null), fault -> ended(next, fault));
    }

    private synchronized void ended(Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable Throwable fault) {
        if (fault == null) {
            offsets.forEach((partition, offset) -> {
                Offsets tracked = partitions.get(partition);
                if (tracked != null) {
                    tracked.committed(offset.offset());
                }
            });
            vertx.setTimer(PAUSE_MS, timer -> paused());
        } else {
            committing = closed;
            LOG.warnf("Commit of %s failed: %s", offsets, fault);
        }
    }

    private synchronized void paused() {
        committing = closed;
        commitNext();
    }

    /** What has ended and is not committed. */
    private Map<TopicPartition, OffsetAndMetadata> due() {
        Map<TopicPartition, OffsetAndMetadata> due = new HashMap<>();
        partitions.forEach((partition, offsets) ->
                offsets.toCommit().ifPresent(offset -> due.put(partition, new OffsetAndMetadata(offset))));
        return due;
    }

    private static TopicPartition partition(IncomingKafkaRecord<?, ?> record) {
        return new TopicPartition(record.getTopic(), record.getPartition());
    }
}
