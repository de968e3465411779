package io.darkroom.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.job.Shares.Account;
import io.darkroom.worker.TenantQuotas.Quota;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class QuotasTest {
    private static final double JOB_MS = 60_000;

    private Instant now = Instant.parse("2026-11-26T08:00:00Z");

    @Test
    void whoHasItsJobsUnderWayComesAfterAllOthers() {
        Turns<String> turns = turns(new Quota(2, null), 3);
        for (String job : new String[] {"a1", "a2", "a3"}) {
            turns.ask(job, job("a", 9));
        }
        turns.ask("b1", job("b", 0));

        assertThat(turns.next()).contains("a1");
        assertThat(turns.next()).contains("a2");
        assertThat(turns.next()).contains("b1");
        turns.giveBack("a1", JOB_MS);
        assertThat(turns.next()).contains("a3");
    }

    @Test
    void whoHasHadItsHourWaitsForAllOthersUntilTheHourIsOver() {
        Turns<String> turns = turns(new Quota(null, Duration.ofMinutes(2)), 1);
        render(turns, "a1", job("a", 9));
        render(turns, "a2", job("a", 9));
        turns.ask("a3", job("a", 9));
        turns.ask("b1", job("b", 0));

        assertThat(turns.next()).contains("b1");
        turns.giveBack("b1", JOB_MS);
        turns.ask("b2", job("b", 0));
        now = now.plus(Duration.ofMinutes(61));
        assertThat(turns.next()).contains("a3");
    }

    @Test
    void whatRunningJobsAreThoughtToTakeCounts() {
        Turns<String> turns = turns(new Quota(null, Duration.ofMinutes(1)), 2);
        turns.ask("a1", job("a", 9));
        turns.ask("a2", job("a", 9));
        turns.ask("b1", job("b", 0));

        assertThat(turns.next()).contains("a1");
        assertThat(turns.next()).contains("b1");
    }

    @Test
    void nothingIsLeftIdleForAQuota() {
        Turns<String> turns = turns(new Quota(1, Duration.ofSeconds(1)), 2);
        turns.ask("a1", job("a", 5));
        turns.ask("a2", job("a", 5));

        assertThat(turns.next()).contains("a1");
        assertThat(turns.next()).contains("a2");
    }

    @Test
    void aTenantsOwnQuotaIsMeantForItAlone() {
        TenantQuotas named = new TenantQuotas(Quota.NONE, Map.of("a", new Quota(1, null)));
        Turns<String> turns = new Turns<>(4, 1000, new Quotas(named, () -> now));
        for (String job : new String[] {"a1", "a2", "b1", "b2"}) {
            turns.ask(job, job(job.substring(0, 1), job.startsWith("a") ? 9 : 0));
        }

        assertThat(turns.next()).contains("a1");
        assertThat(turns.next()).contains("b1");
        assertThat(turns.next()).contains("b2");
        assertThat(turns.next()).contains("a2");
    }

    private Turns<String> turns(Quota each, int atOnce) {
        return new Turns<>(atOnce, 1000, new Quotas(new TenantQuotas(each, Map.of()), () -> now));
    }

    private static void render(Turns<String> turns, String who, Turns.Ask ask) {
        turns.ask(who, ask);
        assertThat(turns.next()).contains(who);
        turns.giveBack(who, JOB_MS);
    }

    private Turns.Ask job(String tenant, int level) {
        return new Turns.Ask(new Account(level, tenant), null, JOB_MS, now, false, false);
    }
}
