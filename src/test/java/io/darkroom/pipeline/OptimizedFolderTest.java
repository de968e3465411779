package io.darkroom.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.goldens.ModelCopies;
import io.darkroom.model.Denoiser;
import io.darkroom.model.ModelFolder;
import io.darkroom.noise.TorchGenerator;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder whose graphs ONNX Runtime's transformer optimiser has rewritten, with operators of com.microsoft. */
class OptimizedFolderTest {
    private static final Path OPTIMIZED = Path.of("src", "test", "resources", "optimized");
    /** What other orders of the same sums come to, in latents of about 1. */
    private static final float ROUNDING = 1e-4f;

    private static Pipeline plain(Path directory) throws IOException {
        return open(ModelCopies.copy("tiny-sd", directory.resolve("plain")));
    }

    private static Pipeline optimized(Path directory) throws IOException {
        Path folder = ModelCopies.copy("tiny-sd", directory.resolve("optimized"));
        for (String component : List.of("unet", "text_encoder")) {
            Files.copy(
                    OPTIMIZED.resolve(component).resolve("model.onnx"),
                    folder.resolve(component).resolve("model.onnx"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        return open(folder);
    }

    private static Pipeline open(Path folder) {
        return Families.planner(ModelFolder.read(String.valueOf(folder.getFileName()), folder))
                .open(
                        new OnnxLoader(new Device.Cpu(), (kind, rows, nanos) -> {}),
                        new TorchNoise(TorchGenerator.DEFAULT_CUDA_THREADS));
    }

    private static Sampling begin(Pipeline pipeline, long seed, int steps) {
        Arguments arguments = Arguments.builder()
                .prompt("a photo of a cat")
                .negativePrompt("blurry")
                .seed(seed)
                .width(64)
                .height(64)
                .numInferenceSteps(steps)
                .build();
        return pipeline.begin(pipeline.plan(arguments)).get(0);
    }

    private static Tensor run(Pipeline pipeline) {
        Sampling picture = begin(pipeline, 3, 8);
        while (!picture.done()) {
            picture.advance(pipeline.evaluate(picture.rows()));
        }
        return picture.latents();
    }

    @Test
    void itsGraphsHoldOperatorsOfComMicrosoft() throws IOException {
        String unet = Files.readString(OPTIMIZED.resolve("unet/model.onnx"), StandardCharsets.ISO_8859_1);

        assertThat(unet).contains("com.microsoft", "MultiHeadAttention", "SkipLayerNormalization");
    }

    @Test
    void itGivesThePictureOfTheFolderThatItWasMadeFrom(@TempDir Path directory) throws IOException {
        try (Pipeline plain = plain(directory);
                Pipeline optimized = optimized(directory)) {
            Tensor expected = run(plain);

            assertThat(run(optimized).data()).containsExactly(expected.data(), Offset.offset(ROUNDING));
        }
    }

    @Test
    void itsRowsHaveTimesOfTheirOwnAndDoNotDependOnTheCall(@TempDir Path directory) throws IOException {
        try (Pipeline optimized = optimized(directory)) {
            List<Denoiser.Row> rows = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                rows.addAll(begin(optimized, i, 2 + 3 * i).rows());
            }

            List<Tensor> together = optimized.evaluate(rows);

            assertThat(optimized.timePerRow()).isTrue();
            for (int i = 0; i < rows.size(); i++) {
                Tensor alone = optimized.evaluate(List.of(rows.get(i))).get(0);
                assertThat(together.get(i).data()).as("row %d", i).isEqualTo(alone.data());
            }
        }
    }
}
