package io.darkroom.training.export;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.darkroom.training.net.ClipTextEncoder;
import io.darkroom.training.net.Definition;
import io.darkroom.training.net.DiffusionTransformer;
import io.darkroom.training.net.Network;
import io.darkroom.training.net.PatchDiscriminator;
import io.darkroom.training.net.PictureClassifier;
import io.darkroom.training.net.Port;
import io.darkroom.training.net.UNet;
import io.darkroom.training.net.VaeDecoder;
import io.darkroom.training.net.VaeEncoder;
import io.darkroom.training.net.Weight;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** ONNX Runtime gives what the trained network gives, with every weight at random, none at its beginning. */
class OnnxFileTest {
    private static final double CLOSE = 1e-4;
    private static final List<Integer> WIDTHS = List.of(16, 32, 64, 96);

    private final NDManager manager = NDManager.newBaseManager();
    private final Random random = new Random(7);

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void anEncoderOfPictures() throws OrtException {
        isTheSame(new VaeEncoder(WIDTHS, 1, 4, 8), normal(2, 3, 32, 48));
    }

    @Test
    void aDecoderOfLatents() throws OrtException {
        isTheSame(new VaeDecoder(WIDTHS, 1, 4, 8), normal(2, 4, 4, 6));
    }

    @Test
    void aTextEncoder() throws OrtException {
        isTheSame(new ClipTextEncoder(100, 12, 32, 3, 4, 99, 0), texts());
    }

    @Test
    void aTextEncoderWithProjection() throws OrtException {
        isTheSame(new ClipTextEncoder(100, 12, 32, 2, 4, 99, 24), texts());
    }

    @Test
    void aUNet() throws OrtException {
        UNet unet = new UNet(4, List.of(32, 48, 48), List.of(false, true, true), 1, 4, 16, 32, 4);

        isTheSame(unet, normal(2, 4, 8, 12), manager.create(321f), normal(2, 12, 32));
    }

    @Test
    void aUNetOfTwoLayersWithoutPooledText() throws OrtException {
        UNet unet = new UNet(4, List.of(16, 32), List.of(true, false), 2, 2, 8, 24, 0);

        isTheSame(unet, normal(1, 4, 8, 8), manager.create(7f), normal(1, 12, 24));
    }

    @Test
    void aDiffusionTransformerWithATimeForEachRow() throws OrtException {
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
    void aClassifierAndADiscriminator() throws OrtException {
        isTheSame(new PictureClassifier(List.of(16, 32), 9), normal(2, 3, 16, 24));
        isTheSame(new PatchDiscriminator(List.of(16, 32)), normal(2, 3, 16, 24));
    }

    private void isTheSame(Definition definition, NDArray... inputs) throws OrtException {
        try (Network network = new Network(definition, manager, 1)) {
            float[] values = randomWeights(network.weights());
            compare(network, values, OnnxFile.of(definition, values, false), inputs);

            float[] halves = Halves.rounded(values);
            byte[] half = OnnxFile.of(definition, halves, true);
            compare(network, halves, half, inputs);
            assertThat(half.length).isLessThan(OnnxFile.of(definition, values, false).length);
        }
    }

    private void compare(Network network, float[] values, byte[] file, NDArray... inputs) throws OrtException {
        network.load(values);
        NDArray[] expected = network.forward(inputs);
        List<Port> ports = network.definition().outputs();

        Map<String, float[]> actual = run(network.definition(), file, inputs);

        for (int i = 0; i < expected.length; i++) {
            float[] there = requireNonNull(actual.get(ports.get(i).name()));
            float[] here = expected[i].toFloatArray();
            assertThat(there).hasSameSizeAs(here);
            double spread = 0;
            for (int j = 0; j < here.length; j++) {
                spread += here[j] * here[j];
                assertThat(Math.abs((double) here[j] - there[j]))
                        .describedAs("%s at %s: %s and %s", ports.get(i).name(), j, here[j], there[j])
                        .isLessThan(CLOSE);
            }
            // Nothing is compared where all are 0 or tiny.
            assertThat(Math.sqrt(spread / here.length))
                    .describedAs(ports.get(i).name())
                    .isBetween(0.02, 50.0);
        }
    }

    private static Map<String, float[]> run(Definition definition, byte[] file, NDArray... inputs) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        Map<String, OnnxTensor> feed = new HashMap<>();
        Map<String, float[]> outputs = new HashMap<>();
        List<OnnxTensor> open = new ArrayList<>();
        try (OrtSession session = environment.createSession(file)) {
            for (int i = 0; i < inputs.length; i++) {
                Port port = definition.inputs().get(i);
                long[] shape = inputs[i].getShape().getShape();
                OnnxTensor tensor = port.integers()
                        ? OnnxTensor.createTensor(environment, LongBuffer.wrap(inputs[i].toLongArray()), shape)
                        : OnnxTensor.createTensor(environment, FloatBuffer.wrap(inputs[i].toFloatArray()), shape);
                open.add(tensor);
                feed.put(port.name(), tensor);
            }
            try (OrtSession.Result result = session.run(feed)) {
                result.forEach(
                        entry -> outputs.put(entry.getKey(), floats((OnnxTensor) entry.getValue())));
            }
        } finally {
            open.forEach(OnnxTensor::close);
        }
        return outputs;
    }

    private static float[] floats(OnnxTensor tensor) {
        FloatBuffer buffer = tensor.getFloatBuffer();
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        return values;
    }

    /** Of a size that keeps signals' size. */
    private float[] randomWeights(List<Weight> weights) {
        int size = weights.stream().mapToInt(Weight::size).sum();
        float[] values = new float[size];
        int at = 0;
        for (Weight weight : weights) {
            List<Integer> shape = weight.shape();
            boolean list = shape.size() == 1;
            double deviation = list ? 0.3 : 1 / Math.sqrt((double) weight.size() / shape.get(0));
            double centre = list && weight.name().contains("norm") && weight.name().endsWith("weight") ? 1 : 0;
            for (int i = 0; i < weight.size(); i++) {
                values[at++] = (float) (centre + deviation * random.nextGaussian());
            }
        }
        return values;
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
