package io.darkroom.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import io.darkroom.training.net.Definition;
import io.darkroom.training.net.Init;
import io.darkroom.training.net.Layers;
import io.darkroom.training.net.Network;
import io.darkroom.training.net.Port;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LearnerTest {
    /** y = a x, with a vector a of two; and a number b that changes nothing. */
    private record Scale() implements Definition {
        @Override
        public List<Port> inputs() {
            return List.of(Port.floats("x", "2"));
        }

        @Override
        public List<Port> outputs() {
            return List.of(Port.floats("y", "2"));
        }

        @Override
        public <T> List<T> forward(Layers<T> layers, List<T> inputs) {
            T ax = layers.ops().mul(inputs.get(0), layers.ops().weight("a", Init.ONES, 2));
            T b = layers.ops().scale(layers.ops().weight("b", Init.ONES, 1), 0);
            return List.of(layers.ops().add(ax, b));
        }
    }

    private final NDManager manager = NDManager.newBaseManager();
    private final Network network = new Network(new Scale(), manager, 1);

    @AfterEach
    void close() {
        manager.close();
    }

    private double step(Learner learner, long step, float... x) {
        try (NDManager scope = manager.newSubManager()) {
            NDArray input = scope.create(x);
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                collector.backward(network.forward(input)[0].sum());
            }
            return Learner.step(List.of(learner), step, scope);
        }
    }

    @Test
    void adamTakesTheStepsOfItsEquations() {
        Learner learner = new Learner("it", network, new Learning(100, 1, 0.1, 0, 0, 1, 1, 1e6, 0), manager);

        step(learner, 0, 3, -4);
        float[] first = network.copy();
        step(learner, 1, 1, -4);

        // Whatever its size, the first step is the learning rate.
        assertThat(first).containsExactly(new float[] {0.9f, 1.1f, 1}, within(1e-6f));
        // Then g is 3, 1: m = 0.9 * 0.3 + 0.1 = 0.37, v = 0.98 * 0.18 + 0.02 = 0.1964; divided by 0.19 and 0.0396.
        double second = 0.37 / 0.19 / Math.sqrt(0.1964 / 0.0396);
        assertThat(network.copy()).containsExactly(new float[] {(float) (0.9 - 0.1 * second), 1.2f, 1}, within(1e-5f));
    }

    @Test
    void aLongGradientIsShortenedAndItsLengthTold() {
        Learner learner = new Learner("it", network, new Learning(100, 1, 0.1, 0, 0, 1, 1, 0.5, 0), manager);

        double norm = step(learner, 0, 3, -4);

        assertThat(norm).isCloseTo(5, within(1e-5));
        // A tenth of the gradient (3, -4) at length 0.5.
        assertThat(Objects.requireNonNull(learner.state().get("it.first")).toFloatArray())
                .containsExactly(new float[] {0.03f, -0.04f, 0}, within(1e-6f));
    }

    @Test
    void theNextStepStartsWithoutTheLastGradient() {
        Learner learner = new Learner("it", network, new Learning(100, 1, 0.1, 0, 0, 1, 1, 1e6, 0), manager);

        step(learner, 0, 3, -4);
        double norm = step(learner, 1, 0, 1);

        assertThat(norm).isCloseTo(1, within(1e-5));
    }

    @Test
    void theAverageFollowsTheWeights() {
        Learner learner = new Learner("it", network, new Learning(100, 1, 0.1, 0, 0, 1, 1, 1e6, 0.5), manager);

        step(learner, 0, 1, 1);

        // At first it keeps a tenth: 0.1 * 1 + 0.9 * 0.9.
        assertThat(Objects.requireNonNull(learner.state().get("it.average")).toFloatArray())
                .containsExactly(new float[] {0.91f, 0.91f, 1}, within(1e-6f));
    }

    @Test
    void laterTheAverageKeepsWhatItIsTold() {
        Learner learner = new Learner("it", network, new Learning(100, 1, 0.1, 0, 0, 1, 1, 1e6, 0.5), manager);

        step(learner, 90, 1, 1);

        // (1 + 90) / (10 + 90) is more than 0.5: half of 1, half of the new weight.
        float weight = network.copy()[0];
        assertThat(weight).isNotEqualTo(1);
        assertThat(Objects.requireNonNull(learner.state().get("it.average")).toFloatArray())
                .containsExactly(new float[] {0.5f + weight / 2, 0.5f + weight / 2, 1}, within(1e-6f));
    }

    @Test
    void aGradientThatIsNotFiniteStopsTheRun() {
        Learner learner = new Learner("it", network, new Learning(100, 1, 0.1, 0, 0, 1, 1, 1, 0), manager);

        assertThatThrownBy(() -> step(learner, 7, Float.NaN, 1))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("step 7");
        assertThat(network.copy()).containsExactly(1, 1, 1);
    }
}
