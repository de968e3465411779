package io.darkroom.job;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/**
 * Who has had too little of the device: each level of urgency has twice the share of the one below, and a level's share is
 * divided equally among the tenants that have work on it. What nobody uses is everybody's, and what was not used is not
 * saved up.
 *
 * <p>Weighted fair queueing by virtual times, two levels deep (Demers, Keshav and Shenker 1989; the clock is that of
 * WF2Q+, Bennett and Zhang 1997). Not safe for more than one thread.
 */
public final class Shares {
    /** How much of the mean cost a new one makes up. */
    private static final double LEARNING = 0.1;

    /**
     * Whose share.
     *
     * @param level of urgency, 0 or more; each counts twice the one below
     * @param tenant empty where none is named
     */
    public record Account(int level, String tenant) {}

    /** What one level, or one tenant on it, has had. */
    private static final class Use {
        double time;
        int present;
    }

    /** Those among whom a share is divided. */
    private static final class Group<K> {
        final Map<K, Use> members = new HashMap<>();
        double clock;

        void enter(K who) {
            Use use = members.computeIfAbsent(who, key -> new Use());
            if (use.present++ == 0) {
                use.time = Math.max(use.time, clock);
            }
        }

        void leave(K who) {
            Use use = members.get(who);
            if (use == null || --use.present > 0) {
                return;
            }
            if (members.values().stream().noneMatch(m -> m.present > 0)) {
                clock = members.values().stream().mapToDouble(m -> m.time).reduce(clock, Math::max);
            }
            members.values().removeIf(m -> m.present == 0 && m.time <= clock);
        }

        void charge(K who, double time) {
            Use use = members.get(who);
            if (use != null) {
                // Not its own: one that was served out of turn is ahead of the others, and no newcomer should be.
                clock = Math.max(clock, least());
                use.time += time;
            }
        }

        /** What the one has had, among those that have work, who has had least. */
        private double least() {
            return members.values().stream()
                    .filter(m -> m.present > 0)
                    .mapToDouble(m -> m.time)
                    .min()
                    .orElse(clock);
        }

        double time(K who) {
            Use use = members.get(who);
            return use == null ? clock : use.time;
        }
    }

    private final Group<Integer> levels = new Group<>();
    private final Map<Integer, Group<String>> tenants = new HashMap<>();
    private double mean;

    /** The account has one job more. */
    public void enter(Account account) {
        levels.enter(account.level());
        tenants.computeIfAbsent(account.level(), level -> new Group<>()).enter(account.tenant());
    }

    /** The account has one job less. */
    public void leave(Account account) {
        levels.leave(account.level());
        Group<String> group = tenants.get(account.level());
        if (group != null) {
            group.leave(account.tenant());
        }
    }

    /**
     * The account has used the device.
     *
     * @param cost in any unit, always the same one; negative where an earlier charge was too high
     */
    public void charge(Account account, double cost) {
        if (cost > 0) {
            mean = mean == 0 ? cost : mean + LEARNING * (cost - mean);
        }
        levels.charge(account.level(), cost / weight(account.level()));
        Group<String> group = tenants.get(account.level());
        if (group != null) {
            group.charge(account.tenant(), cost);
        }
    }

    /** Who has had least of what is theirs comes first, by when a next job of usual cost would end. */
    public Comparator<Account> order() {
        return Comparator.comparingDouble((Account a) -> levels.time(a.level()) + mean / weight(a.level()))
                .thenComparing(Comparator.comparingInt(Account::level).reversed())
                .thenComparingDouble(this::tenantTime);
    }

    private double tenantTime(Account account) {
        Group<String> group = tenants.get(account.level());
        return group == null ? 0 : group.time(account.tenant());
    }

    private static double weight(int level) {
        return Math.scalb(1.0, level);
    }
}
