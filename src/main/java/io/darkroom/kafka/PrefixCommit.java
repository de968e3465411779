package io.darkroom.kafka;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.Offsets;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.IncomingKafkaRecord;
import io.smallrye.reactive.messaging.kafka.KafkaConnectorIncomingConfiguration;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import io.smallrye.reactive.messaging.kafka.commit.KafkaCommitHandler;
import io.vertx.mutiny.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Tracks, for each partition, the offset below which every job has ended, and beside it the ended ones above and those
 * that are under way ({@link CommitMetadata}): jobs end out of order, Kafka commits prefixes. No age limit, unlike
 * SmallRye's {@code throttled}: a job of an hour is fine.
 *
 * <p>Where nothing is in flight, the consumer's position is committed: behind the last record there may be transaction
 * markers, and a worker that is scaled by what is not committed would never rest.
 */
final class PrefixCommit implements KafkaCommitHandler {
    private static final Logger LOG = Logger.getLogger(PrefixCommit.class);
    private static final long LOOK_MS = 1000;
    private static final Duration LAST_COMMIT = Duration.ofSeconds(10);
    /** A position that is known is told at once. */
    private static final Duration AT_ONCE = Duration.ofMillis(1);

    private static final Duration SOON = Duration.ofSeconds(1);

    /**
     * In all less than {@code max.poll.interval.ms}; a transaction that an earlier owner left open is aborted long before.
     */
    private static final int TRIES_TO_LEARN = 18;

    private final KafkaConsumer<?, ?> consumer;
    private final PartitionHandover handover;
    private final LeftBehind leftBehind;
    private final RequestOffsets offsets;
    private final OffsetCommits commits;
    private final PolledRecords.Last polled;
    private final java.util.function.Consumer<Set<String>> learnTopics;
    /**
     * Of the polling thread: assigned, and not taken, for what has ended in them is not known, and a commit without that
     * would have their next owner tell it once more.
     */
    private final Set<TopicPartition> unlearnt = new HashSet<>();

    /** Of the polling thread: topics of which the broker has not told yet what the offsets need to know. */
    private final Set<String> unknown = new HashSet<>();

    private final AtomicBoolean looking = new AtomicBoolean();
    private Runnable stopLooking = () -> {};

    /**
     * @param polled what the consumer was given
     * @param learnTopics has the broker tell what {@link RequestOffsets} needs to know of some topics; throws
     *     {@link BrokerUnavailableException}
     */
    PrefixCommit(
            KafkaConsumer<?, ?> consumer,
            PartitionHandover handover,
            LeftBehind leftBehind,
            RequestOffsets offsets,
            OffsetCommits commits,
            PolledRecords.Last polled,
            java.util.function.Consumer<Set<String>> learnTopics) {
        this.consumer = consumer;
        this.handover = handover;
        this.leftBehind = leftBehind;
        this.offsets = offsets;
        this.commits = commits;
        this.polled = polled;
        this.learnTopics = learnTopics;
    }

    /** Makes the handler; named by {@code mp.messaging.incoming.requests.commit-strategy=prefix}. */
    @ApplicationScoped
    @Identifier("prefix")
    static class Factory implements KafkaCommitHandler.Factory {
        private final PartitionHandover handover;
        private final LeftBehind leftBehind;
        private final RequestOffsets offsets;
        private final RequestConsumer settings;
        private final Instance<EventTransactions> transactions;
        private final boolean exactlyOnce;
        private final Topics topics;

        Factory(
                PartitionHandover handover,
                LeftBehind leftBehind,
                RequestOffsets offsets,
                RequestConsumer settings,
                Instance<EventTransactions> transactions,
                Topics topics,
                DarkroomConfig config) {
            this.handover = handover;
            this.leftBehind = leftBehind;
            this.offsets = offsets;
            this.settings = settings;
            this.transactions = transactions;
            this.topics = topics;
            this.exactlyOnce = config.events().exactlyOnce();
        }

