package io.darkroom.worker;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * What a tenant may have of this worker while others wait: so many jobs at once, so much of the device's time in an hour.
 * Who has had that comes after all who have not; where nobody else waits, the device is not left idle. So nothing is ever
 * refused for it, and the offsets behind a tenant's backlog are committed all the same. Not safe for more than one thread.
 */
final class Quotas {
    private static final int MINUTES = 60;

    /** What a tenant has: jobs under way with what they are thought to take, and what ended ones took, by the minute. */
    private static final class Use {
        int jobs;
        double expectedMs;
        final double[] usedMs = new double[MINUTES];
        long minute;

        void moveTo(long now) {
            long gone = Math.min(Math.max(now - minute, 0), MINUTES);
            for (long i = 1; i <= gone; i++) {
                usedMs[(int) ((minute + i) % MINUTES)] = 0;
            }
            minute = Math.max(minute, now);
        }

        double sumMs() {
            double sum = expectedMs;
            for (double one : usedMs) {
                sum += one;
            }
            return sum;
        }
    }

    private final TenantQuotas quotas;
    private final InstantSource clock;
    private final Map<String, Use> uses = new HashMap<>();
    private long tidied;

    Quotas(TenantQuotas quotas, InstantSource clock) {
        this.quotas = quotas;
        this.clock = clock;
    }

    /** The tenant has one job more under way. */
    void begun(String tenant, double expectedMs) {
        if (!quotas.of(tenant).equals(TenantQuotas.Quota.NONE)) {
            Use use = use(tenant);
            use.jobs++;
            use.expectedMs += expectedMs;
        }
    }

    /**
     * The tenant has one job less under way.
     *
     * @param expectedMs as when it began
     * @param usedMs what it really took of the device
     */
    void ended(String tenant, double expectedMs, double usedMs) {
        Use use = uses.get(tenant);
        if (use != null) {
            use.moveTo(minute());
            use.jobs--;
            use.expectedMs = use.jobs == 0 ? 0 : use.expectedMs - expectedMs;
            use.usedMs[(int) (use.minute % MINUTES)] += usedMs;
        }
        tidy();
    }

    /** Forgets whoever had nothing for an hour. */
    private void tidy() {
        long now = minute();
        if (now != tidied) {
            tidied = now;
            uses.values().removeIf(use -> {
                use.moveTo(now);
                return use.jobs == 0 && use.sumMs() == 0;
            });
        }
    }

    /** Whether the tenant has had what it may have while others wait. */
    boolean isSpent(String tenant) {
        TenantQuotas.Quota quota = quotas.of(tenant);
        Use use = uses.get(tenant);
        if (use == null) {
            return false;
        }
        use.moveTo(minute());
        boolean jobs = quota.jobs() != null && use.jobs >= quota.jobs();
        boolean time =
                quota.deviceTime() != null && use.sumMs() >= quota.deviceTime().toMillis();
        return jobs || time;
    }

    private Use use(String tenant) {
        return uses.computeIfAbsent(tenant, key -> {
            Use made = new Use();
            made.minute = minute();
            return made;
        });
    }

    private long minute() {
        return clock.millis() / 60_000;
    }
}
