package io.darkroom.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.goldens.Goldens;
import io.darkroom.goldens.Png;
import io.darkroom.model.ModelFolder;
import io.darkroom.noise.TorchGenerator;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.sampling.SchedulerNames;
import io.darkroom.sampling.guidance.Guiders;
import io.darkroom.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A picture that is written down before each evaluation, and taken up by a fresh one, becomes the same to the last bit. */
class SavedPictureTest {
    private static final Path PIPELINES = Goldens.repository().resolve("pipelines");
    /** Samplers of models that predict a velocity, or go up in noise: none that a Stable Diffusion folder takes. */
    private static final Set<String> OTHERS = Set.of("flow_euler", "flow_heun", "ddim_inverse", "dpmpp_2m_inverse");

    private static Pipeline open(String folder) {
        return Families.planner(ModelFolder.read(folder, PIPELINES.resolve(folder)))
                .open(
                        new OnnxLoader(new Device.Cpu(), (k, r, n) -> {}),
                        new TorchNoise(TorchGenerator.DEFAULT_CUDA_THREADS));
    }

    private static Arguments.Builder cat() {
        return Arguments.builder()
                .prompt("a photo of a cat")
                .seed(1L)
                .width(64)
                .height(64)
                .numInferenceSteps(4);
    }

    private static InputImage image() {
        Png png = Png.read(PIPELINES.resolve("inputs/image64.png"));
        return new InputImage(png.rgb(), png.width(), png.height());
    }

    private static List<Tensor> undisturbed(Pipeline pipeline, Arguments arguments) {
        List<Tensor> all = new ArrayList<>();
        for (Sampling picture : pipeline.begin(pipeline.plan(arguments))) {
            while (!picture.done()) {
                picture.advance(pipeline.evaluate(picture.rows()));
            }
            all.add(picture.latents());
        }
        return all;
    }

    private static List<Tensor> writtenDown(Pipeline pipeline, Arguments arguments) {
        List<Tensor> all = new ArrayList<>();
        Plan plan = pipeline.plan(arguments);
        int pictures = pipeline.begin(plan).size();
        for (int i = 0; i < pictures; i++) {
            Sampling picture = pipeline.begin(plan).get(i);
            while (!picture.done()) {
                picture.advance(pipeline.evaluate(picture.rows()));
                Sampling fresh = pipeline.begin(plan).get(i);
                fresh.restore(picture.save());
                assertThat(fresh.step()).isEqualTo(picture.step());
                picture = fresh;
            }
            all.add(picture.latents());
        }
        return all;
    }

    private static DynamicTest goesOn(String name, String folder, Arguments arguments) {
        return DynamicTest.dynamicTest(name, () -> {
            try (Pipeline pipeline = open(folder)) {
                List<Tensor> expected = undisturbed(pipeline, arguments);

                List<Tensor> actual = writtenDown(pipeline, arguments);

                assertThat(actual).hasSameSizeAs(expected).isNotEmpty();
                for (int i = 0; i < expected.size(); i++) {
                    assertThat(actual.get(i).data()).isEqualTo(expected.get(i).data());
                }
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> withEverySampler() {
        return SchedulerNames.all().stream()
                .filter(name -> !OTHERS.contains(name))
                .map(name -> goesOn(
                        name,
                        "tiny-sd",
                        cat().scheduler(Map.of("_class_name", name)).eta(0.5).build()));
    }

    @TestFactory
    Stream<DynamicTest> withEveryGuidance() {
        return Guiders.names().stream().map(name -> {
            Map<String, Object> guider = new LinkedHashMap<>(Map.of("_class_name", name, "start", 0.2));
            if (name.startsWith("AdaptiveProjected")) {
                guider.put("adaptive_projected_guidance_momentum", -0.5);
            }
            if (name.equals("AdaptiveProjectedMixGuidance")) {
                guider.put("adaptive_projected_guidance_start_step", 2);
            }
            return goesOn(name, "tiny-sd", cat().guider(guider).build());
        });
    }

    @TestFactory
    Stream<DynamicTest> ofEveryFamilyAndTask() {
        byte[] rgb = new byte[3 * 64 * 64];
        Arrays.fill(rgb, 3 * 64 * 32, rgb.length, (byte) 255);
        InputImage lowerHalf = new InputImage(rgb, 64, 64);
        Arguments labels = Arguments.builder()
                .classLabels(List.of(new Arguments.ClassLabel.Id(1), new Arguments.ClassLabel.Id(2)))
                .seed(3L)
                .numInferenceSteps(4)
                .build();
        Arguments repaint = cat().image(image()).maskImage(lowerHalf).build();
        return Stream.of(
                goesOn("sd2", "tiny-sd2", cat().numImagesPerPrompt(2).build()),
                goesOn("fp16", "tiny-sd-fp16", cat().build()),
                goesOn("sdxl", "tiny-sdxl", cat().build()),
                goesOn("sd3", "tiny-sd3", cat().maxSequenceLength(16).build()),
                goesOn("flux", "tiny-flux", cat().maxSequenceLength(16).build()),
                goesOn("lcm", "tiny-lcm", cat().build()),
                goesOn("dit", "tiny-dit", labels),
                goesOn(
                        "img2img",
                        "tiny-sd",
                        cat().image(image()).strength(0.8).eta(0.3).build()),
                goesOn("inpaint", "tiny-sd", repaint),
                goesOn("inpaint with a model made for it", "tiny-sd-inpaint", repaint),
                goesOn(
                        "inversion",
                        "tiny-sd",
                        cat().image(image())
                                .inversion(new Arguments.Inversion("a cat", 3, null))
                                .build()),
                goesOn(
                        "reconstruction",
                        "tiny-sd",
                        Arguments.builder()
                                .task("reconstruct")
                                .image(image())
                                .seed(0L)
                                .build()));
    }

    @Test
    void aMeasurementAtTheEndOfAnInversionIsTheSame() {
        try (Pipeline pipeline = open("tiny-sd")) {
            Plan plan = pipeline.plan(cat().image(image())
                    .inversion(new Arguments.Inversion("a cat", 3, null))
                    .build());
            Sampling picture = pipeline.begin(plan).get(0);
            while (!picture.done()) {
                picture.advance(pipeline.evaluate(picture.rows()));
            }

            Sampling fresh = pipeline.begin(plan).get(0);
            fresh.restore(picture.save());

            assertThat(fresh.done()).isTrue();
            assertThat(fresh.measurements())
                    .isEqualTo(picture.measurements())
                    .containsKey("inversion_latents_mean_error");
        }
    }

    @Test
    void whatWasSavedWithOtherStepsIsRefusedAndChangesNothing() {
        try (Pipeline pipeline = open("tiny-sd")) {
            Sampling four = pipeline.begin(pipeline.plan(cat().build())).get(0);
            four.advance(pipeline.evaluate(four.rows()));
            Sampling seven = pipeline.begin(
                            pipeline.plan(cat().numInferenceSteps(7).build()))
                    .get(0);

            assertThatThrownBy(() -> seven.restore(four.save())).isInstanceOf(IllegalArgumentException.class);
            assertThat(seven.step()).isZero();
            assertThatThrownBy(() -> seven.restore(SavedPicture.NOTHING)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
