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
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Commits, for each partition, the offset below which every job has ended, and beside it the ended ones above
 * ({@link CommitMetadata}): jobs end out of order, Kafka commits prefixes. No age limit, unlike SmallRye's {@code throttled}: a job of an hour is fine.
 *
 * <p>One commit is under way at a time; what ends meanwhile goes with the next, so that many short jobs share commits. One
 * that fails is tried again a little later: without it an idle worker would seem to lag behind for ever. What is to be
 * committed is looked up on the polling thread, so that nothing is committed of a partition that was given back.
 */
final class PrefixCommit implements KafkaCommitHandler {
    private static final Logger LOG = Logger.getLogger(PrefixCommit.class);
    private static final long AGAIN_MS = 1000;
    private static final Duration LAST_COMMIT = Duration.ofSeconds(10);

    private final KafkaConsumer<?, ?> consumer;
    private final PartitionHandover handover;
    private final SettledBefore settledBefore;
    private final UnaryOperator<String> topicIds;
    private final java.util.function.Consumer<Runnable> later;
    private final Map<TopicPartition, Offsets> partitions = new HashMap<>();
    private boolean committing;

    /**
     * @param topicIds tells a topic's id
     * @param later does something after a while
     */
    PrefixCommit(
            KafkaConsumer<?, ?> consumer,
            PartitionHandover handover,
            SettledBefore settledBefore,
            UnaryOperator<String> topicIds,
            java.util.function.Consumer<Runnable> later) {
        this.consumer = consumer;
        this.handover = handover;
        this.settledBefore = settledBefore;
        this.topicIds = topicIds;
        this.later = later;
    }

    /** Makes the handler; named by {@code mp.messaging.incoming.requests.commit-strategy=prefix}. */
    @ApplicationScoped
    @Identifier("prefix")
    static class Factory implements KafkaCommitHandler.Factory {
        private final PartitionHandover handover;
        private final SettledBefore settledBefore;
        private final Topics topics;

        Factory(PartitionHandover handover, SettledBefore settledBefore, Topics topics) {
            this.handover = handover;
            this.settledBefore = settledBefore;
            this.topics = topics;
        }

        @Override
        public KafkaCommitHandler create(
                KafkaConnectorIncomingConfiguration config,
                Vertx vertx,
                KafkaConsumer<?, ?> consumer,
                BiConsumer<Throwable, Boolean> reportFailure) {
            return new PrefixCommit(
                    consumer,
                    handover,
                    settledBefore,
                    topics::id,
                    work -> vertx.setTimer(AGAIN_MS, timer -> work.run()));
        }
    }

