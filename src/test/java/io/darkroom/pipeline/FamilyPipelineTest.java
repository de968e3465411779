package io.darkroom.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.darkroom.goldens.Goldens;
import io.darkroom.goldens.ModelCopies;
import io.darkroom.goldens.Png;
import io.darkroom.model.ModelFolder;
import io.darkroom.noise.TorchGenerator;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the recorded runs do not cover, on the same small models. */
class FamilyPipelineTest {
    private static final Path PIPELINES = Goldens.repository().resolve("pipelines");

    private static Pipeline open(Path folder) {
        return Families.planner(ModelFolder.read(String.valueOf(folder.getFileName()), folder))
                .open(
                        new OnnxLoader(new Device.Cpu(), (k, r, n) -> {}),
                        new TorchNoise(TorchGenerator.DEFAULT_CUDA_THREADS));
    }

    private static Tensor run(Pipeline pipeline, Arguments arguments) {
        Sampling picture = pipeline.begin(pipeline.plan(arguments)).get(0);
        while (!picture.done()) {
            picture.advance(pipeline.evaluate(picture.rows()));
        }
        return picture.latents();
    }

    private static Arguments.Builder cat() {
        return Arguments.builder()
                .prompt("a photo of a cat")
                .seed(1L)
                .width(64)
                .height(64)
                .numInferenceSteps(2)
                .maxSequenceLength(16);
    }

    private static InputImage image() {
        Png png = Png.read(PIPELINES.resolve("inputs/image64.png"));
        return new InputImage(png.rgb(), png.width(), png.height());
    }

    @Test
    void aReconstructionMeasuresThePsnrOfItsPicture() {
        try (Pipeline pipeline = open(PIPELINES.resolve("tiny-sd"))) {
            Plan plan = pipeline.plan(Arguments.builder()
                    .task("reconstruct")
                    .image(image())
                    .seed(0L)
                    .build());

            Sampling picture = pipeline.begin(plan).get(0);
            Tensor pixels = pipeline.decode(List.of(picture.latents())).get(0);

            assertThat(picture.done()).isTrue();
            byte[] rgb = image().rgb();
            double sum = 0;
            for (int i = 0; i < pixels.size(); i++) {
                int size = pixels.size() / 3;
                double source = (rgb[i % size * 3 + i / size] & 0xFF) / 255.0;
                sum += (source - pixels.data()[i]) * (source - pixels.data()[i]);
            }
            assertThat(picture.measurements(pixels).get("psnr"))
                    .isCloseTo(-10 * Math.log10(sum / pixels.size()), within(1e-4));
        }
    }

    @Test
    void fluxWithANegativePromptIsGuidedByBoth() {
        try (Pipeline pipeline = open(PIPELINES.resolve("tiny-flux"))) {
            Arguments guided = cat().negativePrompt("blurry").trueCfgScale(3.0).build();
            PhasedSampling picture =
                    (PhasedSampling) pipeline.begin(pipeline.plan(guided)).get(0);

            List<Tensor> outputs = pipeline.evaluate(picture.rows());

            assertThat(outputs).hasSize(2);
            Tensor packed = Flux.pack(picture.guided(outputs));
            float[] u = outputs.get(0).data();
            float[] c = outputs.get(1).data();
            for (int i = 0; i < packed.size(); i++) {
                assertThat(packed.data()[i]).isCloseTo(u[i] + 3 * (c[i] - u[i]), within(1e-5f));
            }
            assertThat(run(pipeline, guided).data())
                    .isNotEqualTo(run(pipeline, cat().build()).data());
        }
    }

    @Test
    void packingAndUnpackingAreInverse() {
        Random random = new Random(7);
        float[] data = new float[4 * 6 * 4];
        for (int i = 0; i < data.length; i++) {
            data[i] = random.nextFloat();
        }
        Tensor latents = Tensor.of(data, 4, 6, 4);

        Tensor packed = Flux.pack(latents);

        assertThat(packed.shape()).containsExactly(6, 16);
        // The first patch: of each channel the four in the corner.
        assertThat(packed.data()[0]).isEqualTo(data[0]);
        assertThat(packed.data()[3]).isEqualTo(data[5]);
        assertThat(packed.data()[4]).isEqualTo(data[24]);
        assertThat(Flux.unpack(packed, latents.shape()).data()).isEqualTo(data);
    }

    @Test
    void sd3WithoutT5HasZerosInItsPlace(@TempDir Path directory) throws IOException {
        Path folder = directory.resolve("no-t5");
        ModelCopies.copy(PIPELINES.resolve("tiny-sd3"), folder);
        ObjectMapper json = new ObjectMapper();
        Path index = folder.resolve("model_index.json");
        ObjectNode content = (ObjectNode) json.readTree(index.toFile());
        content.putArray("text_encoder_3").addNull().addNull();
        content.putArray("tokenizer_3").addNull().addNull();
        json.writeValue(index.toFile(), content);
        Files.delete(folder.resolve("text_encoder_3/model.onnx"));

        try (Pipeline pipeline = open(folder)) {
            PhasedSampling picture = (PhasedSampling)
                    pipeline.begin(pipeline.plan(cat().build())).get(0);

            Tensor text = picture.rows().get(1).conditioning().tensor("encoder_hidden_states");

            assertThat(text.shape()).containsExactly(77 + 16, 32);
            for (int i = 77 * 32; i < text.size(); i++) {
                assertThat(text.data()[i]).isZero();
            }
            assertThat(text.data()[0]).isNotZero();
        }
    }

    @Test
    void inpaintingLeavesWhatLiesOutsideTheMask() {
        byte[] rgb = new byte[3 * 64 * 64];
        Arrays.fill(rgb, 3 * 64 * 32, rgb.length, (byte) 255);
        InputImage lowerHalf = new InputImage(rgb, 64, 64);
        try (Pipeline pipeline = open(PIPELINES.resolve("tiny-sdxl"))) {
            Arguments repaint = Arguments.builder()
                    .prompt("a photo of a cat")
                    .seed(1L)
                    .numInferenceSteps(3)
                    .image(image())
                    .maskImage(lowerHalf)
                    .build();
            Tensor one = run(pipeline, repaint);
            Tensor other = run(
                    pipeline,
                    repaint.toBuilder().prompt("a red fox in the snow").build());

            for (int i = 0; i < one.size(); i++) {
                if (i % 64 < 32) {
                    assertThat(one.data()[i]).isEqualTo(other.data()[i]);
                }
            }
            assertThat(one.data()).isNotEqualTo(other.data());
        }
    }
}
