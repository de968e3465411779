package io.darkroom.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.job.Shares.Account;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TurnsTest {
    private static final Instant START = Instant.parse("2026-11-23T08:00:00Z");
    private static final double JOB_MS = 100;
    private static final Quotas EVERYTHING = new Quotas(TenantQuotas.NONE, InstantSource.system());

    private final Turns<String> turns = new Turns<>(2, 1000, EVERYTHING);
    private final Turns<String> one = new Turns<>(1, 1000, EVERYTHING);

    @Test
    void theMostUrgentIsFirstAndAmongEqualsTheOneWhoAskedFirst() {
        turns.ask("bulk", job(0));
        turns.ask("first", job(5));
        turns.ask("second", job(5));

        assertThat(turns.next()).contains("first");
        assertThat(turns.next()).contains("second");
        assertThat(turns.next()).isEmpty();
        turns.giveBack("first", JOB_MS);
        assertThat(turns.next()).contains("bulk");
    }

    @Test
    void whoIsToBeAloneWaitsForAllAndThenHoldsUpAll() {
        turns.ask("a", job(5));
        assertThat(turns.next()).contains("a");
        turns.ask("alone", alone());
        turns.ask("b", job(5));

        assertThat(turns.next()).isEmpty();
        turns.giveBack("a", JOB_MS);
        assertThat(turns.next()).contains("alone");
        assertThat(turns.next()).isEmpty();
        turns.giveBack("alone", JOB_MS);
        assertThat(turns.next()).contains("b");
    }

    @Test
    void whoIsToBeAloneWaitsForThoseWhoAreOnTheirWayIntoTheStore() {
        turns.ask("a", job(5));
        assertThat(turns.next()).contains("a");
        turns.ask("alone", alone());
        turns.trail("a", JOB_MS);
        turns.trail("a", JOB_MS);

        assertThat(turns.next()).isEmpty();
        turns.giveBack("a", JOB_MS);
        assertThat(turns.next()).contains("alone");
    }

    @Test
    void nobodyBeginsBesideOneThatIsAloneUntilItIsInTheStore() {
        turns.ask("alone", alone());
        assertThat(turns.next()).contains("alone");
        turns.ask("a", job(5));
        turns.trail("alone", JOB_MS);

        assertThat(turns.next()).isEmpty();
        turns.giveBack("alone", JOB_MS);
        assertThat(turns.next()).contains("a");
    }

    @Test
    void othersNeedNotWaitForOneThatTrails() {
        turns.ask("a", job(5));
        assertThat(turns.next()).contains("a");
        turns.trail("a", JOB_MS);
        turns.ask("b", job(5));

        assertThat(turns.next()).contains("b");
    }

    @Test
    void whoTrailsWithoutATurnNoLongerWaits() {
        turns.ask("a", job(5));
        turns.trail("a", 0);
        turns.ask("alone", alone());

        assertThat(turns.next()).contains("alone");
    }

    @Test
    void whoGivesBackWhileWaitingNoLongerWaits() {
        turns.ask("a", job(5));
        turns.giveBack("a", 0);

        assertThat(turns.next()).isEmpty();
    }

    @Test
    void aLevelHasTwiceTheShareOfTheOneBelow() {
        Map<String, Integer> done = new HashMap<>();
        for (int i = 0; i < 900; i++) {
            one.ask("4/" + i, job(4));
            one.ask("5/" + i, job(5));
        }

        for (int i = 0; i < 300; i++) {
            String next = one.next().orElseThrow();
            done.merge(next.substring(0, 1), 1, Integer::sum);
            one.giveBack(next, JOB_MS);
        }

        assertThat(done.get("5")).isBetween(198, 202);
    }

    @Test
    void tenantsTakeTurnsHoweverMuchOneAsksFor() {
        for (int i = 0; i < 100; i++) {
            one.ask("a" + i, job(5, "a"));
        }
        List<String> order = new ArrayList<>();
        order.add(round());
        for (int i = 0; i < 4; i++) {
            one.ask("b" + i, job(5, "b"));
        }

        for (int i = 0; i < 8; i++) {
            order.add(round());
        }

        assertThat(order.stream().filter(name -> name.startsWith("b"))).hasSize(4);
        assertThat(order.subList(1, 5).stream().filter(name -> name.startsWith("b")))
                .hasSize(2);
    }

    @Test
    void whatATurnReallyTookIsChargedNotWhatWasThought() {
        for (int i = 0; i < 200; i++) {
            one.ask("x" + i, job(5, "x"));
            one.ask("y" + i, job(5, "y"));
        }
        int ofX = 0;

        for (int i = 0; i < 200; i++) {
            String next = one.next().orElseThrow();
            boolean x = next.startsWith("x");
            ofX += x ? 1 : 0;
            one.giveBack(next, x ? 3 * JOB_MS : JOB_MS);
        }

        assertThat(ofX).isBetween(48, 52);
    }

    @Test
    void whoWasAwayHasSavedNothingUp() {
        one.ask("late", job(5, "late"));
        assertThat(round()).isEqualTo("late");
        for (int i = 0; i < 50; i++) {
            one.ask("busy" + i, job(5, "busy"));
        }
        for (int i = 0; i < 40; i++) {
            round();
        }
        for (int i = 0; i < 10; i++) {
            one.ask("late" + i, job(5, "late"));
        }

        List<String> order = List.of(round(), round(), round(), round());

        assertThat(order.stream().filter(name -> name.startsWith("late"))).hasSize(2);
    }

    @Test
    void whatWasBegunIsFirstThenTheEarliestDeadlineThenTheShortestJobThatHasNotWaitedLess() {
        one.ask("long", new Turns.Ask(new Account(5, ""), null, 5000, START, false, false));
        one.ask("short", new Turns.Ask(new Account(5, ""), null, 50, START.plusSeconds(1), false, false));
        one.ask("much later", new Turns.Ask(new Account(5, ""), null, 50, START.plusSeconds(3600), false, false));
        one.ask("tomorrow", ends(START.plus(Duration.ofDays(1))));
        one.ask("soon", ends(START.plusSeconds(10)));
        one.ask("begun", new Turns.Ask(new Account(5, ""), null, 5000, START.plusSeconds(7200), true, false));

        assertThat(List.of(round(), round(), round(), round(), round(), round()))
                .containsExactly("begun", "soon", "tomorrow", "short", "long", "much later");
    }

    @Test
    void nobodyIsOvertakenMoreOftenThanThePatienceSays() {
        Turns<String> impatient = new Turns<>(1, 20, EVERYTHING);
        Random random = new Random(1);
        impatient.ask("bulk", job(0));
        int given = 0;

        String next = "";
        while (!next.equals("bulk")) {
            impatient.ask("urgent" + given, job(5 + random.nextInt(5)));
            next = impatient.next().orElseThrow();
            impatient.giveBack(next, JOB_MS);
            given++;
        }

        assertThat(given).isLessThanOrEqualTo(21);
    }

    /** A backlog of a tenant that has had its quota is not served for its age alone. */
    @Test
    void whoHasHadItsQuotaIsNotServedForItsPatienceWhileOthersWait() {
        TenantQuotas onlyOne =
                new TenantQuotas(TenantQuotas.Quota.NONE, Map.of("small", new TenantQuotas.Quota(1, null)));
        Turns<String> impatient = new Turns<>(3, 2, new Quotas(onlyOne, InstantSource.system()));
        impatient.ask("small1", job(5, "small"));
        impatient.ask("small2", job(5, "small"));
        assertThat(impatient.next()).contains("small1");

        for (int i = 0; i < 20; i++) {
            impatient.ask("other" + i, job(5, "other"));
            assertThat(impatient.next()).contains("other" + i);
            impatient.giveBack("other" + i, JOB_MS);
        }

        assertThat(impatient.next()).contains("small2");
    }

    @Test
    void longJobsThatHaveAllPlacesDoNotKeepAMoreUrgentOrAMuchShorterOneWaiting() {
        Turns<String> four = new Turns<>(4, 1000, EVERYTHING);
        for (int i = 0; i < 6; i++) {
            four.ask("bulk" + i, job(0));
        }
        for (int i = 0; i < 4; i++) {
            assertThat(four.next()).contains("bulk" + i);
        }
        assertThat(four.next()).isEmpty();

        four.ask("urgent", job(5));
        assertThat(four.next()).contains("urgent");
        four.ask("urgent too", job(5));
        assertThat(four.next()).isEmpty();

        four.giveBack("urgent", JOB_MS);
        four.giveBack("urgent too", 0);
        four.ask("short", new Turns.Ask(new Account(0, ""), null, JOB_MS / 8, START, false, false));
        assertThat(four.next()).contains("short");
        four.giveBack("bulk0", JOB_MS);
        assertThat(four.next()).isEmpty();
        four.giveBack("short", JOB_MS / 8);
        assertThat(four.next()).contains("bulk4");
    }

    @Test
    void amongJobsOfAKindThereAreNoMorePlaces() {
        Turns<String> four = new Turns<>(4, 1000, EVERYTHING);
        for (int i = 0; i < 4; i++) {
            four.ask("a" + i, job(5));
            assertThat(four.next()).isPresent();
        }
        four.ask("less urgent", job(4));
        four.ask("half as long", new Turns.Ask(new Account(5, ""), null, JOB_MS / 2, START, false, false));

        assertThat(four.next()).isEmpty();
    }

    @Test
    void theWaitDoublesUpToItsLimitAndIsSpread() {
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2), new Random(1));

        for (int faults = 1; faults < 100; faults++) {
            long most = (long) Math.min(2000, 100 * Math.pow(2, faults - 1));

            assertThat(backoff.after(faults).toMillis()).isBetween(most / 2, most);
        }
    }

    private String round() {
        Optional<String> next = one.next();
        next.ifPresent(who -> one.giveBack(who, JOB_MS));
        return next.orElseThrow();
    }

    private static Turns.Ask job(int level) {
        return job(level, "");
    }

    private static Turns.Ask job(int level, String tenant) {
        return new Turns.Ask(new Account(level, tenant), null, JOB_MS, START, false, false);
    }

    private static Turns.Ask ends(@Nullable Instant deadline) {
        return new Turns.Ask(new Account(5, ""), deadline, JOB_MS, START, false, false);
    }

    private static Turns.Ask alone() {
        return new Turns.Ask(new Account(5, ""), null, JOB_MS, START, false, true);
    }
}