    @Override
    public synchronized <K, V> Uni<IncomingKafkaRecord<K, V>> received(IncomingKafkaRecord<K, V> record) {
        TopicPartition partition = partition(record);
        try {
            if (!partitions.computeIfAbsent(partition, p -> new Offsets()).received(record.getOffset())) {
                settledBefore.add(partition, record.getOffset());
                commitNext();
            }
        } catch (IllegalArgumentException e) {
            LOG.warnf("%s goes on at an earlier offset, %d: was the topic made anew?", partition, record.getOffset());
            Offsets anew = new Offsets();
            anew.received(record.getOffset());
            partitions.put(partition, anew);
        }
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

    /** On the polling thread, before anything of these partitions is fetched. */
    @Override
    public void partitionsAssigned(Collection<TopicPartition> assigned) {
        Map<TopicPartition, Offsets.Commit> left = left(assigned);
        synchronized (this) {
            // A record that was on its way when a partition was given back may have left something behind.
            partitions.keySet().removeAll(assigned);
            left.forEach((partition, commit) -> partitions.put(partition, new Offsets(commit)));
        }
        handover.assigned(assigned);
    }

    /** What earlier owners committed. Where that cannot be told, the job records know what is done. */
    private Map<TopicPartition, Offsets.Commit> left(Collection<TopicPartition> assigned) {
        Map<TopicPartition, Offsets.Commit> left = new HashMap<>();
        if (assigned.isEmpty()) {
            return left;
        }
        try {
            consumer.unwrap().committed(Set.copyOf(assigned), LAST_COMMIT).forEach((partition, committed) -> {
                if (committed != null) {
                    String topic = topicIds.apply(partition.topic());
                    left.put(partition, CommitMetadata.read(topic, committed.offset(), committed.metadata()));
                }
            });
        } catch (KafkaException e) {
            LOG.warnf("What was committed of %s cannot be told (%s)", assigned, e);
        }
        return left;
    }

    /**
     * On the polling thread, within the rebalance: what is running may finish, then the last commit is made. SmallRye calls
     * this for partitions that are lost, too: then another worker has them, and nothing more is written.
     */
    @Override
    public void partitionsRevoked(Collection<TopicPartition> revoked) {
        if (revoked.isEmpty()) {
            return;
        }
        settledBefore.forget(revoked);
        if (isOut()) {
            synchronized (this) {
                partitions.keySet().removeAll(revoked);
            }
            handover.lose(revoked);
            return;
        }
        handover.release(revoked);
        Map<TopicPartition, Offsets.Commit> last;
        synchronized (this) {
            last = due();
            last.keySet().retainAll(revoked);
            partitions.keySet().removeAll(revoked);
        }
        commitNow(consumer.unwrap(), last);
    }

    /** Whether the consumer is no member of its group any more; Kafka's own consumers tell lost from revoked by this. */
    private boolean isOut() {
        try {
            return consumer.unwrap().groupMetadata().generationId() <= 0;
        } catch (IllegalStateException e) { // it is closed
            return true;
        }
    }

    /** The last commit, before the consumer leaves its group. */
    @Override
    public void terminate(boolean graceful) {
        Map<TopicPartition, Offsets.Commit> last;
        synchronized (this) {
            last = due();
        }
        if (graceful && !last.isEmpty()) {
            try {
                consumer.runOnPollingThread(c -> {
                            commitNow(c, last);
                        })
                        .await()
                        .atMost(LAST_COMMIT);
            } catch (RuntimeException e) {
                LOG.warnf("The last commit failed (%s): those jobs are announced again by the next worker.", e);
            }
        }
    }

    private void commitNow(Consumer<?, ?> consumer, Map<TopicPartition, Offsets.Commit> offsets) {
        if (!offsets.isEmpty()) {
            try {
                consumer.commitSync(asKafkas(offsets));
            } catch (KafkaException e) {
                LOG.warnf(
                        "Commit of %s failed (%s): those jobs are announced again by the next owner.",
                        offsets.keySet(), e);
            }
        }
    }

    private void commitNext() {
        if (committing || due().isEmpty()) {
            return;
        }
        committing = true;
        consumer.runOnPollingThread(c -> {
                    commitDue(c);
                })
                .subscribe()
                .with(asked -> {}, fault -> ended(Map.of(), fault));
    }

    private void commitDue(Consumer<?, ?> polling) {
        Map<TopicPartition, Offsets.Commit> next;
        synchronized (this) {
            next = due();
        }
        if (next.isEmpty()) {
            ended(next, null);
        } else {
            polling.commitAsync(asKafkas(next), (offsets, fault) -> ended(next, fault));
        }
    }

    private synchronized void tryAgain() {
        commitNext();
    }

    private synchronized void ended(Map<TopicPartition, Offsets.Commit> offsets, @Nullable Throwable fault) {
        committing = false;
        if (fault == null) {
            offsets.forEach((partition, offset) -> {
                Offsets tracked = partitions.get(partition);
                if (tracked != null) {
                    tracked.committed(offset);
                }
            });
            commitNext();
        } else {
            LOG.warnf("Commit of %s failed, and will be tried again: %s", offsets.keySet(), fault);
            later.accept(this::tryAgain);
        }
    }

    /** What has ended and is not committed. */
    private Map<TopicPartition, Offsets.Commit> due() {
        Map<TopicPartition, Offsets.Commit> due = new HashMap<>();
        partitions.forEach((partition, offsets) -> offsets.toCommit().ifPresent(commit -> due.put(partition, commit)));
        return due;
    }

    private Map<TopicPartition, OffsetAndMetadata> asKafkas(Map<TopicPartition, Offsets.Commit> commits) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        commits.forEach((partition, commit) -> offsets.put(
                partition,
                new OffsetAndMetadata(
                        commit.offset(), CommitMetadata.write(topicIds.apply(partition.topic()), commit))));
        return offsets;
    }

    private static TopicPartition partition(IncomingKafkaRecord<?, ?> record) {
        return new TopicPartition(record.getTopic(), record.getPartition());
    }
}
