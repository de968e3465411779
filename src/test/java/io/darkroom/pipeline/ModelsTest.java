package io.darkroom.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.goldens.Goldens;
import io.darkroom.model.Lease;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsTest {
    @TempDir
    private Path directory;

    private final AtomicLong deviceNanos = new AtomicLong();

    private Models models() {
        return TestModels.starter(
                directory, new OnnxLoader(new Device.Cpu(), (kind, rows, nanos) -> deviceNanos.addAndGet(nanos)));
    }

    private void copyTinySd(String as) throws IOException {
        Path from = Goldens.repository().resolve("pipelines/tiny-sd");
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target =
                        directory.resolve(as).resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    private static List<Tensor> pictures(Pipeline pipeline, Arguments arguments) {
        List<Sampling> pictures = pipeline.begin(pipeline.plan(arguments));
        for (Sampling picture : pictures) {
            while (!picture.done()) {
                picture.advance(pipeline.evaluate(picture.rows()));
            }
            assertThat(picture.step()).isEqualTo(picture.steps());
        }
        return pipeline.decode(pictures.stream().map(Sampling::latents).toList());
    }

    @Test
    void picturesOfOneRequestAreThoseOfItsSeedsAlone() {
        Arguments.Builder two = Arguments.builder().prompt("a lake").numInferenceSteps(2);
        try (Models models = models();
                Lease<Pipeline> lease = models.lease(models.defaultName())) {
            List<Tensor> both =
                    pictures(lease.model(), two.seed(7L).numImagesPerPrompt(2).build());
            List<Tensor> second =
                    pictures(lease.model(), two.seed(8L).numImagesPerPrompt(1).build());

            assertThat(both.get(1).data()).isEqualTo(second.get(0).data());
            assertThat(both.get(0).data()).isNotEqualTo(both.get(1).data());
            assertThat(both.get(0).shape()).containsExactly(3, 128, 128);
            assertThat(deviceNanos.get()).isPositive();
        }
    }

    @Test
    void planningLoadsNothing() {
        try (Models models = models()) {
            models.planner("starter")
                    .plan(Arguments.builder().prompt("a lake").seed(1L).build());

            assertThat(models.loaded()).isEmpty();
        }
    }

    @Test
    void aMissingFileIsAProblemBeforeAnythingIsLoadedAndGoesWhenItIsThere() throws IOException {
        copyTinySd("tiny");
        Path unet = directory.resolve("tiny/unet/model.onnx");
        byte[] graph = Files.readAllBytes(unet);
        Files.delete(unet);
        try (Models models = models()) {
            assertThat(models.problems().get("tiny")).contains(unet.toString(), "is missing");

            Files.write(unet, graph);

            assertThat(models.problems()).isEmpty();
        }
    }

    @Test
    void aTruncatedFileIsAProblemFromTheFirstLoadUntilItIsRepaired() throws IOException {
        copyTinySd("tiny");
        Path unet = directory.resolve("tiny/unet/model.onnx");
        byte[] graph = Files.readAllBytes(unet);
        Files.write(unet, Arrays.copyOf(graph, graph.length / 2));
        try (Models models = models()) {
            assertThatThrownBy(() -> models.lease("tiny")).isInstanceOf(ModelUnavailableException.class);
            assertThat(models.problems().get("tiny")).contains(unet.toString());

            Files.write(unet, graph);
            models.lease("tiny").close();

            assertThat(models.problems()).isEmpty();
        }
    }

    @Test
    void aFamilyThatIsNotServedIsNoProblemUntilItIsAskedFor() throws IOException {
        copyTinySd("other");
        Path index = directory.resolve("other/model_index.json");
        Files.writeString(
                index, Files.readString(index).replace("\"StableDiffusionPipeline\"", "\"KandinskyPipeline\""));
        try (Models models = models()) {
            assertThat(models.problems()).isEmpty();
            assertThatThrownBy(() -> models.lease("other"))
                    .isInstanceOf(ArgumentsException.class)
                    .hasMessageContaining("KandinskyPipeline");
        }
    }
}
