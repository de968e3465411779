package io.darkroom.training.export;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.darkroom.training.net.ClipTextEncoder;
import io.darkroom.training.net.Definition;
import io.darkroom.training.net.DiffusionTransformer;
import io.darkroom.training.net.Network;
import io.darkroom.training.net.PatchDiscriminator;
import io.darkroom.training.net.PictureClassifier;
import io.darkroom.training.net.UNet;
import io.darkroom.training.net.VaeDecoder;
import io.darkroom.training.net.VaeEncoder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** ONNX Runtime gives what the trained network gives, with every weight at random, none at its beginning. */
class OnnxFileTest {
    private static final List<Integer> WIDTHS = List.of(16, 32, 64, 96);

    private final NDManager manager = NDManager.newBaseManager();
    private final Random random = new Random(7);

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void anEncoderOfPictures() {
        isTheSame(new VaeEncoder(WIDTHS, 1, 4, 8), normal(2, 3, 32, 48));
    }

    @Test
    void aDecoderOfLatents() {
        isTheSame(new VaeDecoder(WIDTHS, 1, 4, 8), normal(2, 4, 4, 6));
    }

    @Test
    void aTextEncoder() {
        isTheSame(new ClipTextEncoder(100, 12, 32, 3, 4, 99, 0), texts());
    }

    @Test
    void aTextEncoderWithProjection() {
        isTheSame(new ClipTextEncoder(100, 12, 32, 2, 4, 99, 24), texts());
    }

    @Test
    void aUNet() {
        UNet unet = new UNet(4, List.of(32, 48, 48), List.of(false, true, true), 1, 4, 16, 32, 4);

        isTheSame(unet, normal(2, 4, 8, 12), manager.create(321f), normal(2, 12, 32));
    }

    @Test
    void aUNetOfTwoLayersWithoutPooledText() {
        UNet unet = new UNet(4, List.of(16, 32), List.of(true, false), 2, 2, 8, 24, 0);

        isTheSame(unet, normal(1, 4, 8, 8), manager.create(7f), normal(1, 12, 24));
    }

    @Test
    void aDiffusionTransformerWithATimeForEachRow() {
        DiffusionTransformer dit = new DiffusionTransformer(4, 2, 8, 32, 2, 4, 24, 16, 5, 12);

        isTheSame(
                dit,
                normal(2, 4, 8, 12),
                // Seven tokens, of which it sees five.
                normal(2, 7, 16),
                normal(2, 12),
                manager.create(new float[] {999, 12.5f}));
    }

    @Test
    void aClassifierAndADiscriminator() {
        isTheSame(new PictureClassifier(List.of(16, 32), 9), normal(2, 3, 16, 24));
        isTheSame(new PatchDiscriminator(List.of(16, 32)), normal(2, 3, 16, 24));
    }

    @Test
    void aFileOfOtherWeightsIsFoundOut() {
        VaeDecoder definition = new VaeDecoder(WIDTHS, 1, 4, 8);
        try (Network network = new Network(definition, manager, 1)) {
            float[] values = RandomWeights.of(network.weights(), random);
            network.load(values);
            values[values.length / 2] += 0.05f;

            double difference =
                    Agreement.largestDifference(network, OnnxFile.of(definition, values, false), normal(1, 4, 4, 4));

            assertThat(difference).isGreaterThan(Agreement.CLOSE);
        }
    }

    private void isTheSame(Definition definition, NDArray... inputs) {
        try (Network network = new Network(definition, manager, 1)) {
            float[] values = RandomWeights.of(network.weights(), random);
            compare(network, values, OnnxFile.of(definition, values, false), inputs);

            float[] halves = Halves.rounded(values);
            byte[] half = OnnxFile.of(definition, halves, true);
            compare(network, halves, half, inputs);
            assertThat(half.length).isLessThan(OnnxFile.of(definition, values, false).length);
        }
    }

    private static void compare(Network network, float[] values, byte[] file, NDArray... inputs) {
        network.load(values);

        double difference = Agreement.largestDifference(network, file, inputs);

        assertThat(difference).isLessThan(Agreement.CLOSE);
        for (NDArray output : network.forward(inputs)) {
            // Nothing is compared where all are 0 or tiny.
            assertThat(Math.sqrt(output.square().mean().getFloat())).isBetween(0.02, 50.0);
        }
    }

    /** Two texts that end at different places, padded with the end. */
    private NDArray texts() {
        long[] ids = {98, 5, 17, 3, 99, 99, 99, 99, 99, 99, 99, 99, 98, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99};
        return manager.create(ids, new Shape(2, 12));
    }

    private NDArray normal(long... shape) {
        float[] values = new float[(int) new Shape(shape).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return manager.create(values, new Shape(shape));
    }
}
