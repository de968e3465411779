package io.darkroom.kafka;

import io.darkroom.job.Offsets;
import io.darkroom.job.Source;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** What has ended in each partition of this worker, and what of it is committed. Safe for any thread; calls no broker. */
@ApplicationScoped
class RequestOffsets {
    /** Where a record stands. */
    enum Standing {
        /** Received here, and not settled. */
        OPEN,
        SETTLED,
        /** The partition is not this worker's, or the record is yet to come. */
        ELSEWHERE
    }

    private final UnaryOperator<String> topicIds;
    private final Map<TopicPartition, Offsets> partitions = new HashMap<>();
    /** The broker takes less text beside an offset than brokers do as shipped. */
    private boolean bare;

    @Inject
    RequestOffsets(Topics topics) {
        this(topics::id);
    }

    /** @param topicIds tells a topic's id */
    RequestOffsets(UnaryOperator<String> topicIds) {
        this.topicIds = topicIds;
    }

    /** These partitions are this worker's, and this is what earlier owners committed. */
    synchronized void assigned(Collection<TopicPartition> assigned, Map<TopicPartition, OffsetAndMetadata> left) {
        for (TopicPartition partition : assigned) {
            OffsetAndMetadata committed = left.get(partition);
            // Anew: a record that was on its way when a partition was given back may have left something behind.
            partitions.put(
                    partition,
                    committed == null
                            ? new Offsets()
                            : new Offsets(CommitMetadata.read(
                                    topicIds.apply(partition.topic()), committed.offset(), committed.metadata())));
        }
    }

    /** These partitions are another worker's. */
    synchronized void forget(Collection<TopicPartition> gone) {
        partitions.keySet().removeAll(gone);
    }

    /**
     * A record was received.
     *
     * @throws IllegalArgumentException if the offset is committed already
     */
    synchronized Offsets.Receipt received(TopicPartition partition, long offset) {
        return partitions.computeIfAbsent(partition, p -> new Offsets()).received(offset);
    }

    /** The job of a record is begun. */
    synchronized void begun(Source at) {
        Offsets offsets = partitions.get(partition(at));
        if (offsets != null) {
            offsets.begun(at.offset());
        }
    }

    /** What has been begun is to be told with the next commit, and is worth one. */
    synchronized void tellBegun() {
        partitions.values().forEach(Offsets::tellBegun);
    }

    /** The partition begins again below what is committed, with this record. */
    synchronized void anew(TopicPartition partition, long offset) {
        Offsets anew = Offsets.anew(offset);
        anew.received(offset);
        partitions.put(partition, anew);
    }

    /** The job of a record has ended. Of no effect where the partition is another's by now. */
    synchronized void settled(TopicPartition partition, long offset) {
        Offsets offsets = partitions.get(partition);
        if (offsets != null) {
            offsets.settled(offset);
        }
    }

    /** Where a record stands. */
    synchronized Standing standing(Source at) {
        Offsets offsets = partitions.get(partition(at));
        if (offsets == null || at.offset() >= offsets.next()) {
            return Standing.ELSEWHERE;
        }
        return offsets.isOpen(at.offset()) ? Standing.OPEN : Standing.SETTLED;
    }

    /**
     * The consumer stands at a position.
     *
     * @param polled the offset of the last record that it was given; below 0 where it was given none
     */
    synchronized void standsAt(TopicPartition partition, long position, long polled) {
        Offsets offsets = partitions.get(partition);
        // What was polled and not received is on its way.
        if (offsets != null && polled < offsets.next() + (offsets.next() < 0 ? 1 : 0)) {
            offsets.nothingBelow(position);
        }
    }

    /** What has ended, or been begun where that is to be told, and is not committed. */
    synchronized Map<TopicPartition, Offsets.Commit> due() {
        Map<TopicPartition, Offsets.Commit> due = new HashMap<>();
        partitions.forEach((partition, offsets) -> offsets.toCommit().ifPresent(commit -> due.put(partition, commit)));
        return due;
    }

    /** The same of some partitions. */
    synchronized Map<TopicPartition, Offsets.Commit> due(Collection<TopicPartition> some) {
        Map<TopicPartition, Offsets.Commit> due = due();
        due.keySet().retainAll(some);
        return due;
    }

    /** The partitions of this worker. */
    synchronized Set<TopicPartition> partitions() {
        return Set.copyOf(partitions.keySet());
    }

    /** What there is to commit once some records are settled that are open now. */
    synchronized Map<TopicPartition, Offsets.Commit> dueWith(Collection<Source> settling) {
        Map<TopicPartition, Set<Long>> more = new HashMap<>();
        settling.forEach(
                at -> more.computeIfAbsent(partition(at), p -> new HashSet<>()).add(at.offset()));
        Map<TopicPartition, Offsets.Commit> due = due();
        more.forEach((partition, settled) -> {
            Offsets offsets = partitions.get(partition);
            if (offsets != null) {
                due.put(partition, offsets.toCommitWith(settled));
            }
        });
        return due;
    }

    /**
     * Those records of some that are open now whose end can be told: once they are settled there is still room beside the
     * offset for all that is settled above it. The first open one of a partition always is, for it makes room.
     */
    synchronized Set<Source> tellable(Collection<Source> settling) {
        Map<TopicPartition, TreeMap<Long, Source>> some = new HashMap<>();
        settling.forEach(
                at -> some.computeIfAbsent(partition(at), p -> new TreeMap<>()).put(at.offset(), at));
        Set<Source> tellable = new HashSet<>();
        some.forEach((partition, records) -> {
            Offsets offsets = partitions.get(partition);
            if (offsets == null) {
                return;
            }
            if (tells(partition, offsets.toCommitWith(records.keySet()))) {
                tellable.addAll(records.values());
                return;
            }
            Set<Long> told = new HashSet<>();
            records.forEach((offset, at) -> {
                boolean first = offset == offsets.toCommitWith(told).offset();
                told.add(offset);
                if (first || tells(partition, offsets.toCommitWith(told))) {
                    tellable.add(at);
                } else {
                    told.remove(offset);
                }
            });
        });
        return tellable;
    }

    private boolean tells(TopicPartition partition, Offsets.Commit commit) {
        return bare ? commit.settledAbove().isEmpty() : CommitMetadata.holds(topicIds.apply(partition.topic()), commit);
    }

    /** The broker has these. */
    synchronized void committed(Map<TopicPartition, Offsets.Commit> commits) {
        commits.forEach((partition, commit) -> {
            Offsets offsets = partitions.get(partition);
            if (offsets != null) {
                offsets.committed(commit);
            }
        });
    }

    /** As Kafka has it. */
    synchronized Map<TopicPartition, OffsetAndMetadata> asKafkas(Map<TopicPartition, Offsets.Commit> commits) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        commits.forEach((partition, commit) -> offsets.put(
                partition,
                new OffsetAndMetadata(
                        commit.offset(), bare ? "" : CommitMetadata.write(topicIds.apply(partition.topic()), commit))));
        return offsets;
    }

    /** The broker takes no text beside an offset. */
    synchronized void leaveOutMetadata() {
        bare = true;
    }

    static TopicPartition partition(Source at) {
        return new TopicPartition(at.topic(), at.partition());
    }
}
