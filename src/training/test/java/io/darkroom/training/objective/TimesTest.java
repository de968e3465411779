package io.darkroom.training.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimesTest {
    @Test
    void stratifiedTimesHaveOneInEachPartInRandomOrder() {
        float[] u = Times.stratified().draw(64, new Random(1));

        assertThat(u).isNotEqualTo(sorted(u));
        for (int i = 0; i < u.length; i++) {
            assertThat(sorted(u)[i]).isBetween(i / 64f, (i + 1) / 64f);
        }
    }

    @Test
    void logitNormalTimesHaveTheLogitsMomentsAndQuantiles() {
        int n = 20_000;
        float[] u = Times.logitNormal(0.5, 1.5).draw(n, new Random(2));

        double sum = 0;
        double squares = 0;
        for (float v : u) {
            double logit = Math.log(v / (1 - v));
            sum += logit;
            squares += logit * logit;
        }
        assertThat(sum / n).isCloseTo(0.5, within(0.01));
        assertThat(Math.sqrt(squares / n - 0.25)).isCloseTo(1.5, within(0.02));
        // sigmoid(0.5) is the median.
        assertThat((double) sorted(u)[n / 2]).isCloseTo(1 / (1 + Math.exp(-0.5)), within(0.001));
    }

    @Test
    void noTimeIsOne() {
        float[] u = Times.logitNormal(30, 1).draw(100, new Random(3));

        for (float v : u) {
            assertThat(v).isLessThan(1);
        }
    }

    @Test
    void aDeviationOfZeroIsRefused() {
        assertThatThrownBy(() -> Times.logitNormal(0, 0)).hasMessageContaining("deviation: 0.0");
    }

    @Test
    void theNormalDistributionIsThatOfTheTables() {
        assertThat(Normal.cumulated(1.96)).isCloseTo(0.9750021048517795, within(1e-14));
        assertThat(Normal.quantile(0.1)).isCloseTo(-1.2815515655446004, within(1e-12));
    }

    private static float[] sorted(float[] values) {
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
    }
}
