package io.darkroom.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.darkroom.goldens.Goldens;
import io.darkroom.model.ModelFolder;
import io.darkroom.pipeline.Arguments.ClassLabel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each family takes, refuses and fills in, from its configs alone. */
class FamilyPlanTest {
    private static final InputImage IMAGE = new InputImage(new byte[3 * 64 * 64], 64, 64);

    private static Planner planner(String model) {
        return Families.planner(ModelFolder.read(
                model, Goldens.repository().resolve("pipelines").resolve(model)));
    }

    private static Arguments.Builder cat() {
        return Arguments.builder().prompt("a photo of a cat").seed(1L);
    }

    private static ArgumentsException refusal(String model, Arguments arguments) {
        return catchThrowableOfType(
                ArgumentsException.class, () -> planner(model).plan(arguments));
    }

    private static List<String> fields(ArgumentsException e) {
        return e.problems().stream().map(Problem::field).toList();
    }

    /** As in goldens/defaults.json. */
    @ParameterizedTest
    @CsvSource({
        "tiny-sd, text, 50, 7.5,",
        "tiny-sd, image, 50, 7.5, 0.8",
        "tiny-sd, mask, 50, 7.5, 1.0",
        "tiny-sdxl, text, 50, 5.0,",
        "tiny-sdxl, image, 50, 5.0, 0.3",
        "tiny-sdxl, mask, 50, 7.5, 0.9999",
        "tiny-lcm, text, 4, 8.5,",
        "tiny-lcm, image, 4, 8.5, 0.8",
        "tiny-sd3, text, 28, 7.0,",
        "tiny-sd3, image, 50, 7.0, 0.6",
        "tiny-sd3, mask, 50, 7.0, 0.6",
        "tiny-flux, text, 28, 3.5,",
        "tiny-flux, image, 28, 7.0, 0.6",
        "tiny-flux, mask, 28, 7.0, 0.6"
    })
    void defaultsFollowFamilyAndTask(String model, String task, int steps, double scale, Double strength) {
        Arguments arguments = cat().image(task.equals("text") ? null : IMAGE)
                .maskImage(task.equals("mask") ? IMAGE : null)
                .build();

        Map<String, Object> resolved = planner(model).plan(arguments).parameters();

        assertThat(resolved).containsEntry("num_inference_steps", steps).containsEntry("guidance_scale", scale);
        assertThat(resolved.get("strength")).isEqualTo(strength);
    }

    @Test
    void aFieldThatAFamilyLacksIsUnsupportedSayingWhatTheModelIs() {
        ArgumentsException e = refusal(
                "tiny-sd",
                cat().trueCfgScale(2.0)
                        .maxSequenceLength(64)
                        .others(new Arguments.OtherPrompts("b", null, null, null))
                        .classLabels(List.of(new ClassLabel.Id(1)))
                        .build());

        assertThat(e.unsupported()).isTrue();
        assertThat(fields(e))
                .containsExactlyInAnyOrder("prompt_2", "class_labels", "true_cfg_scale", "max_sequence_length");
        assertThat(e).hasMessageContaining("\"tiny-sd\" is a StableDiffusionPipeline");
    }

    @Test
    void aTaskThatAFamilyLacksIsUnsupportedSayingWhatItCanDo() {
        ArgumentsException fromText = refusal("tiny-sd-inpaint", cat().build());
        ArgumentsException masked =
                refusal("tiny-lcm", cat().image(IMAGE).maskImage(IMAGE).build());

        assertThat(fields(fromText)).containsExactly("prompt");
        assertThat(fromText).hasMessageContaining("[inpainting, reconstruction]");
        assertThat(fields(masked)).containsExactly("mask_image");
        assertThat(masked.unsupported()).isTrue();
    }

    @Test
    void aMaskWithoutAnImageIsRefused() {
        assertThat(fields(refusal("tiny-sd", cat().maskImage(IMAGE).build()))).containsExactly("image");
    }

    @Test
    void classesAreFoundByNumberAndByEachOfTheirNames() {
        Arguments.Builder classes = Arguments.builder()
                .seed(5L)
                .classLabels(List.of(
                        new ClassLabel.Id(1), new ClassLabel.Name("Tinca tinca"), new ClassLabel.Name("lorikeet")));

        Plan plan = planner("tiny-dit").plan(classes.build());

        assertThat(plan.task()).isEqualTo(Task.CLASS_TO_IMAGE);
        assertThat(plan.parameters())
                .containsEntry("class_labels", List.of(1, "Tinca tinca", "lorikeet"))
                .containsEntry("guidance_scale", 4.0)
                .containsEntry("width", 64)
                .doesNotContainKeys("prompt", "negative_prompt", "num_images_per_prompt", "eta");
        ArgumentsException e = refusal(
                "tiny-dit",
                classes.classLabels(List.of(new ClassLabel.Id(1000), new ClassLabel.Name("unicorn")))
                        .width(128)
                        .build());
        assertThat(fields(e)).containsExactly("class_labels", "class_labels", "width");
        assertThat(e).hasMessageContaining("\"unicorn\"").hasMessageContaining("one size only");
    }

