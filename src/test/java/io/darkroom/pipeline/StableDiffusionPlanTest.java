package io.darkroom.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.darkroom.model.BuiltInModels;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StableDiffusionPlanTest {
    private static final Planner STARTER = Families.planner(BuiltInModels.starter());

    private static Arguments.Builder lake() {
        return Arguments.builder().prompt("a lake").seed(1L);
    }

    private static ArgumentsException refusal(Arguments arguments) {
        return catchThrowableOfType(ArgumentsException.class, () -> STARTER.plan(arguments));
    }

    private static List<String> fields(ArgumentsException e) {
        return e.problems().stream().map(Problem::field).toList();
    }

    private static InputImage image(int width, int height) {
        return new InputImage(new byte[width * height * 3], width, height);
    }

    @Test
    void defaultsAreThoseOfDiffusers() {
        Plan plan = STARTER.plan(lake().build());

        assertThat(plan.task()).isEqualTo(Task.TEXT_TO_IMAGE);
        assertThat(plan.steps()).isEqualTo(50);
        assertThat(plan.warnings()).isEmpty();
        assertThat(plan.parameters())
                .containsEntry("model", "starter")
                .containsEntry("prompt", "a lake")
                .containsEntry("negative_prompt", "")
                .containsEntry("num_inference_steps", 50)
                .containsEntry("guidance_scale", 7.5)
                .containsEntry("guidance_rescale", 0.0)
                .containsEntry("eta", 0.0)
                .containsEntry("seed", 1L)
                .containsEntry("generator_device", "cpu")
                .containsEntry("width", 128)
                .containsEntry("height", 128)
                .containsEntry("num_images_per_prompt", 1)
                .doesNotContainKeys("strength", "inversion", "timesteps");
        assertThat(plan.parameters().get("scheduler"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("_class_name", "DDIMScheduler")
                .containsEntry("prediction_type", "v_prediction");
    }

    @Test
    void asManyStepsAsDiffusersRaisesForAreRefusedWithOnesThatAreAccepted() {
        ArgumentsException e = refusal(lake().numInferenceSteps(1000).build());

        assertThat(e.problems())
                .containsExactly(new Problem(
                        "num_inference_steps",
                        "1000 steps: comes to timestep 1000, and the model was trained on 0 to 999; 999 is accepted"));
        assertThat(STARTER.plan(lake().numInferenceSteps(999).build()).steps()).isEqualTo(999);
        assertThat(STARTER.plan(lake().numInferenceSteps(1000)
                                .scheduler(Map.of("_class_name", "euler"))
                                .build())
                        .steps())
                .isEqualTo(1000);
    }

    @Test
    void aTimestepThatIsLeftOutStandsInNobodysWay() {
        Plan plan = STARTER.plan(
                lake().image(image(200, 130)).numInferenceSteps(1000).build());

        assertThat(plan.steps()).isEqualTo(800);
    }

    @Test
    void anInversionsOwnStepsAreCheckedAsWell() {
        ArgumentsException e = refusal(lake().image(image(200, 130))
                .inversion(new Arguments.Inversion("a sea", 1000, null))
                .build());

        assertThat(fields(e)).containsExactly("inversion.num_inference_steps");
    }

    /** DDIM takes what its way up does not. */
    @Test
    void aSchedulerThatCannotGoUpIsTheInversionsProblem() {
        ArgumentsException e = refusal(lake().image(image(200, 130))
                .scheduler(Map.of("timestep_spacing", "linspace"))
                .inversion(new Arguments.Inversion("a sea", 20, null))
                .build());

        assertThat(fields(e)).containsExactly("scheduler.timestep_spacing");
    }

    @Test
    void anInversionOfMoreStepsThanItsScheduleHasIsRefused() {
        ArgumentsException e = refusal(lake().image(image(200, 130))
                .numInferenceSteps(50)
                .scheduler(Map.of("num_train_timesteps", 100))
                .inversion(new Arguments.Inversion("a sea", 200, null))
                .build());

        assertThat(fields(e)).containsExactly("inversion.num_inference_steps");
    }

    @Test
    void anImageMakesItImageToImageAndItsStrengthCutsTheSteps() {
        Plan plan = STARTER.plan(lake().image(image(200, 130)).build());

        assertThat(plan.task()).isEqualTo(Task.IMAGE_TO_IMAGE);
        assertThat(plan.parameters()).containsEntry("strength", 0.8);
        assertThat(plan.steps()).isEqualTo(40);
        assertThat(plan.width()).isEqualTo(192);
        assertThat(plan.height()).isEqualTo(128);
    }

    @Test
    void anInversionHasThreePhases() {
        Plan plan = STARTER.plan(lake().image(image(128, 128))
                .numInferenceSteps(10)
                .inversion(new Arguments.Inversion("a sea", 20, null))
                .build());

        assertThat(plan.task()).isEqualTo(Task.INVERSION);
        assertThat(plan.steps()).isEqualTo(20 + 10 + 10);
        assertThat(plan.parameters().get("inversion"))
                .isEqualTo(Map.of("prompt", "a sea", "num_inference_steps", 20, "guidance_scale", 1.0));
    }

    @Test
    void everyProblemIsReportedAtOnceWithTheValueAndWhatWouldBeAccepted() {
        ArgumentsException e = refusal(Arguments.builder()
                .numInferenceSteps(0)
                .guidanceScale(Double.NaN)
                .guidanceRescale(2.0)
                .eta(-1.0)
                .seed(-1L)
                .generatorDevice("mps")
                .width(100)
                .height(-32)
                .numImagesPerPrompt(0)
                .strength(0.5)
                .build());

        assertThat(e.unsupported()).isFalse();
        assertThat(fields(e))
                .contains(
                        "prompt",
                        "strength",
                        "generator_device",
                        "num_inference_steps",
                        "num_images_per_prompt",
                        "guidance_scale",
                        "guidance_rescale",
                        "eta",
                        "seed",
                        "width",
                        "height");
        assertThat(e.problems())
                .contains(new Problem("width", "100: a multiple of 32 is accepted by this model, such as 96 or 128"));
    }

    @Test
    void aSchedulersOwnProblemsAreAmongThem() {
        ArgumentsException e = refusal(lake().width(33)
                .scheduler(Map.of("_class_name", "ddim", "beta_shedule", "linear"))
                .build());

        assertThat(fields(e)).contains("width", "scheduler.beta_shedule");
    }

    @Test
    void seedsMayNotRunOver() {
        assertThat(fields(refusal(
                        lake().seed(Long.MAX_VALUE).numImagesPerPrompt(2).build())))
                .containsExactly("seed");
        assertThat(STARTER.plan(lake().seed(Long.MAX_VALUE).build()).parameters())
                .containsEntry("seed", Long.MAX_VALUE);
    }

    @Test
    void aStrengthThatLeavesNoStepIsRefused() {
        ArgumentsException e = refusal(lake().image(image(128, 128))
                .numInferenceSteps(10)
                .strength(0.05)
                .build());

        assertThat(fields(e)).containsExactly("strength");
    }

    /** In floating point 49 times a 49th is less than 1. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 49, 50, 98, 103, 107, 999})
    void theStrengthThatARefusalNamesIsAccepted(int steps) {
        Arguments.Builder edit = lake().image(image(128, 128)).numInferenceSteps(steps);
        String message = String.valueOf(refusal(edit.strength(0.0001).build()).getMessage());
        double named =
                Double.parseDouble(message.replaceFirst(".* leaves none to do; at least (\\S+) is accepted.*", "$1"));

        assertThat(named).isBetween(1.0 / steps, 1.001 / steps);
        assertThat(STARTER.plan(edit.strength(named).build()).steps()).isEqualTo(1);
    }

    /** As diffusers counts: the 0 at the end of Euler's noise levels is no step. */
    @Test
    void anExplicitScheduleReportsTheStepsThatItRuns() {
        Arguments.Builder euler = lake().scheduler(Map.of("_class_name", "euler"));

        Plan levels = STARTER.plan(euler.sigmas(List.of(14.6, 3.0, 1.0, 0.0)).build());
        Plan steps = STARTER.plan(
                euler.sigmas(null).timesteps(List.of(999.0, 500.0, 1.0)).build());

        assertThat(levels.steps()).isEqualTo(3);
        assertThat(levels.parameters()).containsEntry("num_inference_steps", 3);
        assertThat(steps.parameters()).containsEntry("num_inference_steps", 3);
    }

    @Test
    void whatTheModelCannotDoIsUnsupportedNotInvalid() {
        ArgumentsException e = refusal(lake().clipSkip(1).build());

        assertThat(e.unsupported()).isTrue();
        assertThat(fields(e)).containsExactly("clip_skip");
    }

    @Test
    void aCutPromptIsAWarningWithWhatWasCut() {
        String prompt = "a lake and ".repeat(20) + "a red balloon";

        Plan plan = STARTER.plan(Arguments.builder().prompt(prompt).seed(1L).build());

        assertThat(plan.warnings()).singleElement().satisfies(w -> {
            assertThat(w.field()).isEqualTo("prompt");
            assertThat(w.message()).startsWith("cut after 38 tokens").endsWith("a red balloon\"");
        });
    }

    @Test
    void aFolderOfAnotherFamilyIsUnsupportedSayingWhatItIs(@TempDir Path directory) throws IOException {
        Files.createDirectories(directory.resolve("scheduler"));
        Files.writeString(directory.resolve("model_index.json"), "{\"_class_name\": \"ORTKandinskyPipeline\"}");
        Files.writeString(directory.resolve("scheduler/scheduler_config.json"), "{}");

        assertThatThrownBy(() -> Families.planner(ModelFolder.read("other", directory)))
                .isInstanceOfSatisfying(ArgumentsException.class, e -> assertThat(e.unsupported())
                        .isTrue())
                .hasMessageContaining("\"other\" is a KandinskyPipeline");
    }

    @Test
    void theModelsOwnDefaultsGiveWayToTheRequest(@TempDir Path directory) throws IOException {
        Path from = BuiltInModels.starter().root();
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target =
                        directory.resolve("turbo").resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
        Path own = directory.resolve("turbo/darkroom.json");
        Files.writeString(
                own, "{\"num_inference_steps\": 2, \"guidance_scale\": 1, \"scheduler\": \"euler\", \"width\": 64}");

        Plan plan = Families.planner(ModelFolder.read("turbo", directory.resolve("turbo")))
                .plan(lake().width(96).build());

        assertThat(plan.parameters())
                .containsEntry("num_inference_steps", 2)
                .containsEntry("guidance_scale", 1.0)
                .containsEntry("width", 96);
        assertThat(plan.scheduler().type().className()).isEqualTo("EulerDiscreteScheduler");

        Files.writeString(own, "{\"num_inference_steps\": \"two\"}");
        assertThatThrownBy(() -> Families.planner(ModelFolder.read("turbo", directory.resolve("turbo")))
                        .plan(lake().build()))
                .isInstanceOf(ModelUnavailableException.class)
                .hasMessageContaining("darkroom.json: num_inference_steps: found two");
    }
}
