package io.darkroom.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CancellationTest {
    @Test
    void theKeyNamesAJobOrAGroup() {
        assertThat(Cancellation.read(Bytes.utf8("a"), Bytes.utf8("{\"reason\":\"no\"}"), 5))
                .isEqualTo(new Cancellation("a", false, "no", 5));
        assertThat(Cancellation.read(Bytes.utf8("group:night run"), null, 5))
                .isEqualTo(new Cancellation("night run", true, "canceled", 5));
    }

    @Test
    void aValueThatCannotBeReadStillCancels() {
        for (String value : new String[] {"", "{}", "null", "no", "{\"reason\":7}", "{\"reason\":\"\\ud800\"}"}) {
            Cancellation read = Cancellation.read(Bytes.utf8("a"), Bytes.utf8(value), 5);

            assertThat(read).isNotNull();
            assertThat(read == null ? "" : read.reason()).isIn("canceled", "7");
        }
    }

    @Test
    void aKeyThatNamesNothingCancelsNothing() {
        assertThat(Cancellation.read(null, null, 5)).isNull();
        assertThat(Cancellation.read(Bytes.utf8("group:"), null, 5)).isNull();
        assertThat(Cancellation.read(Bytes.utf8("../x"), null, 5)).isNull();
    }

    @Test
    void anIdMeansItsJobAtAnyTimeButAReplayOnlyWhereItIsOlder() {
        Cancellation cancellation = new Cancellation("a", false, "no", 100);

        assertThat(cancellation.means(new JobKey("a", 0), null, 200)).isTrue();
        assertThat(cancellation.means(new JobKey("a", 1), null, 200)).isFalse();
        assertThat(cancellation.means(new JobKey("a", 1), null, 50)).isTrue();
        assertThat(cancellation.means(new JobKey("b", 0), "a", 50)).isFalse();
    }
}
