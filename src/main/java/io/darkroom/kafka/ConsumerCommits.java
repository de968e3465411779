package io.darkroom.kafka;

import io.darkroom.job.Offsets;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Commits by the consumer. One commit is under way at a time, and a little time lies between two; what ends meanwhile goes
 * with the next, so that many short jobs share commits. What is to be committed is looked up on the polling thread, so that nothing is committed of a
 * partition that was given back.
 */
final class ConsumerCommits implements OffsetCommits {
    private static final Logger LOG = Logger.getLogger(ConsumerCommits.class);

    /** Between two commits. */
    static final Duration PAUSE = Duration.ofMillis(50);
    /** After one that failed. */
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final KafkaConsumer<?, ?> consumer;
    private final RequestOffsets offsets;
    private final BiConsumer<Duration, Runnable> later;
    /** One is under way, or was a moment ago. */
    private boolean committing;

    /** @param later does something after a while */
    ConsumerCommits(KafkaConsumer<?, ?> consumer, RequestOffsets offsets, BiConsumer<Duration, Runnable> later) {
        this.consumer = consumer;
        this.offsets = offsets;
        this.later = later;
    }

    @Override
    public synchronized void commitNext() {
        if (committing || offsets.due().isEmpty()) {
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
        Map<TopicPartition, Offsets.Commit> next = offsets.due();
        if (next.isEmpty()) {
            ended(next, null);
        } else {
            polling.commitAsync(offsets.asKafkas(next), (committed, fault) -> ended(next, fault));
        }
    }

    private void ended(Map<TopicPartition, Offsets.Commit> commits, @Nullable Throwable fault) {
        if (fault == null) {
            offsets.committed(commits);
            later.accept(PAUSE, this::again);
            return;
        }
        if (fault instanceof OffsetMetadataTooLarge) {
            offsets.leaveOutMetadata();
        }
        LOG.warnf("Commit of %s failed, and will be tried again: %s", commits.keySet(), fault);
        later.accept(AGAIN, this::again);
    }

    private synchronized void again() {
        committing = false;
        commitNext();
    }

    @Override
    public void commitNow(Consumer<?, ?> polling, Collection<TopicPartition> leaving) {
        Map<TopicPartition, Offsets.Commit> due = offsets.due(leaving);
        if (due.isEmpty()) {
            return;
        }
        try {
            polling.commitSync(offsets.asKafkas(due));
        } catch (KafkaException e) {
            LOG.warnf("Commit of %s failed (%s): those jobs are announced again by the next owner.", due.keySet(), e);
        }
    }
}
