package io.darkroom.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.noise.DrawType;
import io.darkroom.noise.NoisePosition;
import io.darkroom.noise.TorchCpuGenerator;
import io.darkroom.noise.TorchGenerator;
import io.darkroom.tensor.Tensor;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class SavedStateTest {
    private static final int STEPS = 6;

    @TestFactory
    Stream<DynamicTest> aRunWrittenDownBetweenAnyTwoEvaluationsGoesOnWithTheSameBits() {
        return EverySampler.all(STEPS).entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
                    float[] expected =
                            EverySampler.run(e.getValue(), EverySampler.noise()).data();

                    float[] actual = runWrittenDownEachTime(e.getKey()).data();

                    assertThat(actual).isEqualTo(expected);
                }));
    }

    private static Tensor runWrittenDownEachTime(String name) throws IOException {
        Sampler sampler = EverySampler.named(name, STEPS);
        TorchGenerator noise = new TorchCpuGenerator(42);
        Progress progress = EverySampler.begin(sampler, noise);
        while (progress instanceof Pending pending) {
            java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
            write(SavedState.of(pending), noise.position(), bytes);
            Saved saved = read(new java.io.ByteArrayInputStream(bytes.toByteArray()));
            sampler = EverySampler.named(name, STEPS);
            noise = TorchGenerator.at(saved.position());
            progress = EverySampler.step(sampler, saved.state().restore(sampler), noise);
        }
        return ((Done) progress).latents();
    }

    @Test
    void everySamplersStateIsRestoredInAFreshJvm(@TempDir Path dir) throws Exception {
        Map<String, float[]> expected = new LinkedHashMap<>();
        for (Map.Entry<String, Sampler> e : EverySampler.all(STEPS).entrySet()) {
            TorchGenerator noise = new TorchCpuGenerator(42);
            Progress progress = EverySampler.begin(e.getValue(), noise);
            for (int i = 0; i < 4; i++) {
                progress = EverySampler.step(e.getValue(), (Pending) progress, noise);
            }
            try (OutputStream out = Files.newOutputStream(dir.resolve(e.getKey()))) {
                write(SavedState.of((Pending) progress), noise.position(), out);
            }
            expected.put(
                    e.getKey(),
                    EverySampler.run(e.getValue(), EverySampler.noise()).data());
        }

        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        FreshJvm.class.getName(),
                        dir.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(other.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);

        assertThat(other.waitFor()).as(said).isZero();
        for (Map.Entry<String, float[]> e : expected.entrySet()) {
            try (InputStream in = Files.newInputStream(dir.resolve(e.getKey() + ".done"))) {
                Tensor actual = readTensor(new DataInputStream(in));
                assertThat(actual.data()).as(e.getKey()).isEqualTo(e.getValue());
            }
        }
    }

    /** What the other JVM does: reads every state, and goes on to the end. */
    static final class FreshJvm {
        private FreshJvm() {}

        public static void main(String[] args) throws IOException {
            Path dir = Path.of(args[0]);
            for (Map.Entry<String, Sampler> e : EverySampler.all(STEPS).entrySet()) {
                Saved saved;
                try (InputStream in = Files.newInputStream(dir.resolve(e.getKey()))) {
                    saved = read(in);
                }
                TorchGenerator noise = TorchGenerator.at(saved.position());
                Progress progress = saved.state().restore(e.getValue());
                while (progress instanceof Pending pending) {
                    progress = EverySampler.step(e.getValue(), pending, noise);
                }
                try (OutputStream out = Files.newOutputStream(dir.resolve(e.getKey() + ".done"))) {
                    writeTensor(((Done) progress).latents(), new DataOutputStream(out));
                }
            }
        }
    }

    @Test
    void aStateOfAnotherScheduleIsRefused() {
        Sampler six = EverySampler.named("ddim", 6);
        Sampler seven = EverySampler.named("ddim", 7);
        SavedState saved = SavedState.of((Pending) EverySampler.begin(six, EverySampler.noise()));

        assertThatThrownBy(() -> saved.restore(seven)).isInstanceOf(IllegalArgumentException.class);
    }

    private record Saved(SavedState state, NoisePosition position) {}

    private static void write(SavedState state, NoisePosition position, OutputStream to) throws IOException {
        DataOutputStream out = new DataOutputStream(to);
        out.writeInt(state.tensors().size());
        for (Map.Entry<String, Tensor> e : state.tensors().entrySet()) {
            out.writeUTF(e.getKey());
            writeTensor(e.getValue(), out);
        }
        out.writeInt(state.numbers().size());
        for (Map.Entry<String, Double> e : state.numbers().entrySet()) {
            out.writeUTF(e.getKey());
            out.writeUTF(e.getValue().toString()); // as a decimal, as JSON would
        }
        out.writeLong(position.seed());
        out.writeLong(position.drawn());
        out.writeUTF(String.valueOf(position.cached()));
        out.flush();
    }

    private static Saved read(InputStream from) throws IOException {
        DataInputStream in = new DataInputStream(from);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int n = in.readInt(); n > 0; n--) {
            tensors.put(in.readUTF(), readTensor(in));
        }
        Map<String, Double> numbers = new LinkedHashMap<>();
        for (int n = in.readInt(); n > 0; n--) {
            numbers.put(in.readUTF(), Double.valueOf(in.readUTF()));
        }
        long seed = in.readLong();
        long drawn = in.readLong();
        String cached = in.readUTF();
        return new Saved(
                new SavedState(tensors, numbers),
                new NoisePosition(
                        DrawType.FLOAT32, seed, drawn, cached.equals("null") ? null : Double.valueOf(cached), 0));
    }

    private static void writeTensor(Tensor t, DataOutputStream out) throws IOException {
        out.writeInt(t.rank());
        for (int d : t.shape()) {
            out.writeInt(d);
        }
        for (float v : t.data()) {
            out.writeFloat(v);
        }
    }

    private static Tensor readTensor(DataInputStream in) throws IOException {
        int[] shape = new int[in.readInt()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = in.readInt();
        }
        float[] data = new float[Tensor.elements(shape)];
        for (int i = 0; i < data.length; i++) {
            data[i] = in.readFloat();
        }
        return Tensor.of(data, shape);
    }
}
