package io.darkroom.training.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AutoencodingTest {
    private final NDManager manager = NDManager.newBaseManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void reconstructionAddsAbsoluteSquaredAndCoarserErrors() {
        float[] difference = new float[64];
        // One pixel is off by 1, another by -1 in another 2 x 2 square of the same 4 x 4: they cancel from there on.
        difference[0] = 1;
        difference[2] = -1;
        NDArray x = manager.create(difference, new Shape(1, 1, 8, 8));

        float loss = Autoencoding.reconstruction(x, manager.zeros(x.getShape())).getFloat();

        // |d|: 2 / 64; d^2: 2 / 64; at a half two of 16 are 1/4; at a quarter and an eighth 0.
        assertThat(loss).isCloseTo(2 / 64f + 2 / 64f + 2 * 0.25f / 16, within(1e-7f));
    }

    @Test
    void divergenceIsThatOfNormalDistributions() {
        NDArray mean = manager.create(new float[] {0, 2}, new Shape(1, 2, 1, 1));
        NDArray logVariance = manager.create(new float[] {0, (float) Math.log(4)}, new Shape(1, 2, 1, 1));

        // (4 + 4 - 1 - ln 4) / 2 and 0; the mean of both.
        assertThat(Autoencoding.divergence(mean, logVariance).getFloat())
                .isCloseTo((float) ((7 - Math.log(4)) / 4), within(1e-6f));
    }

    @Test
    void aPosteriorIsSampledByItsDeviation() {
        NDArray parameters = manager.create(new float[] {1, 3, (float) Math.log(4), -100}, new Shape(1, 4, 1, 1));
        NDArray[] posterior = Autoencoding.posterior(parameters);
        NDArray epsilon = manager.create(new float[] {0.5f, 1}, new Shape(1, 2, 1, 1));

        float[] z = Autoencoding.sample(posterior[0], posterior[1], epsilon).toFloatArray();

        assertThat(posterior[1].toFloatArray()[1]).isEqualTo(-30);
        assertThat(z).containsExactly(new float[] {2, 3}, within(1e-5f));
    }

    @Test
    void perceptualDistanceIsOfDirectionsNotOfLengths() {
        NDArray x = manager.create(new float[] {3, 4}, new Shape(1, 2, 1, 1));
        NDArray longer = manager.create(new float[] {6, 8}, new Shape(1, 2, 1, 1));
        NDArray orthogonal = manager.create(new float[] {-4, 3}, new Shape(1, 2, 1, 1));

        assertThat(Autoencoding.perceptual(List.of(x), List.of(longer)).getFloat()).isCloseTo(0, within(1e-6f));
        assertThat(Autoencoding.perceptual(List.of(x, x), List.of(longer, orthogonal)).getFloat())
                .isCloseTo(1, within(1e-5f));
    }

    @Test
    void theCriticWantsRealAboveOneAndReconstructedBelowMinusOne() {
        NDArray real = manager.create(new float[] {2, 0.5f});
        NDArray reconstructed = manager.create(new float[] {-2, 1});

        // max(0, 1 - real) is 0, 0.5; max(0, 1 + reconstructed) is 0, 2.
        assertThat(Autoencoding.critic(real, reconstructed).getFloat()).isEqualTo((0.25f + 1) / 2);
        assertThat(Autoencoding.adversarial(reconstructed).getFloat()).isEqualTo(0.5f);
    }

    @Test
    void theGradientOfAllPartsIsThatOfFiniteDifferences() {
        Random random = new Random(11);
        float[] start = new float[2 * 4 * 64];
        float[] direction = new float[start.length];
        for (int i = 0; i < start.length; i++) {
            start[i] = (float) random.nextGaussian();
            direction[i] = (float) random.nextGaussian();
        }
        NDArray parameters = manager.create(start, new Shape(2, 4, 8, 8));
        NDArray x = manager.create(direction, parameters.getShape()).get(":, :2");
        parameters.setRequiresGradient(true);
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            collector.backward(loss(parameters, x));
        }

        float[] gradient = parameters.getGradient().toFloatArray();
        double slope = 0;
        for (int i = 0; i < start.length; i++) {
            slope += gradient[i] * direction[i];
        }
        double plus = loss(moved(start, direction, 1e-3f), x).getFloat();
        double minus = loss(moved(start, direction, -1e-3f), x).getFloat();
        assertThat((plus - minus) / 2e-3).isCloseTo(slope, within(0.01 * Math.abs(slope)));
    }

    private NDArray moved(float[] start, float[] direction, float by) {
        float[] moved = new float[start.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = start[i] + by * direction[i];
        }
        return manager.create(moved, new Shape(2, 4, 8, 8));
    }

    private static NDArray loss(NDArray parameters, NDArray x) {
        NDArray[] posterior = Autoencoding.posterior(parameters);
        NDArray y = Autoencoding.sample(posterior[0], posterior[1], x);
        return Autoencoding.reconstruction(x, y)
                .add(Autoencoding.divergence(posterior[0], posterior[1]).mul(0.1f))
                .add(Autoencoding.perceptual(List.of(x), List.of(y)))
                .add(Autoencoding.adversarial(y).mul(0.2f));
    }
}
