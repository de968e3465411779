package io.darkroom.worker;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who may be rendered now: so many jobs at once, the most urgent first, then in the order of asking; a job that is to be
 * alone waits until nobody else is rendered, and nobody else begins meanwhile. Not safe for more than one thread.
 *
 * @param <T> who asks; told apart by equality
 */
final class Turns<T> {
    private record Waiting<T>(T who, int priority, boolean alone, long number) {}

    private final int atOnce;
    private final TreeSet<Waiting<T>> waiting = new TreeSet<>(
            Comparator.<Waiting<T>>comparingInt(w -> -w.priority()).thenComparingLong(Waiting::number));
    /** What waits, by who: a backlog may be long. */
    private final Map<T, Waiting<T>> asking = new HashMap<>();

    private final Set<T> holding = new HashSet<>();
    private boolean held;
    private long asked;

    Turns(int atOnce) {
        if (atOnce < 1) {
            throw new IllegalArgumentException("at least one job at once, not " + atOnce);
        }
        this.atOnce = atOnce;
    }

    /** Asks for a turn. Asking again while waiting changes nothing. */
    void ask(T who, int priority, boolean alone) {
        if (!asking.containsKey(who)) {
            Waiting<T> last = new Waiting<>(who, priority, alone, asked++);
            asking.put(who, last);
            waiting.add(last);
        }
    }

    /** Gives a turn back, or no longer waits for one. */
    void giveBack(T who) {
        Waiting<T> gone = asking.remove(who);
        if (gone != null) {
            waiting.remove(gone);
        }
        holding.remove(who);
        held = held && !holding.isEmpty();
    }

    /** The next whose turn it is, who holds it from now on; empty where nobody waits, or all must wait. */
    Optional<T> next() {
        if (waiting.isEmpty() || held || holding.size() >= atOnce) {
            return Optional.empty();
        }
        Waiting<T> first = waiting.first();
        if (first.alone() && !holding.isEmpty()) {
            return Optional.empty();
        }
        waiting.remove(first);
        asking.remove(first.who());
        holding.add(first.who());
        held = first.alone();
        return Optional.of(first.who());
    }
}
