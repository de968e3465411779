package io.darkroom.training.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.training.objective.Objective.Noised;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ObjectiveTest {
    private static final Offset<Float> CLOSE = within(1e-6f);

    /** Four timesteps: products of 1 - beta are 0.9, 0.72, 0.36 and 0.09. */
    private static final Diffusion FOUR = Diffusion.of(SchedulerConfig.from(Map.of(
            "_class_name", "DDIMScheduler", "trained_betas", List.of(0.1, 0.2, 0.5, 0.75), "num_train_timesteps", 4)));

    private final NDManager manager = NDManager.newBaseManager();

    @AfterEach
    void close() {
        manager.close();
    }

    /** Two samples: z0 is (2, -1) and (0, 3); epsilon is (1, 0.5) and (-2, 1). */
    private Noised noised(Objective objective, float... u) {
        NDArray z0 = manager.create(new float[] {2, -1, 0, 3}, new Shape(2, 2));
        NDArray epsilon = manager.create(new float[] {1, 0.5f, -2, 1}, new Shape(2, 2));
        return objective.noise(z0, epsilon, u);
    }

    @Test
    void noisedLatentsAreRootsOfAlphaAndItsRestTimesDataAndNoise() {
        Noised noised = noised(new Epsilon(FOUR, Weighting.PLAIN), 0.3f, 0.8f);

        // t = 1: a = 0.72; t = 3: a = 0.09.
        assertThat(noised.time().toFloatArray()).containsExactly(1, 3);
        assertThat(noised.input().toFloatArray())
                .containsExactly(
                        new float[] {
                            (float) (2 * Math.sqrt(0.72) + Math.sqrt(0.28)),
                            (float) (-Math.sqrt(0.72) + 0.5 * Math.sqrt(0.28)),
                            (float) (-2 * Math.sqrt(0.91)),
                            (float) (3 * 0.3 + Math.sqrt(0.91))
                        },
                        CLOSE);
    }

    @Test
    void epsilonIsAskedForTheNoise() {
        Noised noised = noised(new Epsilon(FOUR, Weighting.PLAIN), 0.3f, 0.8f);

        assertThat(noised.target().toFloatArray()).containsExactly(1, 0.5f, -2, 1);
        assertThat(noised.weight().toFloatArray()).containsExactly(1, 1);
    }

    @Test
    void velocityIsAskedForNoiseLessDataByTheirRoots() {
        Noised noised = noised(new Velocity(FOUR, Weighting.PLAIN), 0.3f, 0.8f);

        assertThat(noised.target().toFloatArray())
                .containsExactly(
                        new float[] {
                            (float) (Math.sqrt(0.72) - 2 * Math.sqrt(0.28)),
                            (float) (0.5 * Math.sqrt(0.72) + Math.sqrt(0.28)),
                            (float) (-2 * 0.3),
                            (float) (0.3 - 3 * Math.sqrt(0.91))
                        },
                        CLOSE);
    }

    @Test
    void minSnrHoldsTheWeightOfTimestepsWithLittleNoise() {
        // SNR at t = 0 is 9; at t = 2 it is 0.5625.
        float[] epsilon =
                noised(new Epsilon(FOUR, new Weighting(5)), 0.1f, 0.6f).weight().toFloatArray();
        float[] velocity = noised(new Velocity(FOUR, new Weighting(5)), 0.1f, 0.6f)
                .weight()
                .toFloatArray();

        assertThat(epsilon).containsExactly(new float[] {5 / 9f, 1}, within(1e-5f));
        assertThat(velocity).containsExactly(new float[] {0.5f, 0.36f}, within(1e-5f));
    }

    @Test
    void aGammaThatIsNotAboveZeroIsRefused() {
        assertThatThrownBy(() -> new Weighting(0)).hasMessageContaining("gamma: 0.0");
    }

    @Test
    void flowGoesStraightFromDataToNoise() {
        Noised noised = noised(new Flow(), 0.25f, 1 - 0x1p-10f);

        assertThat(noised.time().toFloatArray()).containsExactly(250, 1000 - 1000 * 0x1p-10f);
        assertThat(noised.input().toFloatArray()).startsWith(1.75f, -0.625f);
        assertThat(noised.target().toFloatArray()).containsExactly(-1, 1.5f, -2, -2);
    }

    @Test
    void theLossIsTheMeanOfSquaresByTheSamplesWeights() {
        Noised noised = new Noised(
                manager.zeros(new Shape(2, 2)),
                manager.zeros(new Shape(2)),
                manager.create(new float[] {1, 2, 3, 4}, new Shape(2, 2)),
                manager.create(new float[] {1, 0.5f}));

        NDArray output = manager.create(new float[] {1, 4, 0, 4}, new Shape(2, 2));

        assertThat(noised.perSample(output).toFloatArray()).containsExactly(2, 4.5f);
        assertThat(noised.loss(output).getFloat()).isEqualTo((2 + 0.5f * 4.5f) / 2);
    }

    static Stream<Objective> objectives() {
        return Stream.of(new Epsilon(FOUR, new Weighting(5)), new Velocity(FOUR, new Weighting(5)), new Flow());
    }

    @ParameterizedTest
    @MethodSource("objectives")
    void theLosssGradientIsThatOfFiniteDifferences(Objective objective) {
        Random random = new Random(7);
        NDArray z0 = normal(random);
        NDArray epsilon = normal(random);
        Noised noised = objective.noise(z0, epsilon, new float[] {0.1f, 0.4f, 0.9f});
        // A denoiser of one parameter: w times its input.
        NDArray w = manager.create(0.3f);
        w.setRequiresGradient(true);
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            collector.backward(noised.loss(noised.input().mul(w)));
        }

        double plus = noised.loss(noised.input().mul(0.3f + 0.01f)).getFloat();
        double minus = noised.loss(noised.input().mul(0.3f - 0.01f)).getFloat();

        // The loss is a square in w: central differences are exact but for rounding.
        assertThat((double) w.getGradient().getFloat()).isCloseTo((plus - minus) / 0.02, within(1e-3));
    }

    private NDArray normal(Random random) {
        float[] values = new float[12];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return manager.create(values, new Shape(3, 1, 2, 2));
    }
}
