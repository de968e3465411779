package io.darkroom.job;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The offsets of one partition: jobs finish out of order, Kafka commits prefixes, and beside the prefix tells what is
 * finished above it. Offsets may have gaps (compacted records, transaction markers). Not safe for more than one thread.
 */
public final class Offsets {
    /**
     * What is to be committed.
     *
     * @param offset the first that is not settled
     * @param settledAbove settled ones above it, in order: what a new owner need not do again
     */
    public record Commit(long offset, List<Long> settledAbove) {
        public Commit {
            settledAbove = List.copyOf(settledAbove);
        }
    }

    private final TreeSet<Long> open = new TreeSet<>();
    private final TreeSet<Long> settledAbove = new TreeSet<>();
    private long next = -1;
    private Commit committed = new Commit(-1, List.of());

    /** Of a partition of which nothing is known. */
    public Offsets() {}

    /** Of a partition that an earlier owner left: what it committed. */
    public Offsets(Commit left) {
        committed = left;
        next = left.offset();
        settledAbove.addAll(left.settledAbove());
    }

    /**
     * A record was received. Receiving an open one again changes nothing.
     *
     * @return whether its job is to be done: not where it was settled before
     * @throws IllegalArgumentException if the offset is committed already
     */
    public boolean received(long offset) {
        if (offset < committed.offset()) {
            throw new IllegalArgumentException("offset " + offset + " is below the committed " + committed.offset());
        }
        if (committed.offset() < 0) {
            committed = new Commit(offset, List.of());
        }
        next = Math.max(next, offset + 1);
        if (settledAbove.contains(offset)) {
            forgetBelow();
            return false;
        }
        open.add(offset);
        return true;
    }

    /** A record is settled. One that was not received, or is settled already, changes nothing. */
    public void settled(long offset) {
        if (open.remove(offset)) {
            settledAbove.add(offset);
            forgetBelow();
        }
    }

    private void forgetBelow() {
        settledAbove.headSet(lowWater()).clear();
    }

    /** What to commit now; empty where nothing was settled since the last commit. */
    public Optional<Commit> toCommit() {
        Commit now = new Commit(lowWater(), List.copyOf(settledAbove));
        return now.offset() < 0 || now.equals(committed) ? Optional.empty() : Optional.of(now);
    }

    /** What to commit once some open records are settled too; none of them is changed by asking. */
    public Commit toCommitWith(Set<Long> settling) {
        TreeSet<Long> left = new TreeSet<>(open);
        left.removeAll(settling);
        long low = left.isEmpty() ? next : left.first();
        TreeSet<Long> above = new TreeSet<>(settledAbove);
        settling.stream().filter(open::contains).forEach(above::add);
        return new Commit(low, List.copyOf(above.tailSet(low)));
    }

    /**
     * Nothing is in flight, and no record is to be expected below a position: what lies there (transaction markers, aborted
     * or deleted records) is no work that is left. Of no effect where something is in flight.
     */
    public void nothingBelow(long position) {
        if (open.isEmpty() && position > next) {
            next = position;
            forgetBelow();
        }
    }

    /** Whether a record is received and not settled. */
    public boolean isOpen(long offset) {
        return open.contains(offset);
    }

    /** The offset behind the last record that was received or settled; -1 where there was none. */
    public long next() {
        return next;
    }

    /** A commit was acknowledged. */
    public void committed(Commit commit) {
        if (commit.offset() >= committed.offset()) {
            committed = commit;
        }
    }

    /** How many records are received and not settled. */
    public int inFlight() {
        return open.size();
    }

    private long lowWater() {
        return open.isEmpty() ? next : open.first();
    }
}
