package io.darkroom.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.goldens.Goldens;
import io.darkroom.goldens.Npy;
import io.darkroom.model.CallListener;
import io.darkroom.model.CallListener.Kind;
import io.darkroom.model.Conditioning;
import io.darkroom.model.Control;
import io.darkroom.model.Denoiser;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.Networks;
import io.darkroom.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows with a ControlNet and without, in the same calls; and folders whose graphs do not fit together. */
class ControlledDenoiserTest {
    private static final Path PAIR = Goldens.repository().resolve("controlnet/tiny-sd-controlnet");
    private static final Path PLAIN = Goldens.repository().resolve("pipelines/tiny-sd");
    private static final Path FUSED = Path.of("src/test/resources/controlnet-fused");

    @TempDir
    private Path directory;

    private static Networks load(Path folder, CallListener listener) {
        return new OnnxLoader(new Device.Cpu(), listener).load(ModelFolder.read("m", folder));
    }

    private static Networks load(Path folder) {
        return load(folder, (kind, rows, nanos) -> {});
    }

    private Path copyOf(Path folder) throws IOException {
        Path copy = directory.resolve("copy");
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = copy.resolve(folder.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
        return copy;
    }

    private static Tensor random(long seed, int... shape) {
        Random random = new Random(seed);
        float[] data = new float[Tensor.elements(shape)];
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) random.nextGaussian();
        }
        return Tensor.of(data, shape);
    }

    private static Denoiser.Row row(long seed, double time, int width, @Nullable Control control) {
        return new Denoiser.Row(
                random(seed, 4, 8, width),
                time,
                new Conditioning(Map.of("encoder_hidden_states", random(seed + 100, 77, 32))),
                control);
    }

    private static Control control(long seed, double scale, int width) {
        return new Control("controlnet", random(seed + 200, 3, 64, 8 * width), scale, false);
    }

    private static double worst(Tensor a, Tensor b) {
        assertThat(a.shape()).isEqualTo(b.shape());
        double worst = 0;
        for (int i = 0; i < a.size(); i++) {
            worst = Math.max(worst, Math.abs((double) a.data()[i] - b.data()[i]));
        }
        return worst;
    }

    @Test
    void rowsOfEveryKindGiveTogetherWhatTheyGiveAlone() {
        List<Denoiser.Row> rows = List.of(
                row(1, 500, 8, control(1, 1, 8)),
                row(2, 500, 8, null),
                row(3, 500, 8, control(3, 0.5, 8)),
                row(4, 20, 8, control(4, 1, 8)),
                row(5, 500, 12, control(5, 1, 12)),
                row(6, 500, 8, control(6, 0, 8)),
                row(7, 20, 12, null));
        List<String> calls = new ArrayList<>();
        try (Networks networks = load(PAIR, (kind, n, nanos) -> calls.add(kind + " " + n))) {
            List<Tensor> together = networks.denoiser().evaluate(rows);

            assertThat(calls)
                    .as(
                            "each ControlNet call has all rows of a size and time, whatever their scales; the UNet's whatever their times")
                    .containsExactly("CONTROLNET 2", "CONTROLNET 1", "CONTROLNET 1", "DENOISER 5", "DENOISER 2");
            for (int i = 0; i < rows.size(); i++) {
                Tensor alone =
                        networks.denoiser().evaluate(List.of(rows.get(i))).get(0);
                assertThat(worst(together.get(i), alone)).as("row " + i).isLessThan(1e-5);
            }
        }
    }

    @Test
    void withoutControlTheUNetGivesWhatThePlainOneGives() {
        Denoiser.Row row = row(1, 481, 12, null);
        List<Kind> calls = new ArrayList<>();
        try (Networks pair = load(PAIR, (kind, n, nanos) -> calls.add(kind));
                Networks plain = load(PLAIN)) {
            Tensor without = pair.denoiser().evaluate(List.of(row)).get(0);

            assertThat(calls).containsExactly(Kind.DENOISER);
            Tensor expected = plain.denoiser().evaluate(List.of(row)).get(0);
            assertThat(worst(without, expected)).isLessThan(1e-5);
            Tensor with = pair.denoiser()
                    .evaluate(List.of(row(1, 481, 12, control(1, 1, 12))))
                    .get(0);
            assertThat(worst(without, with)).isGreaterThan(0.01);
        }
    }

    private Path fused() throws IOException {
        Path folder = copyOf(PLAIN);
        Files.copy(
                FUSED.resolve("unet/model.onnx"),
                folder.resolve("unet/model.onnx"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        return folder;
    }

    @Test
    void aControlNetInsideTheUNetGivesWhatTorchGives() throws IOException {
        Tensor samples = Npy.read(FUSED.resolve("sample.npy"));
        double[] scales = {1, 0.5, 0};
        List<Denoiser.Row> rows = IntStream.range(0, 3)
                .mapToObj(i -> new Denoiser.Row(
                        Npy.row(samples, i),
                        481,
                        new Conditioning(
                                Map.of("encoder_hidden_states", Npy.row(Npy.read(FUSED.resolve("text.npy")), i))),
                        new Control("controlnet", Npy.row(Npy.read(FUSED.resolve("cond.npy")), i), scales[i], false)))
                .toList();
        try (Networks networks = load(fused())) {
            List<Tensor> outputs = networks.denoiser().evaluate(rows);

            for (int i = 0; i < 3; i++) {
                assertThat(worst(outputs.get(i), Npy.row(Npy.read(FUSED.resolve("out.npy")), i)))
                        .isLessThan(5e-5);
            }
            Denoiser.Row plain =
                    new Denoiser.Row(rows.get(0).input(), 481, rows.get(0).conditioning());
            Tensor without = networks.denoiser().evaluate(List.of(plain)).get(0);
            assertThat(worst(without, Npy.row(Npy.read(FUSED.resolve("plain.npy")), 0)))
                    .isLessThan(5e-5);
        }
    }

    @Test
    void anInputThatOnlyAControlNetHasIsFoundWithoutLoading() throws IOException {
        ModelFolder folder = ModelFolder.read("m", fused());

        assertThat(folder.inputs("unet"))
                .containsExactly(
                        "sample", "timestep", "encoder_hidden_states", "controlnet_conds", "conditioning_scales");
    }

    @Test
    void aUNetThatTakesResidualsWithoutAControlNetIsRefused() throws IOException {
        Path folder = copyOf(PAIR);
        Files.delete(folder.resolve("controlnet/model.onnx"));

        assertThatThrownBy(() -> load(folder))
                .isInstanceOf(ModelUnavailableException.class)
                .hasMessageContaining(folder.resolve("unet/model.onnx").toString())
                .hasMessageContaining("mid_block_additional_residual")
                .hasMessageContaining("expected a ControlNet beside it");
    }

    @Test
    void aControlNetBesideAUNetThatTakesNoResidualsIsRefused() throws IOException {
        Path folder = copyOf(PAIR);
        Files.copy(
                PLAIN.resolve("unet/model.onnx"),
                folder.resolve("unet/model.onnx"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        assertThatThrownBy(() -> load(folder))
                .isInstanceOf(ModelUnavailableException.class)
                .hasMessageContaining(folder.resolve("unet/model.onnx").toString())
                .hasMessageContaining("found [sample, timestep, encoder_hidden_states], expected also the residuals");
    }

    @Test
    void aControlNetThatGivesFewerResidualsIsRefusedWithBothLists() throws IOException {
        Path folder = copyOf(PAIR);
        Path graph = folder.resolve("controlnet/model.onnx");
        String bytes = Files.readString(graph, StandardCharsets.ISO_8859_1);
        Files.writeString(graph, bytes.replace("down_block_3", "lost_block_3"), StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> load(folder))
                .isInstanceOf(ModelUnavailableException.class)
                .hasMessageContaining("found inputs [down_block_0 FLOAT")
                .hasMessageContaining("down_block_3 FLOAT")
                .hasMessageContaining("expected those of " + graph + " [down_block_0 FLOAT");
    }

    @Test
    void aGraphThatIsNoControlNetIsRefused() throws IOException {
        Path folder = copyOf(PAIR);
        Files.copy(
                PLAIN.resolve("unet/model.onnx"),
                folder.resolve("controlnet/model.onnx"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        assertThatThrownBy(() -> load(folder))
                .isInstanceOf(ModelUnavailableException.class)
                .hasMessageContaining(folder.resolve("controlnet/model.onnx").toString())
                .hasMessageContaining("outputs: found [out_sample], expected down_block_0");
    }
}
