package io.darkroom.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.goldens.ModelCopies;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model's {@code darkroom.json} on the recorded small models: what of it holds, and what is told instead. */
class ModelDefaultsTest {
    private static final InputImage PICTURE = new InputImage(new byte[3 * 64 * 64], 64, 64);

    @TempDir
    private Path directory;

    private Planner planner(String pipeline, String defaults) throws IOException {
        Path folder = directory.resolve(pipeline);
        if (!Files.exists(folder)) {
            ModelCopies.copy(pipeline, folder);
        }
        Files.writeString(folder.resolve("darkroom.json"), defaults);
        return Families.planner(ModelFolder.read(pipeline, folder));
    }

    private static Arguments.Builder cat() {
        return Arguments.builder().prompt("a cat").seed(1L);
    }

    @Test
    void classesHoldWhereARequestNamesNone() throws IOException {
        Planner dit = planner("tiny-dit", "{\"class_labels\": [1, 2], \"num_inference_steps\": 2.0}");

        assertThat(dit.plan(Arguments.builder().seed(1L).build()).parameters())
                .containsEntry("class_labels", List.of(1, 2))
                .containsEntry("num_inference_steps", 2);
        assertThat(dit.plan(Arguments.builder()
                                .seed(1L)
                                .classLabels(List.of(new Arguments.ClassLabel.Id(0)))
                                .build())
                        .parameters())
                .containsEntry("class_labels", List.of(0));
    }

    @Test
    void microConditioningAndFurtherNegativePromptsHold() throws IOException {
        Planner sdxl = planner(
                "tiny-sdxl",
                "{\"original_size\": [100, 200], \"negative_target_size\": [5, 6], \"negative_prompt_2\": \"blurry\"}");

        assertThat(sdxl.plan(cat().micro(new Arguments.MicroConditioning(
                                        null, null, null, null, null, new Arguments.Size(7, 8)))
                                .build())
                        .parameters())
                .containsEntry("original_size", List.of(100, 200))
                .containsEntry("negative_target_size", List.of(7, 8))
                .containsEntry("negative_prompt_2", "blurry");
    }

    @Test
    void howAnInversionIsDoneHoldsAndWhetherOneIsTheRequestSays() throws IOException {
        Planner sd = planner("tiny-sd", "{\"inversion\": {\"num_inference_steps\": 7, \"guidance_scale\": 2}}");
        Arguments inverted = cat().image(PICTURE)
                .scheduler(Map.of("_class_name", "ddim"))
                .inversion(new Arguments.Inversion("a dog", null, 3.0))
                .build();

        assertThat(sd.plan(inverted).parameters())
                .containsEntry("inversion", Map.of("prompt", "a dog", "num_inference_steps", 7, "guidance_scale", 3.0));
        assertThat(sd.plan(cat().build()).task()).isEqualTo(Task.TEXT_TO_IMAGE);
        assertThat(sd.plan(cat().image(PICTURE).build()).task()).isEqualTo(Task.IMAGE_TO_IMAGE);
    }

    @Test
    void whatGoesWithAPictureHoldsWhereThereIsOne() throws IOException {
        Planner sd = planner("tiny-sd", "{\"strength\": 0.3}");

        assertThat(sd.plan(cat().image(PICTURE).build()).parameters()).containsEntry("strength", 0.3);
        assertThat(sd.plan(cat().build()).parameters()).doesNotContainKey("strength");
    }

    @Test
    void aRequestThatChoosesItsScheduleHasItsOwn() throws IOException {
        Planner sd = planner("tiny-sd", "{\"timesteps\": [900, 500, 100], \"scheduler\": \"ddpm\"}");

        assertThat(sd.plan(cat().build()).parameters()).containsEntry("num_inference_steps", 3);
        assertThat(sd.plan(cat().numInferenceSteps(5).build()).parameters())
                .containsEntry("num_inference_steps", 5)
                .doesNotContainKey("timesteps");
    }

