package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UrgencyTest {
    private static final double SECOND = 1e9;

    @Test
    void theShorterOfTwoGoesFirst() {
        assertThat(Urgency.key(1 * SECOND, 5, 0)).isLessThan(Urgency.key(2 * SECOND, 5, 0));
    }

    @Test
    void anUrgentJobGoesBeforeAShorterOne() {
        assertThat(Urgency.key(50 * SECOND, 9, 0)).isLessThan(Urgency.key(1 * SECOND, 0, 0));
    }

    @Test
    void aShortJobGoesBeforeLongOnesThatHaveWaitedForTimesAsLongAsTheyTake() {
        for (int priority = 0; priority <= 9; priority++) {
            assertThat(Urgency.key(0.1 * SECOND, priority, 0))
                    .isLessThan(Urgency.key(1 * SECOND, priority, 50 * SECOND));
        }
    }

    @Test
    void ofThoseWhosePatienceIsOverTheMoreUrgentGoFirst() {
        assertThat(Urgency.key(1 * SECOND, 9, 70 * SECOND)).isLessThan(Urgency.key(1 * SECOND, 0, 70 * SECOND));
    }

    @Test
    void nobodyWaitsForMoreThanSixtyFourTimesItsOwnTime() {
        for (int priority = 0; priority <= 9; priority++) {
            assertThat(Urgency.key(3 * SECOND, priority, 65 * 3 * SECOND)).isLessThan(Urgency.key(0, 9, 0));
        }
    }

    @Test
    void aJobWhoseDeadlineIsNearGoesBeforeShorterOnesWhileItCanBeMet() {
        assertThat(Urgency.pressed(10 * SECOND, 12 * SECOND)).isLessThan(2 * SECOND);
        assertThat(Urgency.pressed(10 * SECOND, 1000 * SECOND)).isEqualTo(10 * SECOND);
        assertThat(Urgency.pressed(10 * SECOND, 9 * SECOND)).isEqualTo(10 * SECOND);
    }

    @Test
    void ofTwoThatAreAlikeTheNearerDeadlineGoesFirst() {
        assertThat(Urgency.pressed(10 * SECOND, 20 * SECOND)).isLessThan(Urgency.pressed(10 * SECOND, 40 * SECOND));
    }
}
