package io.darkroom.training.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConditionDropoutTest {
    private static final long[] EMPTY = {1, 2, 2};

    private static long[][] captions(int n) {
        long[][] ids = new long[n][];
        Arrays.setAll(ids, i -> new long[] {1, 10 + i, 2});
        return ids;
    }

    @Test
    void aTenthOfTheSamplesGetsTheEmptyPromptEachOnItsOwn() {
        long[][] ids = captions(20_000);

        new ConditionDropout(0.1).apply(ids, EMPTY, new Random(4));

        long dropped = Arrays.stream(ids).filter(row -> Arrays.equals(row, EMPTY)).count();
        // Five deviations of the binomial distribution are 0.0106.
        assertThat(dropped / 20_000.0).isCloseTo(0.1, within(0.0106));
        // Whether one is dropped says nothing of its neighbour: both of a pair are in a hundredth.
        long pairs = 0;
        for (int i = 0; i < ids.length; i += 2) {
            pairs += Arrays.equals(ids[i], EMPTY) && Arrays.equals(ids[i + 1], EMPTY) ? 1 : 0;
        }
        assertThat(pairs / 10_000.0).isCloseTo(0.01, within(0.005));
    }

    @Test
    void theOthersKeepTheirCaption() {
        long[][] ids = captions(50);

        new ConditionDropout(0).apply(ids, EMPTY, new Random(5));

        assertThat(ids).isDeepEqualTo(captions(50));
    }

    @Test
    void aProbabilityAboveOneIsRefused() {
        assertThatThrownBy(() -> new ConditionDropout(1.5)).hasMessageContaining("1.5 is not in 0..1");
    }
}
