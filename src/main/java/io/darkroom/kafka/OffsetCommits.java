package io.darkroom.kafka;

import io.darkroom.job.Offsets;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.common.TopicPartition;

/** Brings what has ended ({@link RequestOffsets}) to the broker. */
interface OffsetCommits {
    /** Something may be due. Does not block; what fails is tried again a little later. */
    void commitNext();

    /**
     * Commits what is due of partitions that are given back; blocks for a while at most. On the polling thread.
     *
     * @param due of these partitions, no longer in {@link RequestOffsets}
     */
    void commitNow(Consumer<?, ?> polling, Map<TopicPartition, Offsets.Commit> due);

    /**
     * How often what earlier owners committed is asked for, up to ten seconds each time, before it counts as unknown. Once
     * where the job records make up for it; more where an event that is told again would break a promise.
     */
    default int triesToLearn() {
        return 1;
    }

    /** The consumer's place in its group, told on the polling thread whenever it may have changed. */
    default void member(ConsumerGroupMetadata place) {}
}
