package io.darkroom.worker;

import io.darkroom.job.Renderer;
import io.darkroom.job.Shares;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who may be rendered now: so many jobs at once. First comes who has had least of its share of the device
 * ({@link Shares}: levels of urgency, tenants in turn); among a tenant's jobs of one level one that was begun before, then
 * the earliest deadline, then the shortest job, where a job's waiting counts for it. A tenant that has had its quota comes after all who have not
 * ({@link Quotas}). Nobody within its quota is overtaken for ever: who waits longest has every second
 * turn once so many have been given to others, since the window's commit waits for it. Long jobs that have all places do
 * not keep a more urgent or a much shorter one waiting: there are some places more for those ({@link Renderer#ahead}). A job that is to be alone waits until nobody else
 * is rendered or on the way into the store, and nobody else begins until it is there itself: what ends the worker must count
 * against one job only. Not safe for more than one thread.
 *
 * @param <T> who asks; told apart by equality
 */
final class Turns<T> {
    /** A tenth of the time that a job has waited is taken off its cost. */
    private static final double AGEING = 0.1;

    /** A job that takes at most such a part of another's time need not wait for that one to end. */
    private static final double MUCH_SHORTER = 1.0 / 8;

    /**
     * What one asks with.
     *
     * @param account whose share it uses
     * @param deadline null where there is none
     * @param costMs estimated milliseconds of the device
     * @param since when the request came in
     * @param begun whether there was an attempt before: what it has come to is not to wait, nor the commit behind it
     * @param alone whether nobody else may be rendered meanwhile
     */
    record Ask(
            Shares.Account account,
            @Nullable Instant deadline,
            double costMs,
            Instant since,
            boolean begun,
            boolean alone) {
        double aged() {
            return costMs + AGEING * since.toEpochMilli();
        }

        boolean goesAheadOf(Ask other) {
            int levels = Integer.compare(account.level(), other.account.level());
            return levels > 0 || (levels == 0 && costMs <= MUCH_SHORTER * other.costMs);
        }
    }

    private record Waiting<T>(T who, Ask ask, long number, long given) {}

    private final int atOnce;
    private final int patience;
    private final Quotas quotas;
    private final Shares shares = new Shares();
    /** What waits, by who, the longest waiting first: a backlog may be long. */
    private final Map<T, Waiting<T>> asking = new LinkedHashMap<>();

    private final Map<Shares.Account, TreeSet<Waiting<T>>> queues = new HashMap<>();
    private final Map<T, Ask> holding = new HashMap<>();
    /** Who has given the turn back, and is not through. */
    private final Set<T> trailing = new HashSet<>();
    /** Who has begun, or trails, and is to be alone. */
    private @Nullable T alone;

    private long asked;
    private long given;

    /**
     * @param atOnce how many may be rendered at the same time, but for those that go ahead of them
     * @param patience after how many turns given to others the longest waiting have every second one
     * @param quotas what each tenant may have while others wait
     */
    Turns(int atOnce, int patience, Quotas quotas) {
        if (atOnce < 1) {
            throw new IllegalArgumentException("at least one job at once, not " + atOnce);
        }
        this.atOnce = atOnce;
        this.patience = patience;
        this.quotas = quotas;
    }

    /** Asks for a turn. Asking again while waiting changes nothing. */
    void ask(T who, Ask ask) {
        if (asking.containsKey(who)) {
            return;
        }
        ended(who);
        Waiting<T> last = new Waiting<>(who, ask, asked++, given);
        asking.put(who, last);
        queues.computeIfAbsent(ask.account(), account -> new TreeSet<>(order())).add(last);
        shares.enter(ask.account());
    }

    private static <T> Comparator<Waiting<T>> order() {
        return Comparator.comparing((Waiting<T> w) -> !w.ask().begun())
                .thenComparing(w -> w.ask().deadline(), Comparator.nullsLast(Comparator.naturalOrder()))
                .thenComparingDouble(w -> w.ask().aged())
                .thenComparingLong(Waiting::number);
    }

    /**
     * Gives a turn back, or no longer waits for one.
     *
     * @param usedMs milliseconds of the device that the turn really took
     */
    void giveBack(T who, double usedMs) {
        leave(who, usedMs);
        ended(who);
    }

    /**
     * Gives a turn back where it has one, but is not through: who is to be alone still waits for it.
     *
     * @param usedMs as in {@link #giveBack}
     */
    void trail(T who, double usedMs) {
        if (holding.containsKey(who)) {
            trailing.add(who);
        }
        leave(who, usedMs);
    }

    private void ended(T who) {
        trailing.remove(who);
        if (who.equals(alone)) {
            alone = null;
        }
    }

    private void leave(T who, double usedMs) {
        Waiting<T> gone = asking.remove(who);
        if (gone != null) {
            dequeue(gone);
            shares.leave(gone.ask().account());
        }
        Ask ask = holding.remove(who);
        if (ask != null) {
            shares.charge(ask.account(), usedMs - ask.costMs());
            quotas.ended(ask.account().tenant(), ask.costMs(), usedMs);
            shares.leave(ask.account());
        }
    }

    /** The next whose turn it is, who holds it from now on; empty where nobody waits, or all must wait. */
    Optional<T> next() {
        if (asking.isEmpty() || alone != null || holding.size() >= atOnce + Renderer.ahead(atOnce)) {
            return Optional.empty();
        }
        Waiting<T> first = first();
        if (first.ask().alone() && !(holding.isEmpty() && trailing.isEmpty())) {
            return Optional.empty();
        }
        if (holding.size() < atOnce) {
            given++;
            return Optional.of(begin(first));
        }
        // In a place that nobody else could have had: who waits is not overtaken by it.
        return heads().filter(waiting -> goesAhead(waiting.ask())).findFirst().map(this::begin);
    }

    /** Whether it finds a place where those that it goes ahead of have none. */
    private boolean goesAhead(Ask ask) {
        return !ask.alone()
                && holding.values().stream()
                                .filter(held -> !ask.goesAheadOf(held))
                                .count()
                        < atOnce;
    }

    private T begin(Waiting<T> first) {
        asking.remove(first.who());
        dequeue(first);
        holding.put(first.who(), first.ask());
        shares.charge(first.ask().account(), first.ask().costMs());
        quotas.begun(first.ask().account().tenant(), first.ask().costMs());
        if (first.ask().alone()) {
            alone = first.who();
        }
        return first.who();
    }

    private Waiting<T> first() {
        // Every second turn: more would make any long backlog first in, first out, whatever its priorities.
        if (given % 2 == 0) {
            Set<String> tenants = accounts().map(Shares.Account::tenant).collect(Collectors.toSet());
            Optional<Waiting<T>> longest = asking.values().stream()
                    .takeWhile(waiting -> given - waiting.given() >= patience)
                    .filter(waiting -> tenants.contains(waiting.ask().account().tenant()))
                    .findFirst();
            if (longest.isPresent()) {
                return longest.get();
            }
        }
        return heads().findFirst().orElseThrow();
    }

    /** The first of each that waits, in the order of {@link #accounts}. */
    private Stream<Waiting<T>> heads() {
        return accounts()
                .flatMap(account -> Stream.ofNullable(queues.get(account)))
                .map(TreeSet::first);
    }

    /** Those that wait, who has had least of its share first; of those that have had their quota none, unless all have. */
    private Stream<Shares.Account> accounts() {
        Map<Boolean, List<Shares.Account>> accounts =
                queues.keySet().stream().collect(Collectors.partitioningBy(a -> quotas.isSpent(a.tenant())));
        List<Shares.Account> within = accounts.getOrDefault(false, List.of());
        return (within.isEmpty() ? accounts.getOrDefault(true, List.of()) : within)
                .stream().sorted(shares.order());
    }

    private void dequeue(Waiting<T> gone) {
        Shares.Account account = gone.ask().account();
        TreeSet<Waiting<T>> queue = queues.get(account);
        if (queue != null && queue.remove(gone) && queue.isEmpty()) {
            queues.remove(account);
        }
    }
}
