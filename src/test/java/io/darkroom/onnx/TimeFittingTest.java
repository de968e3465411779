package io.darkroom.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.platform.Fp16Conversions;
import io.darkroom.goldens.Goldens;
import io.darkroom.model.BuiltInModels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A fitted UNet gives what the file's graph gives, to the last bit. */
class TimeFittingTest {
    private static final Device CPU = new Device.Cpu();
    private static final int SEQUENCE = 7;

    static Stream<Path> scalarTimes() {
        return Stream.concat(
                Stream.of("tiny-sd", "tiny-sd2", "tiny-sdxl", "tiny-lcm", "tiny-sd-inpaint", "tiny-sd-fp16")
                        .map(n -> Goldens.repository()
                                .resolve("pipelines")
                                .resolve(n)
                                .resolve("unet/model.onnx")),
                Stream.of(BuiltInModels.starter().graph("unet")));
    }

    /** Inputs of some rows, each from its own seed; a row's are the same in any call. */
    private static float[] outputs(OrtSession session, int side, List<Integer> seeds, double... times) {
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, NodeInfo> input : session.getInputInfo().entrySet()) {
                TensorInfo info = (TensorInfo) input.getValue().getInfo();
                if (input.getKey().equals("timestep")) {
                    long[] shape = info.isScalar() ? new long[0] : new long[] {times.length};
                    inputs.put("timestep", tensor(info.type, times, shape));
                    continue;
                }
                long[] shape = info.getShape();
                shape[0] = seeds.size();
                for (int axis = 1; axis < shape.length; axis++) {
                    if (shape[axis] < 0) {
                        shape[axis] = shape.length == 4 ? side : SEQUENCE;
                    }
                }
                int width = (int) (Arrays.stream(shape).reduce(1, (a, b) -> a * b) / shape[0]);
                double[] values = seeds.stream()
                        .flatMapToDouble(
                                seed -> new Random(seed * 31L + input.getKey().hashCode()).doubles(width, -1, 1))
                        .toArray();
                inputs.put(input.getKey(), tensor(info.type, values, shape));
            }
            try (OrtSession.Result result = session.run(inputs)) {
                FloatBuffer buffer = ((OnnxTensor) result.get(0)).getFloatBuffer();
                float[] all = new float[buffer.remaining()];
                buffer.get(all);
                return all;
            }
        } catch (OrtException e) {
            throw new AssertionError(e);
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private static OnnxTensor tensor(OnnxJavaType type, double[] values, long[] shape) throws OrtException {
        if (type == OnnxJavaType.FLOAT16) {
            ShortBuffer halves = ByteBuffer.allocateDirect(2 * values.length)
                    .order(ByteOrder.nativeOrder())
                    .asShortBuffer();
            Arrays.stream(values).forEach(v -> halves.put(Fp16Conversions.floatToFp16((float) v)));
            return OnnxTensor.createTensor(Sessions.environment(), halves.flip(), shape, type);
        }
        FloatBuffer floats = FloatBuffer.allocate(values.length);
        Arrays.stream(values).forEach(v -> floats.put((float) v));
        return OnnxTensor.createTensor(Sessions.environment(), floats.flip(), shape);
    }

    private static int side(Path unet) {
        return unet.startsWith(Goldens.repository()) ? 8 : 16;
    }

    @ParameterizedTest
    @MethodSource("scalarTimes")
    void rowsAtTimesOfTheirOwnGiveWhatTheFilesGraphGivesEachWithAnother(Path unet) throws OrtException {
        double[] times = {981, 500, 1};
        try (OrtSession plain = Sessions.open(unet, CPU);
                OrtSession fitted = Sessions.openDenoiser(unet, CPU)) {
            float[] together = outputs(fitted, side(unet), List.of(1, 2, 3), times);

            int width = together.length / 3;
            for (int i = 0; i < 3; i++) {
                // Alone, the file's graph rounds otherwise on the CPU.
                float[] withAnother = outputs(plain, side(unet), List.of(i + 1, 9), times[i]);
                assertThat(Arrays.copyOfRange(together, i * width, (i + 1) * width))
                        .isEqualTo(Arrays.copyOf(withAnother, width));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("scalarTimes")
    void aRowGivesTheSameAloneAndInAnyNumber(Path unet) throws OrtException {
        try (OrtSession fitted = Sessions.openDenoiser(unet, CPU)) {
            float[] alone = outputs(fitted, side(unet), List.of(1), 700);

            for (int rows : new int[] {2, 3, 5, 8}) {
                List<Integer> seeds = IntStream.rangeClosed(1, rows).boxed().toList();
                double[] times =
                        IntStream.range(0, rows).mapToDouble(i -> 700 - 50 * i).toArray();
                assertThat(Arrays.copyOf(outputs(fitted, side(unet), seeds, times), alone.length))
                        .isEqualTo(alone);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("scalarTimes")
    void aRowAloneIsNextToWhatTheFilesGraphGivesIt(Path unet) throws OrtException {
        try (OrtSession plain = Sessions.open(unet, CPU);
                OrtSession fitted = Sessions.openDenoiser(unet, CPU)) {
            float[] expected = outputs(plain, side(unet), List.of(4), 321);
            float[] actual = outputs(fitted, side(unet), List.of(4), 321);

            double tolerance = unet.toString().contains("fp16") ? 2e-3 : 5e-6;
            for (int i = 0; i < actual.length; i++) {
                assertThat(actual[i]).isCloseTo(expected[i], within((float) (tolerance * (1 + Math.abs(expected[i])))));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("scalarTimes")
    void rowsThatShareATimeGiveWhatTheFilesGraphGivesThemTogether(Path unet) throws OrtException {
        try (OrtSession plain = Sessions.open(unet, CPU);
                OrtSession fitted = Sessions.openDenoiser(unet, CPU)) {
            assertThat(outputs(fitted, side(unet), List.of(1, 2, 3, 4), 261, 261, 261, 261))
                    .isEqualTo(outputs(plain, side(unet), List.of(1, 2, 3, 4), 261));
        }
    }

    @Test
    void aGraphThatTakesAListAlreadyIsLeftAlone() throws IOException {
        Path unet = Goldens.repository().resolve("pipelines/tiny-sd-legacy/unet/model.onnx");

        assertThat(changes(Files.readAllBytes(unet))).isEmpty();
    }

    @Test
    void aTimeThatGoesToTwoPlacesIsLeftAlone() throws IOException {
        byte[] node = Message.field(
                1, Message.field(1, "timestep"), Message.field(2, "elsewhere"), Message.field(4, "Identity"));

        assertThat(changes(withNode(tinySd(), node))).isEmpty();
    }

    private static List<GraphPatch.Change> changes(byte[] model) {
        return TimeFitting.changes(
                GraphPatch.of(ByteBuffer.wrap(model)).orElseThrow().graph());
    }

    private static byte[] tinySd() throws IOException {
        return Files.readAllBytes(Goldens.repository().resolve("pipelines/tiny-sd/unet/model.onnx"));
    }

    /** The model with one node more in its graph. */
    private static byte[] withNode(byte[] model, byte[] node) {
        Message whole = new Message(ByteBuffer.wrap(model), 0, model.length);
        Message.Field graph = whole.fields(7).get(0);
        return joined(
                Arrays.copyOf(model, graph.from()),
                Message.field(7, node, Arrays.copyOfRange(model, graph.content(), graph.to())),
                Arrays.copyOfRange(model, graph.to(), model.length));
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    @Test
    void weightsInAFileOfTheirOwnAreFoundBesideTheModel(@TempDir Path folder) throws IOException, OrtException {
        Path inline = Goldens.repository().resolve("pipelines/tiny-sd/unet/model.onnx");
        Path moved = folder.resolve("model.onnx");
        byte[] model = tinySd();
        Files.write(moved, withExternalWeights(model, folder.resolve("model.onnx_data")));
        byte[] before = Files.readAllBytes(moved);

        try (OrtSession plain = Sessions.open(inline, CPU);
                OrtSession fitted = Sessions.openDenoiser(moved, CPU)) {
            TensorInfo time =
                    (TensorInfo) Objects.requireNonNull(fitted.getInputInfo().get("timestep"))
                            .getInfo();
            assertThat(time.getShape()).containsExactly(-1);
            assertThat(outputs(fitted, 8, List.of(1, 2), 700, 700)).isEqualTo(outputs(plain, 8, List.of(1, 2), 700));
        }
        assertThat(Files.readAllBytes(moved)).isEqualTo(before);
    }

    /** The largest initializer's bytes moved to another file, as {@code onnx.save_model} with external data does. */
    private static byte[] withExternalWeights(byte[] model, Path data) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(model);
        Message whole = new Message(buffer, 0, model.length);
        Message.Field graphField = whole.fields(7).get(0);
        Message graph = whole.message(graphField);
        Message.Field largest = graph.fields(5).stream()
                .max(Comparator.comparingInt(f -> f.to() - f.from()))
                .orElseThrow();
        Message tensor = graph.message(largest);
        Message.Field raw = tensor.fields(9).get(0);
        Files.write(data, tensor.bytes(raw.content(), raw.to()));
        byte[][] kept = tensor.fields().stream()
                .filter(f -> f.number() != 9)
                .map(f -> tensor.bytes(f.from(), f.to()))
                .toArray(byte[][]::new);
        byte[] location =
                Message.field(13, Message.field(1, "location"), Message.field(2, String.valueOf(data.getFileName())));
        byte[] external = {14 << 3, 1};
        byte[] initializer = Message.field(5, joined(kept), location, external);
        return joined(
                Arrays.copyOf(model, graphField.from()),
                Message.field(
                        7,
                        Arrays.copyOfRange(model, graphField.content(), largest.from()),
                        initializer,
                        Arrays.copyOfRange(model, largest.to(), graphField.to())),
                Arrays.copyOfRange(model, graphField.to(), model.length));
    }

    @Test
    void bytesThatAreNoModelAreRefused() {
        byte[] noise = new byte[64];
        IntStream.range(0, noise.length).forEach(i -> noise[i] = (byte) 0xFF);

        assertThatThrownBy(() -> changes(noise))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no protobuf message");
    }
}