        @Override
        public KafkaCommitHandler create(
                KafkaConnectorIncomingConfiguration config,
                Vertx vertx,
                KafkaConsumer<?, ?> consumer,
                BiConsumer<Throwable, Boolean> reportFailure) {
            OffsetCommits commits = exactlyOnce
                    ? transactions.get()
                    : new ConsumerCommits(
                            consumer, offsets, (wait, work) -> vertx.setTimer(wait.toMillis(), timer -> work.run()));
            PrefixCommit handler = new PrefixCommit(
                    consumer, handover, leftBehind, offsets, commits, settings.polled(), topics::learn);
            long looking = vertx.setPeriodic(LOOK_MS, timer -> handler.look());
            if (commits instanceof EventTransactions events) {
                events.askPlaceBy(handler::look);
            }
            handler.stopLooking = () -> vertx.cancelTimer(looking);
            return handler;
        }
    }

    @Override
    public <K, V> Uni<IncomingKafkaRecord<K, V>> received(IncomingKafkaRecord<K, V> record) {
        TopicPartition partition = partition(record);
        try {
            Offsets.Receipt receipt = offsets.received(partition, record.getOffset());
            leftBehind.add(partition, record.getOffset(), receipt);
            if (receipt == Offsets.Receipt.SETTLED) {
                commits.commitNext();
            }
        } catch (IllegalArgumentException e) {
            LOG.warnf("%s goes on at an earlier offset, %d: was the topic made anew?", partition, record.getOffset());
            offsets.anew(partition, record.getOffset());
            commits.commitNext();
        }
        return Uni.createFrom().item(record);
    }

    /** The job of this record has ended and its event is acknowledged. */
    @Override
    public <K, V> Uni<Void> handle(IncomingKafkaRecord<K, V> record) {
        offsets.settled(partition(record), record.getOffset());
        commits.commitNext();
        return Uni.createFrom().voidItem();
    }

    /** On the polling thread, before anything of these partitions is fetched. */
    @Override
    public void partitionsAssigned(Collection<TopicPartition> assigned) {
        tellPlace(consumer.unwrap());
        polled.forget(assigned);
        // They may have been made anew.
        assigned.forEach(partition -> unknown.add(partition.topic()));
        Map<TopicPartition, OffsetAndMetadata> left = left(assigned);
        if (left != null) {
            take(assigned, left);
        } else if (commits.mustLearn()) {
            unlearnt.addAll(assigned);
            // Else some would wait before the application, and come to it when the partition has been taken further
            // back.
            polled.leaveOut(assigned);
        } else {
            // The job records know what is done.
            take(assigned, Map.of());
        }
    }

    private void take(Collection<TopicPartition> assigned, Map<TopicPartition, OffsetAndMetadata> left) {
        offsets.assigned(assigned, left);
        handover.assigned(assigned);
    }

    /** What earlier owners committed; null where that cannot be told. */
    private @Nullable Map<TopicPartition, OffsetAndMetadata> left(Collection<TopicPartition> assigned) {
        if (assigned.isEmpty()) {
            return Map.of();
        }
        for (int tries = commits.mustLearn() ? TRIES_TO_LEARN : 1; ; tries--) {
            try {
                return committed(assigned, LAST_COMMIT);
            } catch (TimeoutException | BrokerUnavailableException e) {
                LOG.warnf("What was committed of %s is not told yet (%s)", assigned, e);
                if (tries <= 1) {
                    return null;
                }
            } catch (KafkaException e) {
                LOG.warnf("What was committed of %s cannot be told (%s)", assigned, e);
                return null;
            }
        }
    }

    private Map<TopicPartition, OffsetAndMetadata> committed(Collection<TopicPartition> of, Duration patience) {
        // What is committed names its topic.
        if (!unknown.isEmpty()) {
            learnTopics.accept(Set.copyOf(unknown));
            unknown.clear();
        }
        Map<TopicPartition, OffsetAndMetadata> left = new HashMap<>();
        consumer.unwrap().committed(Set.copyOf(of), patience).forEach((partition, committed) -> {
            if (committed != null) {
                left.put(partition, committed);
            }
        });
        return left;
    }

