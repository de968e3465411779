package io.darkroom.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.darkroom.goldens.SafetensorsFile;
import io.darkroom.model.LoraFile;
import io.darkroom.onnx.LoraMatch.Change;
import io.darkroom.onnx.ModuleWeights.Place;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forms of graphs that the recorded models do not have: y = x A B, where each is 2 x 2. */
class FusedGraphTest {
    private static final float[] W = {1, 2, 3, 5};
    private static final float[] X = {1, 10};

    @TempDir
    private Path folder;

    private Path write(byte[]... graphFields) throws IOException {
        byte[] opset = Protobuf.bytes(8, Protobuf.number(2, 13));
        byte[] model = join(Protobuf.number(1, 8), Protobuf.bytes(7, join(join(graphFields), ends())), opset);
        return Files.write(folder.resolve("model.onnx"), model);
    }

    private static byte[] ends() {
        return join(Protobuf.bytes(11, value("x")), Protobuf.bytes(12, value("y")));
    }

    private static byte[] value(String name) {
        byte[] shape = join(Protobuf.bytes(1, Protobuf.number(1, 1)), Protobuf.bytes(1, Protobuf.number(1, 2)));
        return join(
                Protobuf.text(1, name),
                Protobuf.bytes(2, Protobuf.bytes(1, join(Protobuf.number(1, 1), Protobuf.bytes(2, shape)))));
    }

    private static byte[] node(String name, String op, String output, String... inputs) {
        ByteArrayOutputStream node = new ByteArrayOutputStream();
        for (String input : inputs) {
            node.writeBytes(Protobuf.text(1, input));
        }
        return Protobuf.bytes(
                1, join(node.toByteArray(), Protobuf.text(2, output), Protobuf.text(3, name), Protobuf.text(4, op)));
    }

    private static byte[] weight(String name, byte[] content) {
        return Protobuf.bytes(
                5,
                join(
                        Protobuf.number(1, 2),
                        Protobuf.number(1, 2),
                        Protobuf.number(2, GraphFile.FLOAT),
                        Protobuf.text(8, name),
                        content));
    }

    private static byte[] raw(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.array();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** The module's change as the file has it, [out][in]. */
    private LoraFile lora() throws IOException {
        Path file = folder.resolve("l.safetensors");
        new SafetensorsFile().lora("unet.b", 1, 2, 2).write(file);
        return LoraFile.read("l", file);
    }

    private static double[] times(double[] x, double[][] matrix) {
        return new double[] {x[0] * matrix[0][0] + x[1] * matrix[1][0], x[0] * matrix[0][1] + x[1] * matrix[1][1]};
    }

    private static double[][] w() {
        return new double[][] {{W[0], W[1]}, {W[2], W[3]}};
    }

    /** W, [in][out], with twice the LoRA. */
    private static double[][] changed(double[][] matrix, LoraFile lora) {
        LoraFile.Factors f = lora.factors(lora.modules().get(0));
        double[][] result = new double[2][2];
        for (int in = 0; in < 2; in++) {
            for (int out = 0; out < 2; out++) {
                result[in][out] = matrix[in][out]
                        + 2 * (double) f.up().data()[out] * f.down().data()[in];
            }
        }
        return result;
    }

    private static void check(Path file, LoraFile lora, double[] expected) throws OrtException {
        GraphFile graph = GraphFile.read(file);
        Place place = Objects.requireNonNull(ModuleWeights.of(graph).get("b"));
        Change change = new Change(place, lora, lora.modules().get(0), 2);
        try (FusedGraph fused = FusedGraph.of(graph, List.of(change));
                OrtSession session = Sessions.openFused(file, fused, new Device.Cpu());
                OnnxTensor x = OnnxTensor.createTensor(Sessions.environment(), FloatBuffer.wrap(X), new long[] {1, 2});
                OrtSession.Result result = session.run(Map.of("x", x))) {
            float[] y = ((float[][]) result.get(0).getValue())[0];

            assertThat((double) y[0]).isCloseTo(expected[0], within(1e-4));
            assertThat((double) y[1]).isCloseTo(expected[1], within(1e-4));
        }
    }

    @Test
    void aWeightThatAnotherModuleSharesStaysForThatOne() throws Exception {
        Path file = write(
                node("/a/MatMul", "MatMul", "h", "x", "w"),
                node("/b/MatMul", "MatMul", "y", "h", "w"),
                weight("w", Protobuf.bytes(9, raw(W))));
        LoraFile lora = lora();

        check(file, lora, times(times(new double[] {X[0], X[1]}, w()), changed(w(), lora)));
    }

    @Test
    void aModuleThatIsCalledTwiceIsChangedInBothCalls() throws Exception {
        Path file = write(
                node("/b/MatMul", "MatMul", "h", "x", "w"),
                node("/b/MatMul_1", "MatMul", "y", "h", "w"),
                weight("w", Protobuf.bytes(9, raw(W))));
        LoraFile lora = lora();

        double[][] both = changed(w(), lora);
        check(file, lora, times(times(new double[] {X[0], X[1]}, both), both));
    }

    @Test
    void weightsBesideTheGraphAreFused() throws Exception {
        Files.write(folder.resolve("model.onnx_data"), join(new byte[64], raw(W), raw(W)));
        Path file = write(
                node("/a/MatMul", "MatMul", "h", "x", "v"),
                node("/b/MatMul", "MatMul", "y", "h", "w"),
                weight("v", external(64)),
                weight("w", external(80)));
        LoraFile lora = lora();

        check(file, lora, times(times(new double[] {X[0], X[1]}, w()), changed(w(), lora)));
    }

    private static byte[] external(int offset) {
        return join(
                entry("location", "model.onnx_data"),
                entry("offset", Integer.toString(offset)),
                entry("length", "16"),
                Protobuf.number(14, 1));
    }

    private static byte[] entry(String key, String value) {
        return Protobuf.bytes(13, join(Protobuf.text(1, key), Protobuf.text(2, value)));
    }

    @Test
    void aWeightThatIsTransposedInsideTheGraphIsFound() throws Exception {
        Path file = write(
                node("/t", "Transpose", "wt", "b.weight"),
                node("/b/MatMul", "MatMul", "y", "x", "wt"),
                weight("b.weight", Protobuf.bytes(9, raw(W[0], W[2], W[1], W[3]))));
        LoraFile lora = lora();

        check(file, lora, times(new double[] {X[0], X[1]}, changed(w(), lora)));
    }

    @Test
    void weightsWrittenAsNumbersAreFused() throws Exception {
        Path file = write(node("/b/MatMul", "MatMul", "y", "x", "w"), weight("w", Protobuf.bytes(4, raw(W))));
        LoraFile lora = lora();

        check(file, lora, times(new double[] {X[0], X[1]}, changed(w(), lora)));
    }
}
