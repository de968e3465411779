package io.darkroom.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.goldens.Goldens;
import io.darkroom.goldens.ModelCopies;
import io.darkroom.model.BuiltInModels;
import io.darkroom.model.CallListener;
import io.darkroom.model.Conditioning;
import io.darkroom.model.Denoiser;
import io.darkroom.model.DeviceException;
import io.darkroom.model.ElementType;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.Networks;
import io.darkroom.model.TextEncoder;
import io.darkroom.tensor.Tensor;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxLoaderTest {
    @TempDir
    private Path directory;

    private static Networks load(ModelFolder folder, CallListener listener) {
        return new OnnxLoader(new Device.Cpu(), listener).load(folder);
    }

    private static Networks load(ModelFolder folder) {
        return load(folder, (kind, rows, nanos) -> {});
    }

    private static ModelFolder tiny(String name) {
        return ModelFolder.read(name, Goldens.repository().resolve("pipelines").resolve(name));
    }

    private ModelFolder copyOfStarter() throws IOException {
        Path copy = directory.resolve("copy");
        ModelCopies.copy(BuiltInModels.starter().root(), copy);
        return ModelFolder.read("copy", copy);
    }

    private static Denoiser.Row row(long seed, double time, int sequence, int width, int side) {
        Random random = new Random(seed);
        float[] sample = new float[4 * side * side];
        float[] text = new float[sequence * width];
        for (int i = 0; i < sample.length; i++) {
            sample[i] = (float) random.nextGaussian();
        }
        for (int i = 0; i < text.length; i++) {
            text[i] = (float) random.nextGaussian();
        }
        return new Denoiser.Row(
                Tensor.of(sample, 4, side, side),
                time,
                new Conditioning(Map.of("encoder_hidden_states", Tensor.of(text, sequence, width))));
    }

    private static double worst(Tensor a, Tensor b) {
        assertThat(a.shape()).isEqualTo(b.shape());
        double worst = 0;
        for (int i = 0; i < a.size(); i++) {
            worst = Math.max(worst, Math.abs(a.data()[i] - b.data()[i]));
        }
        return worst;
    }

    @Test
    void aModelInsideAZipLoadsAndGivesTheSame() throws IOException {
        Denoiser.Row row = row(1, 500, 40, 128, 16);
        try (FileSystem zip = FileSystems.newFileSystem(directory.resolve("m.zip"), Map.of("create", "true"))) {
            ModelCopies.copy(BuiltInModels.starter().root(), zip.getPath("/starter"));
            try (Networks zipped = load(ModelFolder.read("starter", zip.getPath("/starter")));
                    Networks plain = load(BuiltInModels.starter())) {
                Tensor fromZip = zipped.denoiser().evaluate(List.of(row)).get(0);
                Tensor fromFolder = plain.denoiser().evaluate(List.of(row)).get(0);

                assertThat(fromZip.data()).isEqualTo(fromFolder.data());
            }
        }
    }

    @Test
    void rowsOfOneCallGiveWhatTheyGiveAloneAndCallsAreCounted() {
        List<Denoiser.Row> rows = List.of(
                row(1, 500, 40, 128, 16), row(2, 500, 40, 128, 16), row(3, 20, 40, 128, 16), row(4, 500, 40, 128, 24));
        List<Integer> calls = new ArrayList<>();
        try (Networks networks = load(BuiltInModels.starter(), (kind, n, nanos) -> calls.add(n))) {
            boolean perRow = networks.denoiser().timePerRow();

            List<Tensor> together = networks.denoiser().evaluate(rows);

            assertThat(calls).isEqualTo(perRow ? List.of(3, 1) : List.of(2, 1, 1));
            for (int i = 0; i < rows.size(); i++) {
                Tensor alone =
                        networks.denoiser().evaluate(List.of(rows.get(i))).get(0);
                assertThat(worst(together.get(i), alone)).isLessThan(1e-5);
            }
        }
    }

    @Test
    void aNetworkGivesTheSameAfterItsMemoryWasGivenBack() {
        Denoiser.Row row = row(1, 500, 40, 128, 16);
        List<Denoiser.Row> many = Collections.nCopies(12, row);
        List<Integer> calls = new ArrayList<>();
        try (Networks networks = load(BuiltInModels.starter(), (kind, n, nanos) -> calls.add(n))) {
            networks.shrink();
            Tensor before = networks.denoiser().evaluate(List.of(row)).get(0);
            networks.denoiser().evaluate(many);

            networks.shrink();

            assertThat(networks.denoiser().evaluate(List.of(row)).get(0).data()).isEqualTo(before.data());
            assertThat(calls).as("calls that count").containsExactly(1, 12, 1);
        }
    }

    /** Where it was memory that lacked, it would lack again. */
    @Test
    void aCallThatFailedIsNotMadeOnceMoreToGiveMemoryBack() {
        try (Networks networks = load(BuiltInModels.starter())) {
            assertThatThrownBy(() -> networks.decoder().decode(List.of(Tensor.zeros(3, 8, 8))))
                    .isInstanceOf(DeviceException.class);

            assertThatCode(networks::shrink).doesNotThrowAnyException();
        }
    }

    @Test
    void anOlderExportTakesATimeForEachRow() {
        List<Denoiser.Row> rows = List.of(row(1, 981, 77, 32, 8), row(2, 500, 77, 32, 8), row(3, 1, 77, 32, 8));
        try (Networks older = load(tiny("tiny-sd-legacy"));
                Networks current = load(tiny("tiny-sd"))) {
            assertThat(older.denoiser().timePerRow()).isTrue();
            assertThat(Objects.requireNonNull(older.encoder()).sampled()).isTrue();

            List<Tensor> together = older.denoiser().evaluate(rows);

            for (int i = 0; i < rows.size(); i++) {
                Tensor expected =
                        current.denoiser().evaluate(List.of(rows.get(i))).get(0);
                assertThat(worst(together.get(i), expected)).isLessThan(2e-5);
            }
        }
    }

    @Test
    void elementTypesAreReadFromTheFiles() {
        try (Networks half = load(tiny("tiny-sd-fp16"))) {
            assertThat(half.denoiser().elementType()).isEqualTo(ElementType.FLOAT16);
            assertThat(half.textEncoders().values())
                    .extracting(TextEncoder::elementType)
                    .containsExactly(ElementType.FLOAT16);
        }
    }

    @Test
    void aTruncatedFileIsNamedWithItsSize() throws IOException {
        ModelFolder folder = copyOfStarter();
        Path unet = folder.root().resolve("unet/model.onnx");
        Files.write(unet, Arrays.copyOf(Files.readAllBytes(unet), 1_000_000));

        assertThatThrownBy(() -> load(folder))
                .isInstanceOf(ModelUnavailableException.class)
                .hasMessageContaining(unet.toString())
                .hasMessageContaining("1000000 bytes");
    }

    @Test
    void aMissingFileIsNamed() throws IOException {
        ModelFolder folder = copyOfStarter();
        Files.delete(folder.root().resolve("text_encoder/model.onnx"));

        assertThatThrownBy(() -> load(folder))
                .isInstanceOf(ModelUnavailableException.class)
                .hasMessageContaining("text_encoder")
                .hasMessageContaining("is missing");
    }

    @Test
    void aGraphOfAnotherComponentIsRefusedWithWhatWasFoundAndExpected() throws IOException {
        ModelFolder folder = copyOfStarter();
        Path graph = folder.root().resolve("unet/model.onnx");
        Files.copy(folder.root().resolve("vae_decoder/model.onnx"), graph, StandardCopyOption.REPLACE_EXISTING);

        assertThatThrownBy(() -> load(folder))
                .isInstanceOf(ModelUnavailableException.class)
                .hasMessageContaining(graph.toString())
                .hasMessageContaining("latent_sample")
                .hasMessageContaining("expected one of [sample, hidden_states]");
    }

    @Test
    void aConfigOfAnotherModelIsRefusedWithWhatWasFoundAndExpected() throws IOException {
        ModelFolder folder = copyOfStarter();
        Path config = folder.root().resolve("unet/config.json");
        Files.writeString(config, Files.readString(config).replace("\"in_channels\": 4", "\"in_channels\": 9"));

        assertThatThrownBy(() -> load(folder))
                .isInstanceOf(ModelUnavailableException.class)
                .hasMessageContaining("found 4 on axis 1, expected 9")
                .hasMessageContaining("in_channels");
    }
}
