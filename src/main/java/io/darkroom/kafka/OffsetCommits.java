package io.darkroom.kafka;

import java.util.Collection;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.common.TopicPartition;

/** Brings what has ended ({@link RequestOffsets}) to the broker. */
interface OffsetCommits {
    /** Something may be due. Does not block; what fails is tried again a little later. */
    void commitNext();

    /**
     * Commits what is due of partitions that are given back; blocks for a while at most. On the polling thread. What is
     * still on its way to the broker goes before it: what is due is looked up after that.
     *
     * @param leaving still in {@link RequestOffsets}
     */
    void commitNow(Consumer<?, ?> polling, Collection<TopicPartition> leaving);

    /**
     * Whether a partition may be taken only by one who knows what earlier owners committed: where an event that is told again
     * would break a promise.
     */
    default boolean mustLearn() {
        return false;
    }

    /** The consumer's place in its group, told on the polling thread whenever it may have changed. */
    default void member(ConsumerGroupMetadata place) {}
}
