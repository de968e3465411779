package io.darkroom.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TurnsTest {
    private final Turns<String> turns = new Turns<>(2);

    @Test
    void theMostUrgentIsFirstAndAmongEqualsTheOneWhoAskedFirst() {
        turns.ask("bulk", 0, false);
        turns.ask("first", 5, false);
        turns.ask("second", 5, false);

        assertThat(turns.next()).contains("first");
        assertThat(turns.next()).contains("second");
        assertThat(turns.next()).isEmpty();
        turns.giveBack("first");
        assertThat(turns.next()).contains("bulk");
    }

    @Test
    void whoIsToBeAloneWaitsForAllAndThenHoldsUpAll() {
        turns.ask("a", 5, false);
        assertThat(turns.next()).contains("a");
        turns.ask("alone", 5, true);
        turns.ask("b", 5, false);

        assertThat(turns.next()).isEmpty();
        turns.giveBack("a");
        assertThat(turns.next()).contains("alone");
        assertThat(turns.next()).isEmpty();
        turns.giveBack("alone");
        assertThat(turns.next()).contains("b");
    }

    @Test
    void whoGivesBackWhileWaitingNoLongerWaits() {
        turns.ask("a", 5, false);
        turns.giveBack("a");

        assertThat(turns.next()).isEmpty();
    }

    @Test
    void theWaitDoublesUpToItsLimitAndIsSpread() {
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2), new Random(1));

        for (int faults = 1; faults < 100; faults++) {
            long most = (long) Math.min(2000, 100 * Math.pow(2, faults - 1));

            assertThat(backoff.after(faults).toMillis()).isBetween(most / 2, most);
        }
    }
}
