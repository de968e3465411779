package io.darkroom.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.model.BuiltInModels;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VaeTilingTest {
    @TempDir
    private Path directory;

    private ModelFolder folder(String settings) throws IOException {
        Path from = BuiltInModels.starter().root();
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = directory.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
        Files.writeString(directory.resolve(ModelFolder.DEFAULTS), settings);
        return ModelFolder.read("tiled", directory);
    }

    private static Tensor latents(int height, int width) {
        float[] data = new float[4 * height * width];
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) Math.sin(i);
        }
        return Tensor.of(data, 4, height, width);
    }

    private static Tensor decoded(ModelFolder folder, int height, int width) {
        try (Pipeline pipeline = Families.planner(folder)
                .open(new OnnxLoader(new Device.Cpu(), (k, r, n) -> {}), new TorchNoise(1 << 18))) {
            return pipeline.decode(List.of(latents(height, width))).get(0);
        }
    }

    private static Arguments size(int width, int height) {
        return Arguments.builder()
                .prompt("x")
                .seed(1L)
                .width(width)
                .height(height)
                .build();
    }

    @Test
    void itIsOffUnlessTheModelSaysSo() throws IOException {
        assertThat(VaeTiling.of(BuiltInModels.starter())).isEmpty();
        assertThat(VaeTiling.of(folder("{\"vae_tiling\": false}"))).isEmpty();
    }

    @Test
    void aModelThatSaysSoDecodesLargePicturesInTilesAndSaysThatItDoes() throws IOException {
        ModelFolder tiled = folder("{\"vae_tiling\": true}");

        Tensor pixels = decoded(tiled, 16, 24);

        assertThat(pixels.shape()).containsExactly(3, 128, 192);
        assertThat(Arrays.equals(
                        pixels.data(), decoded(BuiltInModels.starter(), 16, 24).data()))
                .isFalse();
        assertThat(Families.planner(tiled).plan(size(192, 128)).warnings())
                .extracting(Warning::field)
                .containsExactly("vae_tiling");
    }

    @Test
    void aPictureNoLargerThanATileIsNotTouched() throws IOException {
        ModelFolder tiled = folder("{\"vae_tiling\": true}");

        assertThat(decoded(tiled, 16, 16).data())
                .isEqualTo(decoded(BuiltInModels.starter(), 16, 16).data());
        assertThat(Families.planner(tiled).plan(size(128, 128)).warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "3; vae_tiling: found 3",
                "{\"tile_size\": 8}; vae_tiling.tile_size: found 8",
                "{\"tile_latent_min_size\": 0}; vae_tiling.tile_latent_min_size: found 0",
                "{\"tile_latent_min_size\": 8}; vae_tiling.tile_sample_min_size: found 128, expected 64",
                "{\"tile_overlap_factor\": 1}; vae_tiling.tile_overlap_factor: found 1.0",
                "{\"tile_latent_min_size\": 6, \"tile_sample_min_size\": 48}; tile_overlap_factor: found 0.25",
            })
    void settingsThatMakeNoSenseAreNamed(String value, String complaint) throws IOException {
        ModelFolder folder = folder("{\"vae_tiling\": " + value + "}");

        assertThatThrownBy(() -> Families.planner(folder))
                .isInstanceOf(ModelUnavailableException.class)
                .hasMessageContaining("darkroom.json")
                .hasMessageContaining(complaint);
    }
}