    /**
     * Takes partitions that could not be taken when they were assigned. What came of them meanwhile was left out, and comes
     * again.
     */
    private void learn(Consumer<?, ?> polling) {
        unlearnt.retainAll(polling.assignment());
        if (unlearnt.isEmpty()) {
            return;
        }
        try {
            Map<TopicPartition, OffsetAndMetadata> left = committed(unlearnt, SOON);
            for (TopicPartition partition : unlearnt) {
                OffsetAndMetadata committed = left.get(partition);
                if (committed == null) {
                    polling.seekToBeginning(Set.of(partition));
                } else {
                    polling.seek(partition, committed.offset());
                }
            }
            polled.forget(unlearnt);
            take(unlearnt, left);
            unlearnt.clear();
        } catch (KafkaException | BrokerUnavailableException e) {
            LOG.debugf("What was committed of %s is not told yet (%s)", unlearnt, e);
        }
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
        leftBehind.forget(revoked);
        unlearnt.removeAll(revoked);
        if (isOut()) {
            offsets.forget(revoked);
            handover.lose(revoked);
            return;
        }
        tellPlace(consumer.unwrap());
        handover.release(revoked);
        offsets.tellBegun();
        commits.commitNow(consumer.unwrap(), revoked);
        offsets.forget(revoked);
    }

    /**
     * Whether the consumer is no member of its group any more. It tells by {@code onPartitionsLost}, which SmallRye leaves to
     * come on as revoked; the generation tells as well, but not of a consumer of KIP-848, which keeps its last one.
     */
    private boolean isOut() {
        try {
            return toldAsLost() || consumer.unwrap().groupMetadata().generationId() <= 0;
        } catch (IllegalStateException e) { // it is closed
            return true;
        }
    }

    private static boolean toldAsLost() {
        return StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(frame -> frame.getMethodName().equals("onPartitionsLost")));
    }

    private void tellPlace(Consumer<?, ?> polling) {
        try {
            commits.member(polling.groupMetadata());
        } catch (IllegalStateException e) {
            LOG.trace("the consumer is closed", e);
        }
    }

    /** Now and then: commits the position where nothing is in flight, and what has been begun where something is. */
    void look() {
        // Each may wait for the broker: that they do not pile up before the next poll.
        if (!looking.compareAndSet(false, true)) {
            return;
        }
        var unused = consumer.runOnPollingThread(polling -> {
                    looking.set(false);
                    tellPlace(polling);
                    learn(polling);
                    polling.assignment().forEach(partition -> standsAt(polling, partition));
                    offsets.tellBegun();
                    commits.commitNext();
                })
                .subscribe()
                .with(done -> {}, fault -> {
                    looking.set(false);
                    LOG.tracef(fault, "the consumer is closed");
                });
    }

    private void standsAt(Consumer<?, ?> polling, TopicPartition partition) {
        try {
            offsets.standsAt(partition, polling.position(partition, AT_ONCE), polled.of(partition));
        } catch (KafkaException | IllegalStateException e) {
            LOG.tracef(e, "%s has no position yet", partition);
        }
    }

    /** The last commit, before the consumer leaves its group. */
    @Override
    public void terminate(boolean graceful) {
        stopLooking.run();
        offsets.tellBegun();
        if (graceful) {
            try {
                consumer.runOnPollingThread(c -> {
                            commits.commitNow(c, offsets.partitions());
                        })
                        .await()
                        .atMost(LAST_COMMIT);
            } catch (RuntimeException e) {
                LOG.warnf("The last commit failed (%s): those jobs are announced again by the next worker.", e);
            }
        }
    }

    private static TopicPartition partition(IncomingKafkaRecord<?, ?> record) {
        return new TopicPartition(record.getTopic(), record.getPartition());
    }
}
