package io.darkroom.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.goldens.Goldens;
import io.darkroom.goldens.Npy;
import io.darkroom.model.BuiltInModels;
import io.darkroom.model.Denoiser;
import io.darkroom.model.ModelFolder;
import io.darkroom.noise.TorchGenerator;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Weighted prompts give what diffusers' community pipeline gave for them: see {@code prompt-weighting/record.py}. */
class PromptWeightingTest {
    private static final Path FOLDER = Path.of("src/test/resources/prompt-weighting");

    /** torch's float32 means: of 5120 values up to 7, and near 0. */
    private static final double MEAN_ERROR = 1e-8;

    @TestFactory
    Stream<DynamicTest> equalsTheReference() {
        return StreamSupport.stream(
                        Goldens.json(FOLDER.resolve("cases.json")).get("cases").spliterator(), false)
                .map(c -> DynamicTest.dynamicTest(c.get("case").textValue(), () -> check(c)));
    }

    private static Arguments.Builder weighted(String prompt) {
        return Arguments.builder().prompt(prompt).seed(1L).numInferenceSteps(1).promptWeighting(true);
    }

    private static Pipeline open() {
        return Families.planner(BuiltInModels.starter())
                .open(
                        new OnnxLoader(new Device.Cpu(), (k, r, n) -> {}),
                        new TorchNoise(TorchGenerator.DEFAULT_CUDA_THREADS));
    }

    private static void check(JsonNode golden) {
        boolean guided = golden.has("negative_prompt");
        Arguments arguments = weighted(golden.get("prompt").textValue())
                .negativePrompt(guided ? golden.get("negative_prompt").textValue() : null)
                .guidanceScale(guided ? 7.5 : 1.0)
                .build();
        try (Pipeline pipeline = open()) {
            List<Denoiser.Row> rows =
                    pipeline.begin(pipeline.plan(arguments)).get(0).rows();

            assertThat(rows).hasSize(guided ? 2 : 1);
            assertClose(golden, "prompt_embeds", rows.get(rows.size() - 1));
            if (guided) {
                assertClose(golden, "negative_prompt_embeds", rows.get(0));
            }
        }
    }

    /** The mean is kept by a factor that is the less certain the nearer the mean is to 0. */
    private static void assertClose(JsonNode golden, String file, Denoiser.Row row) {
        Tensor expected =
                Npy.row(Npy.read(FOLDER.resolve(golden.get("files").get(file).textValue())), 0);
        Tensor actual = row.conditioning().tensor("encoder_hidden_states");
        double mean = 0;
        double largest = 0;
        for (float value : expected.data()) {
            mean += value / (double) expected.size();
            largest = Math.max(largest, Math.abs(value));
        }
        double fair = 2e-5 + largest * 2 * MEAN_ERROR / Math.abs(mean);
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double worst = 0;
        for (int i = 0; i < actual.size(); i++) {
            worst = Math.max(worst, Math.abs((double) actual.data()[i] - expected.data()[i]));
        }
        assertThat(worst).as(file).isLessThanOrEqualTo(fair);
    }

    @Test
    void offBracketsArePartOfThePrompt() {
        try (Pipeline pipeline = open()) {
            Arguments plain =
                    weighted("a (red:1.3) house").promptWeighting(null).build();
            Plan plan = pipeline.plan(plain);

            assertThat(plan.parameters()).containsEntry("prompt_weighting", false);
            Tensor text =
                    pipeline.begin(plan).get(0).rows().get(1).conditioning().tensor("encoder_hidden_states");
            Tensor off = pipeline.begin(pipeline.plan(
                            plain.toBuilder().promptWeighting(false).build()))
                    .get(0)
                    .rows()
                    .get(1)
                    .conditioning()
                    .tensor("encoder_hidden_states");
            Tensor on = pipeline.begin(pipeline.plan(
                            plain.toBuilder().promptWeighting(true).build()))
                    .get(0)
                    .rows()
                    .get(1)
                    .conditioning()
                    .tensor("encoder_hidden_states");
            assertThat(off.data()).isEqualTo(text.data());
            assertThat(on.data()).isNotEqualTo(text.data());
        }
    }

    @Test
    void aLongPromptRunsAndWhatIsStillTooLongIsCutWithAWarning() {
        try (Pipeline pipeline = open()) {
            Plan plan = pipeline.plan(
                    weighted("a lake, ".repeat(60) + "(harbour:1.2)").build());
            Sampling picture = pipeline.begin(plan).get(0);

            picture.advance(pipeline.evaluate(picture.rows()));

            assertThat(picture.done()).isTrue();
            assertThat(plan.warnings()).singleElement().satisfies(w -> {
                assertThat(w.field()).isEqualTo("prompt");
                assertThat(w.message()).startsWith("cut after 114 tokens: \"").endsWith("harbour\"");
            });
        }
    }

    @Test
    void aWeightThatIsNoNumberIsReportedWithItsField() {
        ArgumentsException e =
                catchThrowableOfType(ArgumentsException.class, () -> Families.planner(BuiltInModels.starter())
                        .plan(weighted("a (cat:1..3)").negativePrompt("(x:.)").build()));

        assertThat(e.problems()).extracting(Problem::field).containsExactly("prompt", "negative_prompt");
        assertThat(e.problems().get(0).message()).contains("\"1..3\"", "1.3 is accepted");
    }

    @Test
    void familiesWithoutItSaySo() {
        for (String model : List.of("tiny-sdxl", "tiny-sd3", "tiny-flux", "tiny-lcm")) {
            ModelFolder folder = ModelFolder.read(
                    model, Goldens.repository().resolve("pipelines").resolve(model));

            ArgumentsException e = catchThrowableOfType(ArgumentsException.class, () -> Families.planner(folder)
                    .plan(weighted("a (cat:1.3)").numInferenceSteps(4).build()));

            assertThat(e.unsupported()).isTrue();
            assertThat(e.problems()).extracting(Problem::field).containsExactly("prompt_weighting");
            assertThat(Families.planner(folder)
                            .plan(weighted("a cat")
                                    .numInferenceSteps(4)
                                    .promptWeighting(false)
                                    .build())
                            .parameters())
                    .isNotEmpty();
        }
    }
}
