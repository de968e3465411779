package io.darkroom.training.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The gradients of every kind of network are those of finite differences, with no weight at its beginning. */
class GradientTest {
    /** Of the gradient's length: what float32 and the third derivative leave. */
    private static final double CLOSE = 0.02;

    private static final double STEP = 2e-4;
    private static final int DIRECTIONS = 3;

    private final NDManager manager = NDManager.newBaseManager();
    private final Random random = new Random(7);

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void ofAUNetOnAsManyPlacesAsTrainingHas() {
        UNet unet = new UNet(4, List.of(16, 24), List.of(true, true), 1, 2, 8, 12, 2);

        isThatOfFiniteDifferences(unet, normal(2, 4, 16, 16), manager.create(new float[] {321, 17}), normal(2, 10, 12));
    }

    @Test
    void ofADiffusionTransformerOnAsManyPlacesAsTrainingHas() {
        DiffusionTransformer dit = new DiffusionTransformer(4, 2, 8, 32, 2, 4, 24, 16, 10, 12);

        isThatOfFiniteDifferences(
                dit, normal(5, 4, 16, 16), normal(5, 10, 16), normal(5, 12), manager.create(new float[] {
                    999, 12.5f, 500, 3, 700
                }));
    }

    @Test
    void ofATextEncoder() {
        long[] ids = {98, 5, 17, 3, 99, 99, 98, 1, 2, 3, 4, 99};

        isThatOfFiniteDifferences(new ClipTextEncoder(100, 6, 16, 2, 2, 99, 8), manager.create(ids, new Shape(2, 6)));
    }

    @Test
    void ofAVae() {
        isThatOfFiniteDifferences(new VaeEncoder(List.of(8, 16), 1, 4, 4), normal(2, 3, 16, 16));
        isThatOfFiniteDifferences(new VaeDecoder(List.of(8, 16), 1, 4, 4), normal(2, 4, 8, 8));
    }

    /** Large products are made as convolutions, small ones as products. */
    @Test
    void manyRowsGiveWhatFewRowsGive() {
        NDArray weight = normal(6, 5);
        NDArray bias = normal(6);
        DjlOps ops = new DjlOps(manager, Map.of());
        NDArray many = normal(3, 100, 5);

        float[] together = ops.linear(many, weight, bias).toFloatArray();

        NDList parts = new NDList();
        many.split(3).forEach(part -> parts.add(ops.linear(part, weight, bias)));
        assertThat(together).containsExactly(NDArrays.concat(parts).toFloatArray(), within(1e-5f));
    }

    private void isThatOfFiniteDifferences(Definition definition, NDArray... inputs) {
        try (Network network = new Network(definition, manager, 1)) {
            float[] weights = network.copy();
            for (int i = 0; i < weights.length; i++) {
                weights[i] += (float) (0.1 * random.nextGaussian());
            }
            network.load(weights);
            NDArray[] likes = likes(network, inputs);
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                collector.backward(loss(network, likes, inputs));
            }
            float[] gradient = network.gradient(manager).toFloatArray();
            double length = Math.sqrt(dot(gradient, gradient));

            assertThat(length).isGreaterThan(0.1);
            for (int i = 0; i < DIRECTIONS; i++) {
                float[] direction = gaussian(weights.length);
                double plus = loss(network, moved(weights, direction, STEP), likes, inputs);
                double minus = loss(network, moved(weights, direction, -STEP), likes, inputs);

                // Along a direction of chance the slope is the gradient's length times a normal number.
                assertThat((plus - minus) / (2 * STEP)).isCloseTo(dot(gradient, direction), within(CLOSE * length));
            }
        }
    }

    private NDArray[] likes(Network network, NDArray... inputs) {
        NDArray[] outputs = network.forward(inputs);
        NDArray[] likes = new NDArray[outputs.length];
        for (int i = 0; i < likes.length; i++) {
            likes[i] = normal(outputs[i].getShape().getShape());
        }
        return likes;
    }

    /** The mean of squares of each output to something, so that every output counts. */
    private static NDArray loss(Network network, NDArray[] likes, NDArray... inputs) {
        NDArray[] outputs = network.forward(inputs);
        NDArray sum = outputs[0].sub(likes[0]).square().mean();
        for (int i = 1; i < outputs.length; i++) {
            sum = sum.add(outputs[i].sub(likes[i]).square().mean());
        }
        return sum;
    }

    private static double loss(Network network, float[] weights, NDArray[] likes, NDArray... inputs) {
        network.load(weights);
        return loss(network, likes, inputs).getFloat();
    }

    private static float[] moved(float[] weights, float[] direction, double by) {
        float[] moved = weights.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += (float) (by * direction[i]);
        }
        return moved;
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    private float[] gaussian(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private NDArray normal(long... shape) {
        return manager.create(gaussian((int) new Shape(shape).size()), new Shape(shape));
    }
}
