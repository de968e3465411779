package io.darkroom.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.kafka.ProgressRate.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ProgressRateTest {
    private static final long MS = 1_000_000L;

    @Test
    void sendsAtMostFourEventsASecondForAJob() {
        ProgressRate rate = new ProgressRate(4, 200);

        long sent = LongStream.range(0, 2000)
                .filter(ms -> rate.allows("a", Kind.STEP, ms * MS))
                .count();

        assertThat(sent).isEqualTo(8);
    }

    @Test
    void aJobsBeginCountsToo() {
        ProgressRate rate = new ProgressRate(4, 2);

        assertThat(rate.allows("a", Kind.STARTED, 0)).isTrue();
        assertThat(rate.allows("a", Kind.STEP, 1)).isFalse();
        assertThat(rate.allows("b", Kind.STARTED, 2)).isTrue();
        assertThat(rate.allows("c", Kind.STARTED, 3)).isFalse();
    }

    @Test
    void jobsDoNotTakeEachOthersShare() {
        ProgressRate rate = new ProgressRate(4, 200);
        rate.allows("a", Kind.STEP, 0);

        assertThat(rate.allows("b", Kind.STEP, 0)).isTrue();
    }

    @Test
    void sendsAtMostTwoHundredASecondForTheWorker() {
        ProgressRate rate = new ProgressRate(4, 200);

        long sent = IntStream.range(0, 1000)
                .filter(job -> rate.allows("job-" + job, Kind.STEP, job * MS / 2))
                .count();

        assertThat(sent).isEqualTo(200);
        assertThat(rate.allows("another", Kind.STEP, 1000 * MS)).isTrue();
    }

    /** What is sent of a job with steps of 20 ms, each event with the millisecond at which it was. */
    private static Map<Kind, List<Long>> sent(int previewEvery) {
        ProgressRate rate = new ProgressRate(4, 200);
        Map<Kind, List<Long>> sent = new EnumMap<>(Kind.class);
        for (int step = 1; step <= 300; step++) {
            Kind kind = step % previewEvery == 0 ? Kind.PREVIEW : Kind.STEP_BETWEEN_PREVIEWS;
            if (rate.allows("a", kind, step * 20L * MS)) {
                sent.computeIfAbsent(kind, k -> new ArrayList<>()).add(step * 20L);
            }
        }
        return sent;
    }

    @Test
    void whereStepsAreFastEveryPreviewIsSentThatComesNoMoreOftenThanFourTimesASecond() {
        for (int every : List.of(13, 15, 20, 30, 50, 100)) {
            List<Long> wanted = LongStream.rangeClosed(1, 300 / every)
                    .map(n -> n * every * 20)
                    .boxed()
                    .toList();

            assertThat(sent(every)).as("every %d steps", every).containsEntry(Kind.PREVIEW, wanted);
        }
    }

    @Test
    void previewsThatComeTooOftenAreSentFourTimesASecondAndNothingElseIs() {
        Map<Kind, List<Long>> sent = sent(1);

        assertThat(sent.get(Kind.PREVIEW)).hasSizeBetween(22, 24);
        assertThat(sent).doesNotContainKey(Kind.STEP_BETWEEN_PREVIEWS);
    }

    @Test
    void noSecondHasMoreThanFourEventsOfAJobThatWantsPreviews() {
        for (int every : List.of(3, 13, 15, 20, 50)) {
            List<Long> all =
                    sent(every).values().stream().flatMap(List::stream).sorted().toList();
            for (int i = 4; i < all.size(); i++) {
                assertThat(all.get(i) - all.get(i - 4))
                        .as("every %d, at %d ms", every, all.get(i))
                        .isGreaterThanOrEqualTo(1000);
            }
        }
    }

    @Test
    void betweenRarePreviewsThereIsAStepASecond() {
        assertThat(sent(300).get(Kind.STEP_BETWEEN_PREVIEWS)).containsExactly(20L, 1020L, 2020L, 3020L, 4020L, 5020L);
    }
}
