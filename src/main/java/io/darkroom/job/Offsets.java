package io.darkroom.job;

import java.util.List;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * The offsets of one partition: jobs finish out of order, Kafka commits prefixes. Offsets may have gaps (compacted
 * records, transaction markers). Not safe for more than one thread.
 */
public final class Offsets {
    private final TreeSet<Long> open = new TreeSet<>();
    private final TreeSet<Long> settledAbove = new TreeSet<>();
    private long next = -1;
    private long committed = -1;

    /**
     * A record was received. Receiving an open one again changes nothing.
     *
     * @throws IllegalArgumentException if the offset is committed already
     */
    public void received(long offset) {
        if (offset < committed) {
            throw new IllegalArgumentException("offset " + offset + " is below the committed " + committed);
        }
        if (committed < 0) {
            committed = offset;
        }
        if (!settledAbove.contains(offset)) {
            open.add(offset);
            next = Math.max(next, offset + 1);
        }
    }

    /** A record is settled. One that was not received, or is settled already, changes nothing. */
    public void settled(long offset) {
        if (open.remove(offset)) {
            settledAbove.add(offset);
            settledAbove.headSet(lowWater()).clear();
        }
    }

    /** Where to commit now: the first offset that is not settled. Empty where nothing was settled since the last commit. */
    public OptionalLong toCommit() {
        return lowWater() > committed ? OptionalLong.of(lowWater()) : OptionalLong.empty();
    }

    /** A commit was acknowledged. */
    public void committed(long offset) {
        committed = Math.max(committed, offset);
    }

    /** The settled offsets above the low water, in order: what a new owner need not do again. */
    public List<Long> settledAbove() {
        return List.copyOf(settledAbove);
    }

    /** How many records are received and not settled. */
    public int inFlight() {
        return open.size();
    }

    private long lowWater() {
        return open.isEmpty() ? next : open.first();
    }
}