    @Test
    void anEmptyListOfLorasIsNoneForEveryFamily() throws IOException {
        Planner dit = planner("tiny-dit", "{}");
        Arguments none = Arguments.builder()
                .seed(1L)
                .classLabels(List.of(new Arguments.ClassLabel.Id(0)))
                .loras(List.of())
                .build();

        assertThat(dit.plan(none).pictures()).isOne();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u00a7',
            value = {
                "{\"output\": {\"qality\": 9}}| output.qality: found 9, expected none: a StableDiffusionPipeline has no such field; the nearest that it has is \"quality\"",
                "{\"id\": \"a\"}| id: found a, expected none: it is each request's own",
                "{\"prompt\": \"a\"}| prompt: found a, expected none: it is each request's own",
                "{\"image\": {\"key\": \"a\"}}| image: found {key=a}, expected none: it is each request's own",
                "{\"inversion\": {\"prompt\": \"a\"}}| inversion.prompt: found a, expected none: it is each",
                "{\"guidance_scal\": 1}| guidance_scal: found 1, expected none: a StableDiffusionPipeline has no such field; the nearest that it has is \"guidance_scale\"",
                "{\"class_labels\": [1]}| class_labels: found [1], expected none: a StableDiffusionPipeline has no such",
                "{\"original_size\": [1, 2]}| original_size: found [1, 2], expected none: a StableDiffusionPipeline",
                "{\"sweep\": {\"class_labels\": [1, 2]}}| sweep.class_labels: found [1, 2], expected none: a StableDiffusionPipeline has no such",
                "{\"sweep\": {\"prompt\": [\"a\"]}}| sweep.prompt: found [a], expected none: it is each request's own",
                "{\"sweep\": {\"inversion\": [{}]}}| sweep.inversion: found [{}], expected none",
                "{\"preview_every\": 0}| preview_every: found 0, expected a whole number from 1 to",
                "{\"seed\": -1}| seed: found -1, expected a whole number from 0 to 9223372036854775807",
                "{\"output\": \"png\"}| output: found png, expected an object",
                "{\"output\": {\"format\": \"gif\"}}| output.format: found gif, expected png or jpeg or webp",
                "{\"output\": {\"quality\": 101}}| output.quality: found 101, expected a whole number from 1 to 100",
                "{\"num_inference_steps\": 1.5}| num_inference_steps: found 1.5, expected a whole number",
                "{\"num_inference_steps\": 0}| num_inference_steps: 0: a whole number from 1",
                "{\"guidance_rescale\": 2}| guidance_rescale: 2.0: a number from 0",
                "{\"scheduler\": \"eular\"}| \"eular\" is no scheduler; did you mean \"euler\"",
                "{\"width\": 65}| width: 65: a multiple of",
                "{\"strength\": 2}| strength: 2.0: a number above 0 and up to 1",
                "{\"strength\": \"much\"}| strength: found much, expected a number",
                "{\"inversion\": {\"num_inference_steps\": 0}}| inversion.num_inference_steps: 0: a whole number",
                "{\"controlnet\": 1}| controlnet: found 1, expected text",
                "{\"clip_skip\": \"1\"}| clip_skip: found 1, expected a whole number",
                "{\"timesteps\": [9, 5], \"sigmas\": [1, 0.5]}| sigmas: only one of timesteps and sigmas"
            })
    void whatCannotBeADefaultIsTheModelsFaultAndNamed(String defaults, String message) {
        assertThatThrownBy(() -> planner("tiny-sd", defaults))
                .isInstanceOf(ModelUnavailableException.class)
                .hasMessageContaining("darkroom.json: ")
                .hasMessageContaining(message);
    }

    /** No request could do anything about it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u00a7',
            value = {
                "{\"_class_name\": \"DDIMScheduler\", \"beta_schedule\": \"foo\"}| beta_schedule: \"foo\" is none of",
                "{}| _class_name: is missing"
            })
    void aSchedulerConfigThatMakesNoSenseIsTheModelsFaultAndNamed(String config, String message) throws IOException {
        ModelCopies.copy("tiny-sd", directory.resolve("tiny-sd"));
        Path file = directory.resolve("tiny-sd/scheduler/scheduler_config.json");
        Files.writeString(file, config);

        assertThatThrownBy(() -> planner("tiny-sd", "{}"))
                .isInstanceOf(ModelUnavailableException.class)
                .hasMessageContaining("scheduler_config.json: " + message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"FlowMatchLCMScheduler", "OneOfALaterDiffusersScheduler"})
    void aSchedulerThatDarkroomLacksIsNoFaultOfTheModels(String name) throws IOException {
        ModelCopies.copy("tiny-sd", directory.resolve("tiny-sd"));
        Path file = directory.resolve("tiny-sd/scheduler/scheduler_config.json");
        Files.writeString(file, "{\"_class_name\": \"" + name + "\"}");

        Planner planner = planner("tiny-sd", "{}");

        assertThat(planner.plan(cat().scheduler(Map.of("_class_name", "ddim")).build())
                        .steps())
                .isEqualTo(50);
        assertThatThrownBy(() -> planner.plan(cat().build()))
                .isInstanceOfSatisfying(ArgumentsException.class, e -> assertThat(e.unsupported())
                        .isTrue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"tenant\": null}",
                "{\"task\": \"reconstruct\", \"priority\": 9, \"tenant\": \"a\", \"group\": \"b\", \"labels\": {\"c\": \"d\"}}",
                "{\"expires_at\": \"2030-01-01T00:00:00Z\", \"sweep\": {\"eta\": [0, 1], \"contact_sheet\": true}}",
                "{\"output\": {\"prefix\": \"a\", \"presign_seconds\": 9}}",
                "{\"vae_tiling\": false}",
                "{\"prompt_weighting\": true, \"negative_prompt\": \"blurry\", \"clip_skip\": 0, \"eta\": 0.5}",
                "{\"control_guidance_start\": 0.1, \"controlnet_conditioning_scale\": 0.7}",
                "{\"guider\": {\"_class_name\": \"AdaptiveProjectedGuidance\"}, \"generator_device\": \"cuda\"}",
                "{\"loras\": [{\"name\": \"not there yet\"}], \"vae\": \"nor this\"}",
                "{\"seed\": 9223372036854775807, \"preview_every\": 3, \"output\": {\"format\": \"webp\"}}"
            })
    void whatARequestCouldGiveIsAccepted(String defaults) throws IOException {
        assertThat(planner("tiny-sd", defaults).description().family()).isEqualTo("stable-diffusion");
    }

    @Test
    void weightingThatIsOffIsAcceptedByEveryFamily() throws IOException {
        assertThat(planner("tiny-flux", "{\"prompt_weighting\": false}")
                        .description()
                        .family())
                .isEqualTo("flux");
    }

    @Test
    void aModelThatOnlyInpaintsHasDefaultsToo() throws IOException {
        Planner inpainting = planner("tiny-sd-inpaint", "{\"num_inference_steps\": 3, \"strength\": 0.9}");

        assertThat(inpainting
                        .plan(cat().image(PICTURE).maskImage(PICTURE).build())
                        .parameters())
                .containsEntry("num_inference_steps", 3)
                .containsEntry("strength", 0.9);
    }
}
