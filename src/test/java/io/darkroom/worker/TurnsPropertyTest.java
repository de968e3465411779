package io.darkroom.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.job.Shares.Account;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random backlogs of jobs of several levels and tenants, given turns one after another, each taking as long as it was
 * thought to. One again: {@code -Ddarkroom.mix=<number>}.
 */
class TurnsPropertyTest {
    private static final int FIRST = Integer.getInteger("darkroom.mix", 1);
    private static final int MIXES = Integer.getInteger("darkroom.mix") == null ? 300 : 1;
    private static final double LONGEST_MS = 100;
    private static final int NEVER = Integer.MAX_VALUE;
    private static final Instant START = Instant.EPOCH;

    private record Job(Account account, double costMs, int number) {}

    private static Turns<Job> turns(int atOnce, int patience, TenantQuotas quotas) {
        return new Turns<>(atOnce, patience, new Quotas(quotas, InstantSource.fixed(START)));
    }

    private static void ask(Turns<Job> turns, Job job) {
        turns.ask(job, new Turns.Ask(job.account(), null, job.costMs(), START, false, false));
    }

    private static Job job(Random random, Account account, int number) {
        return new Job(account, 1 + random.nextDouble() * (LONGEST_MS - 1), number);
    }

    @Test
    void whileOthersWaitNobodyHasMoreThanItsShareByMoreThanTheJobsUnderWay() {
        for (int mix = FIRST; mix < FIRST + MIXES; mix++) {
            Random random = new Random(mix);
            int atOnce = 1 + random.nextInt(3);
            Turns<Job> turns = turns(atOnce, NEVER, TenantQuotas.NONE);
            List<Account> accounts = new ArrayList<>();
            for (int level = 0; level < 1 + random.nextInt(4); level++) {
                for (int tenant = 0; tenant < 1 + random.nextInt(3); tenant++) {
                    accounts.add(new Account(level, "t" + tenant));
                }
            }
            int number = 0;
            for (Account account : accounts) {
                for (int i = 0; i < 2; i++) {
                    ask(turns, job(random, account, number++));
                }
            }
            Map<Integer, Double> byLevel = new HashMap<>();
            Map<Account, Double> byTenant = new HashMap<>();
            List<Job> holding = new ArrayList<>();
            for (int turn = 0; turn < 400; turn++) {
                for (Optional<Job> next = turns.next(); next.isPresent(); next = turns.next()) {
                    Job given = next.get();
                    holding.add(given);
                    byLevel.merge(given.account().level(), given.costMs(), Double::sum);
                    byTenant.merge(given.account(), given.costMs(), Double::sum);
                    // Whoever was given a turn has another job waiting, at all times.
                    ask(turns, job(random, given.account(), number++));
                }
                requireShares(mix, accounts, byLevel, byTenant, atOnce);
                Job ended = holding.remove(random.nextInt(holding.size()));
                turns.giveBack(ended, ended.costMs());
            }
        }
    }

    private static void requireShares(
            int mix, List<Account> accounts, Map<Integer, Double> byLevel, Map<Account, Double> byTenant, int atOnce) {
        for (Account a : accounts) {
            for (Account b : accounts) {
                double levelA = byLevel.getOrDefault(a.level(), 0.0) / Math.scalb(1.0, a.level());
                double levelB = byLevel.getOrDefault(b.level(), 0.0) / Math.scalb(1.0, b.level());
                double room = (atOnce + 1) * LONGEST_MS;
                assertThat(levelA - levelB)
                        .as(
                                "mix %d: level %d had %s, level %d %s",
                                mix, a.level(), byLevel.get(a.level()), b.level(), byLevel.get(b.level()))
                        .isLessThanOrEqualTo(room / Math.scalb(1.0, Math.min(a.level(), b.level())));
                if (a.level() == b.level()) {
                    assertThat(byTenant.getOrDefault(a, 0.0) - byTenant.getOrDefault(b, 0.0))
                            .as("mix %d: %s and %s", mix, a, b)
                            .isLessThanOrEqualTo(room);
                }
            }
        }
    }

    @Test
    void whileOthersWaitNoTenantHasMoreJobsThanItsQuotaAndNobodyWithinItIsOvertakenForEver() {
        for (int mix = FIRST; mix < FIRST + MIXES; mix++) {
            Random random = new Random(mix);
            int quota = 1 + random.nextInt(2);
            int patience = 5 + random.nextInt(20);
            Turns<Job> turns = turns(
                    3,
                    patience,
                    new TenantQuotas(TenantQuotas.Quota.NONE, Map.of("small", new TenantQuotas.Quota(quota, null))));
            List<Job> holding = new ArrayList<>();
            Map<Job, Integer> overtaken = new HashMap<>();
            Map<Job, Integer> before = new HashMap<>();
            int number = 0;
            for (int turn = 0; turn < 200; turn++) {
                for (int i = random.nextInt(3); i > 0; i--) {
                    Account account =
                            new Account(random.nextInt(10), random.nextInt(3) == 0 ? "small" : "t" + random.nextInt(3));
                    Job job = job(random, account, number++);
                    before.put(job, overtaken.size());
                    overtaken.put(job, 0);
                    ask(turns, job);
                }
                if (random.nextInt(10) == 0 && !overtaken.isEmpty()) {
                    Job canceled = overtaken.keySet().iterator().next();
                    overtaken.remove(canceled);
                    turns.giveBack(canceled, 0);
                }
                for (Optional<Job> next = turns.next(); next.isPresent(); next = turns.next()) {
                    Job given = next.get();
                    overtaken.remove(given);
                    long small =
                            holding.stream().filter(TurnsPropertyTest::isSmall).count();
                    if (isSmall(given) && small >= quota) {
                        assertThat(overtaken.keySet())
                                .as("mix %d: waits while %s is given a turn", mix, given)
                                .allMatch(TurnsPropertyTest::isSmall);
                    }
                    holding.add(given);
                    overtaken.replaceAll((job, times) -> times + 1);
                }
                // Once its patience is over every second turn is for those that asked before it, and then its own.
                int seed = mix;
                overtaken.forEach((job, times) -> assertThat(isSmall(job) ? 0 : times)
                        .as("mix %d: times that %s was overtaken", seed, job)
                        .isLessThanOrEqualTo(patience + 2 * before.getOrDefault(job, 0) + 1));
                if (!holding.isEmpty()) {
                    Job ended = holding.remove(random.nextInt(holding.size()));
                    turns.giveBack(ended, ended.costMs() * (0.5 + random.nextDouble()));
                }
            }
        }
    }

    private static boolean isSmall(Job job) {
        return job.account().tenant().equals("small");
    }
}
