package io.darkroom.sampling.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.sampling.SchedulerConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TrainingSigmasTest {
    private static final long SEED = 20_261_127;

    /** Also where trained betas make the levels rise and fall. */
    @Test
    void theTimestepOfALevelIsThatOfASearchFromTheFirst() {
        Random random = new Random(SEED);
        for (int n : new int[] {2, 3, 50}) {
            for (double lowest : new double[] {0.001, -0.01, 0}) {
                TrainingSigmas sigmas = of(n, lowest, random);
                for (int i = 0; i < 200; i++) {
                    double level = i < n ? sigmas.at(i) : Math.exp(random.nextDouble() * 20 - 12);

                    assertThat(sigmas.timestep(level))
                            .as("level %s of %d from %s, seed %d", level, n, lowest, SEED)
                            .isEqualTo(Double.valueOf(searched(sigmas, n, level)));
                }
            }
        }
    }

    /** Ten times as many as a sweep of 64 pictures of 1,000 steps asks for. */
    @Test
    @Timeout(20)
    void manyLevelsAmongManyTimestepsTakeNoMinutes() {
        TrainingSigmas sigmas = TrainingSigmas.of(AlphasCumprod.of(SchedulerConfig.from(
                Map.of("_class_name", "EulerDiscreteScheduler", "num_train_timesteps", 100_000, "beta_end", 1e-4))));
        double[] levels = new double[640_000];
        Arrays.fill(levels, sigmas.largest());

        double[] timesteps = sigmas.timesteps(levels);

        assertThat(timesteps).containsOnly(99_999);
    }

    private static TrainingSigmas of(int n, double lowest, Random random) {
        List<Double> betas = random.doubles(n, lowest, 0.05).boxed().collect(Collectors.toList());
        return TrainingSigmas.of(AlphasCumprod.of(SchedulerConfig.from(
                Map.of("_class_name", "EulerDiscreteScheduler", "num_train_timesteps", n, "trained_betas", betas))));
    }

    /** diffusers' sigma_to_t, level by level. */
    private static double searched(TrainingSigmas sigmas, int n, double level) {
        double log = Math.log(Math.max(level, 1e-10));
        float[] logs = new float[n];
        for (int t = 0; t < n; t++) {
            logs[t] = (float) Math.log(sigmas.at(t));
        }
        int low = 0;
        for (int t = 0; t < n - 1 && log >= logs[t]; t++) {
            low = t;
        }
        double w = Math.min(Math.max(((double) logs[low] - log) / (logs[low] - logs[low + 1]), 0), 1);
        return (1 - w) * low + w * (low + 1);
    }
}
