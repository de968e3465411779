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
     * @param begun open ones whose jobs have been begun, in order: what a new owner does first. Advice, told now and then
     */
    public record Commit(long offset, List<Long> settledAbove, List<Long> begun) {
        public Commit {
            settledAbove = List.copyOf(settledAbove);
            begun = List.copyOf(begun);
        }

        /** Nothing above an offset is known. */
        public static Commit at(long offset) {
            return new Commit(offset, List.of(), List.of());
        }

        /** Whether the same has ended, whatever has been begun. */
        public boolean endsLike(Commit other) {
            return offset == other.offset && settledAbove.equals(other.settledAbove);
        }
    }

    /** What is to be done about a record that was received. */
    public enum Receipt {
        NEW,
        /** An earlier owner has begun its job. */
        BEGUN,
        /** An earlier owner has settled it: nothing. */
        SETTLED
    }

    private final TreeSet<Long> open = new TreeSet<>();
    private final TreeSet<Long> settledAbove = new TreeSet<>();
    /** Here or by an earlier owner, and not settled. */
    private final TreeSet<Long> begun = new TreeSet<>();

    private long next = -1;
    private Commit committed = Commit.at(-1);
    /** Whether {@link #committed} says where the partition's work begins. */
    private boolean known;

    private boolean tellBegun;

    /** Of a partition of which nothing is known. */
    public Offsets() {}

    /** Of a partition that begins again below what is committed: its offset is due at once, lest a new owner skip records. */
    public static Offsets anew(long offset) {
        Offsets anew = new Offsets();
        anew.next = offset;
        anew.known = true;
        return anew;
    }

    /** Of a partition that an earlier owner left: what it committed. */
    public Offsets(Commit left) {
        committed = left;
        known = true;
        next = left.offset();
        settledAbove.addAll(left.settledAbove());
        begun.addAll(left.begun());
    }

    /**
     * A record was received. Receiving an open one again changes nothing.
     *
     * @throws IllegalArgumentException if the offset is committed already
     */
    public Receipt received(long offset) {
        if (offset < committed.offset()) {
            throw new IllegalArgumentException("offset " + offset + " is below the committed " + committed.offset());
        }
        if (!known) {
            known = true;
            committed = Commit.at(offset);
        }
        next = Math.max(next, offset + 1);
        if (settledAbove.contains(offset)) {
            forgetBelow();
            return Receipt.SETTLED;
        }
        open.add(offset);
        return begun.contains(offset) ? Receipt.BEGUN : Receipt.NEW;
    }

    /** The job of an open record is begun. */
    public void begun(long offset) {
        if (open.contains(offset)) {
            begun.add(offset);
        }
    }

    /** A record is settled. One that was not received, or is settled already, changes nothing. */
    public void settled(long offset) {
        if (open.remove(offset)) {
            settledAbove.add(offset);
            begun.remove(offset);
            forgetBelow();
        }
    }

    private void forgetBelow() {
        settledAbove.headSet(lowWater()).clear();
        begun.headSet(lowWater()).clear();
    }

    /** What to commit now; empty where nothing was settled since the last commit, nor begun where that is to be told. */
    public Optional<Commit> toCommit() {
        Commit now = new Commit(lowWater(), List.copyOf(settledAbove), List.copyOf(begun));
        boolean due = tellBegun ? !now.equals(committed) : !now.endsLike(committed);
        return now.offset() >= 0 && due ? Optional.of(now) : Optional.empty();
    }

    /** What has been begun is worth a commit of its own, once. */
    public void tellBegun() {
        tellBegun = true;
    }

    /** What to commit once some open records are settled too; none of them is changed by asking. */
    public Commit toCommitWith(Set<Long> settling) {
        TreeSet<Long> left = new TreeSet<>(open);
        left.removeAll(settling);
        long low = left.isEmpty() ? next : left.first();
        TreeSet<Long> above = new TreeSet<>(settledAbove);
        settling.stream().filter(open::contains).forEach(above::add);
        TreeSet<Long> stillBegun = new TreeSet<>(begun);
        stillBegun.removeAll(settling);
        return new Commit(low, List.copyOf(above.tailSet(low)), List.copyOf(stillBegun.tailSet(low)));
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

    /** A commit was acknowledged. One from before the partition began again below it says nothing of what comes now. */
    public void committed(Commit commit) {
        if (commit.offset() >= committed.offset() && commit.offset() <= next) {
            committed = commit;
            // What was begun while it was on its way is still to be told.
            tellBegun = tellBegun && !commit.begun().equals(List.copyOf(begun));
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
