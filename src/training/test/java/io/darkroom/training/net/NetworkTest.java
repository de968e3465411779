package io.darkroom.training.net;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NetworkTest {
    private static final PictureClassifier SMALL = new PictureClassifier(List.of(8, 16), 5);

    private final NDManager manager = NDManager.newBaseManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void theSameSeedGivesTheSameWeights() {
        float[] first = new Network(SMALL, manager, 1).copy();

        assertThat(new Network(SMALL, manager, 1).copy()).isEqualTo(first);
        assertThat(new Network(SMALL, manager, 2).copy()).isNotEqualTo(first);
    }

    @Test
    void theGradientIsThatOfFiniteDifferences() {
        Network network = new Network(SMALL, manager, 3);
        NDArray picture = random(4, 2, 3, 16, 16);

        gradient(network, picture);

        float[] gradient = network.gradient(manager).toFloatArray();
        float[] weights = network.copy();
        Random random = new Random(5);
        double dot = 0;
        float[] plus = weights.clone();
        float[] minus = weights.clone();
        for (int i = 0; i < weights.length; i++) {
            double step = random.nextGaussian();
            dot += step * gradient[i];
            plus[i] += (float) (1e-3 * step);
            minus[i] -= (float) (1e-3 * step);
        }
        double difference = (loss(network, plus, picture) - loss(network, minus, picture)) / 2e-3;
        assertThat(difference).isCloseTo(dot, within(0.01 * Math.abs(dot)));
    }

    @Test
    void gradientsAddUpUntilTheyAreCleared() {
        Network network = new Network(SMALL, manager, 3);
        NDArray picture = random(4, 2, 3, 16, 16);
        gradient(network, picture);
        float once = network.gradient(manager).abs().sum().getFloat();

        gradient(network, picture);
        float twice = network.gradient(manager).abs().sum().getFloat();
        network.clearGradient();

        assertThat(twice).isCloseTo(2 * once, within(1e-3f * once));
        assertThat(network.gradient(manager).abs().sum().getFloat()).isZero();
    }

    @Test
    void whatIsChangedInAParameterIsChangedInTheNetwork() {
        Network network = new Network(SMALL, manager, 3);
        NDArray picture = random(4, 1, 3, 16, 16);

        Map<String, NDArray> parameters = network.parameters(manager);
        requireNonNull(parameters.get("head.weight")).muli(0);
        requireNonNull(parameters.get("head.bias")).addi(0.25);

        assertThat(network.forward(picture)[0].toFloatArray()).containsOnly(0.25f);
        assertThat(requireNonNull(parameters.get("levels.1.down.weight")).getShape())
                .isEqualTo(new Shape(16, 8, 3, 3));
        assertThat(parameters.keySet())
                .containsExactlyElementsOf(
                        network.weights().stream().map(Weight::name).toList());
    }

    @Test
    void aFrozenNetworkPassesGradientsToItsInputAlone() {
        Network network = new Network(SMALL, manager, 3);
        network.trainable(false);
        NDArray picture = random(4, 1, 3, 16, 16);
        picture.setRequiresGradient(true);

        gradient(network, picture);

        assertThat(picture.getGradient().abs().sum().getFloat()).isPositive();
        assertThatThrownBy(() -> network.gradient(manager)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatAStepMakesGoesWithItsScope() {
        Network network = new Network(SMALL, manager, 3);
        int before = manager.getManagedArrays().size();
        NDArray output;

        try (NDManager step = manager.newSubManager()) {
            NDArray picture = step.randomNormal(new Shape(1, 3, 16, 16));
            gradient(network, picture);
            output = network.forward(picture)[0];
        }

        assertThat(output.isReleased()).isTrue();
        assertThat(manager.getManagedArrays()).hasSize(before);
        assertThat(network.values().getManager().getManagedArrays()).hasSize(1);
    }

    private static void gradient(Network network, NDArray picture) {
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            collector.backward(loss(network, picture));
        }
    }

    private static NDArray loss(Network network, NDArray picture) {
        NDArray logits = network.forward(picture)[0];
        return logits.square().sum();
    }

    private static double loss(Network network, float[] weights, NDArray picture) {
        network.load(weights);
        return loss(network, picture).getFloat();
    }

    private NDArray random(long seed, long... shape) {
        Random random = new Random(seed);
        float[] values = new float[(int) new Shape(shape).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return manager.create(values, new Shape(shape));
    }
}