    @Test
    void aReconstructionTakesNothingButThePicture() {
        Plan plan = planner("tiny-sd")
                .plan(Arguments.builder()
                        .task("reconstruct")
                        .image(new InputImage(new byte[3 * 83 * 70], 83, 70))
                        .seed(1L)
                        .build());

        assertThat(plan.task()).isEqualTo(Task.RECONSTRUCTION);
        assertThat(plan.steps()).isZero();
        assertThat(List.of(plan.width(), plan.height())).containsExactly(80, 64);
        assertThat(plan.parameters()).doesNotContainKeys("num_inference_steps", "scheduler", "prompt");
        ArgumentsException e =
                refusal("tiny-sd", cat().task("reconstruct").strength(0.5).build());
        assertThat(fields(e)).containsExactlyInAnyOrder("image", "strength", "strength", "prompt");
    }

    @Test
    void sdxlFillsInItsSizesAndSaysWhatHasNoEffect() {
        Plan plan = planner("tiny-sdxl")
                .plan(cat().width(96)
                        .height(64)
                        .others(new Arguments.OtherPrompts(null, null, "blurry", null))
                        .micro(new Arguments.MicroConditioning(
                                null, null, null, new Arguments.Size(32, 32), null, null))
                        .build());

        assertThat(plan.parameters())
                .containsEntry("original_size", List.of(64, 96))
                .containsEntry("crops_coords_top_left", List.of(0, 0))
                .containsEntry("target_size", List.of(64, 96))
                .doesNotContainKey("negative_prompt");
        assertThat(plan.warnings().stream().map(Warning::field))
                .containsExactly("negative_prompt_2", "negative_original_size");
    }

    /** A distilled UNet takes the scale as an input: no guider has a say, but what is wrong with one is told. */
    @ParameterizedTest
    @ValueSource(strings = {"tiny-sd", "tiny-sdxl"})
    void aModelThatTakesItsGuidanceAsAnInputReadsAGuiderAllTheSame(String model, @TempDir Path directory)
            throws IOException {
        Planner distilled = Families.planner(ModelFolder.read("distilled", distilled(model, directory)));

        Plan plan = distilled.plan(cat().guider(Map.of("stop", 0.5)).build());
        ArgumentsException e = catchThrowableOfType(
                ArgumentsException.class,
                () -> distilled.plan(cat().guider(Map.of("stoop", 0.5)).build()));

        assertThat(plan.warnings()).extracting(Warning::field).containsExactly("guider");
        assertThat(fields(e)).containsExactly("guider.stoop");
    }

    private static Path distilled(String model, Path directory) throws IOException {
        Path from = Goldens.repository().resolve("pipelines").resolve(model);
        Path to = directory.resolve("distilled");
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        Path config = to.resolve("unet/config.json");
        String plain = Files.readString(config);
        assertThat(plain).contains("\"time_cond_proj_dim\": null");
        Files.writeString(config, plain.replace("\"time_cond_proj_dim\": null", "\"time_cond_proj_dim\": 32"));
        return to;
    }

    @Test
    void fluxSaysThatANegativePromptNeedsItsScale() {
        Plan without = planner("tiny-flux").plan(cat().negativePrompt("blurry").build());
        Plan with = planner("tiny-flux")
                .plan(cat().negativePrompt("blurry").trueCfgScale(4.0).build());

        assertThat(without.warnings().stream().map(Warning::field)).containsExactly("negative_prompt");
        assertThat(with.warnings()).isEmpty();
    }

    @Test
    void aLatentConsistencyModelTakesItsOwnSchedulersOnly() {
        ArgumentsException e = refusal(
                "tiny-lcm", cat().scheduler(Map.of("_class_name", "euler")).build());

        assertThat(e.unsupported()).isTrue();
        assertThat(fields(e)).containsExactly("scheduler");
    }

    @Test
    void sizesBeyondTheLearnedPositionsAreRefused() {
        assertThat(fields(refusal("tiny-sd3", cat().width(400).height(64).build())))
                .containsExactly("width");
    }
}
