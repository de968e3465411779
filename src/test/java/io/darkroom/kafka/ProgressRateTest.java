package io.darkroom.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ProgressRateTest {
    private static final long MS = 1_000_000L;

    @Test
    void sendsAtMostFourEventsASecondForAJob() {
        ProgressRate rate = new ProgressRate(4, 200);

        long sent = LongStream.range(0, 2000)
                .filter(ms -> rate.allows("a", ms * MS))
                .count();

        assertThat(sent).isEqualTo(8);
    }

    @Test
    void jobsDoNotTakeEachOthersShare() {
        ProgressRate rate = new ProgressRate(4, 200);
        rate.allows("a", 0);

        assertThat(rate.allows("b", 0)).isTrue();
    }

    @Test
    void sendsAtMostTwoHundredASecondForTheWorker() {
        ProgressRate rate = new ProgressRate(4, 200);

        long sent = IntStream.range(0, 1000)
                .filter(job -> rate.allows("job-" + job, job * MS / 2))
                .count();

        assertThat(sent).isEqualTo(200);
        assertThat(rate.allows("another", 1000 * MS)).isTrue();
    }
}
