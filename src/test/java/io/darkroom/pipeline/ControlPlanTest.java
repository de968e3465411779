package io.darkroom.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.darkroom.goldens.Goldens;
import io.darkroom.model.ModelFolder;
import io.darkroom.pipeline.Arguments.Control;
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

/** What may be asked of a model's ControlNets, and what is filled in; from the folder alone. */
class ControlPlanTest {
    private static final Path MODEL = Goldens.repository().resolve("controlnet/tiny-sd-controlnet");
    private static final InputImage IMAGE = new InputImage(new byte[3 * 96 * 64], 96, 64);
    private static final Control GIVEN = new Control(IMAGE, null, null, null, null, null);

    @TempDir
    private Path directory;

    private static Planner planner(Path folder) {
        return Families.planner(ModelFolder.read(String.valueOf(folder.getFileName()), folder));
    }

    private static Arguments.Builder cat() {
        return Arguments.builder().prompt("a cat").seed(1L).numInferenceSteps(10);
    }

    private static ArgumentsException refusal(Path folder, Arguments arguments) {
        return catchThrowableOfType(
                ArgumentsException.class, () -> planner(folder).plan(arguments));
    }

    private static List<String> fields(ArgumentsException e) {
        return e.problems().stream().map(Problem::field).toList();
    }

    private Path copy() throws IOException {
        Path copy = directory.resolve("several");
        try (Stream<Path> files = Files.walk(MODEL)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = copy.resolve(MODEL.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
        return copy;
    }

    @ParameterizedTest
    @CsvSource({"text, 1.0", "image, 0.8", "mask, 0.5"})
    void defaultsAreThoseOfDiffusersPipelines(String task, double scale) {
        Arguments arguments = cat().control(GIVEN)
                .image(task.equals("text") ? null : IMAGE)
                .maskImage(task.equals("mask") ? IMAGE : null)
                .build();

        Map<String, Object> resolved = planner(MODEL).plan(arguments).parameters();

        assertThat(resolved)
                .containsEntry("controlnet", "controlnet")
                .containsEntry("controlnet_conditioning_scale", scale)
                .containsEntry("control_guidance_start", 0.0)
                .containsEntry("control_guidance_end", 1.0)
                .containsEntry("width", 96)
                .containsEntry("height", 64)
                .doesNotContainKey("control_image");
    }

    @Test
    void withoutAControlImageNothingIsFilledIn() {
        Map<String, Object> resolved = planner(MODEL).plan(cat().build()).parameters();

        assertThat(resolved.keySet()).noneMatch(key -> key.startsWith("control"));
        assertThat(resolved).containsEntry("width", 64);
    }

    @Test
    void fieldsWithoutAControlImageAreRefusedEach() {
        ArgumentsException e = refusal(
                MODEL,
                cat().control(new Control(null, "controlnet", 1.0, 0.1, 0.9, null))
                        .build());

        assertThat(e.unsupported()).isFalse();
        assertThat(fields(e))
                .containsExactly(
                        "controlnet",
                        "controlnet_conditioning_scale",
                        "control_guidance_start",
                        "control_guidance_end");
    }

    @Test
    void anIntervalHasToEndAfterItsStart() {
        assertThat(fields(refusal(
                        MODEL,
                        cat().control(new Control(IMAGE, null, null, 0.5, 0.5, null))
                                .build())))
                .containsExactly("control_guidance_end");
        assertThat(fields(refusal(
                        MODEL,
                        cat().control(new Control(IMAGE, null, null, 1.0, null, null))
                                .build())))
                .containsExactly("control_guidance_start");
    }

    @Test
    void aModelWithoutControlNetSaysWhatItHas() {
        ArgumentsException e = refusal(
                Goldens.repository().resolve("pipelines/tiny-sd"),
                cat().control(GIVEN).build());

        assertThat(e.unsupported()).isTrue();
        assertThat(fields(e)).containsExactly("control_image");
        assertThat(e).hasMessageContaining("without a ControlNet").hasMessageContaining("text_to_image");
    }

    @Test
    void aFamilyWithoutControlNetsSaysSo() {
        ArgumentsException e = refusal(
                Goldens.repository().resolve("pipelines/tiny-flux"),
                cat().control(GIVEN).build());

        assertThat(e.unsupported()).isTrue();
        assertThat(fields(e)).containsExactly("control_image");
    }

    @Test
    void inversionTakesNoControlImage() {
        ArgumentsException e = refusal(
                MODEL,
                cat().control(GIVEN)
                        .image(IMAGE)
                        .inversion(new Arguments.Inversion("a dog", null, null))
                        .build());

        assertThat(fields(e)).containsExactly("control_image");
    }

    @Test
    void severalControlNetsAreChosenByName() throws IOException {
        Path folder = copy();
        Files.createDirectories(folder.resolve("controlnets"));
        Files.move(folder.resolve("controlnet"), folder.resolve("controlnets/canny"));
        String one = ModelFolder.read("m", folder).digest();

        assertThat(planner(folder).plan(cat().control(GIVEN).build()).parameters())
                .containsEntry("controlnet", "canny");

        Files.createDirectory(folder.resolve("controlnets/depth"));
        for (String file : List.of("model.onnx", "config.json")) {
            Files.copy(folder.resolve("controlnets/canny/" + file), folder.resolve("controlnets/depth/" + file));
        }
        assertThat(ModelFolder.read("m", folder).digest()).isNotEqualTo(one);
        assertThat(planner(folder)
                        .plan(cat().control(new Control(IMAGE, "depth", null, null, null, null))
                                .build())
                        .parameters())
                .containsEntry("controlnet", "depth");
        ArgumentsException none = refusal(folder, cat().control(GIVEN).build());
        assertThat(fields(none)).containsExactly("controlnet");
        assertThat(none).hasMessageContaining("[canny, depth]");
        ArgumentsException unknown = refusal(
                folder,
                cat().control(new Control(IMAGE, "pose", null, null, null, null))
                        .build());
        assertThat(unknown).hasMessageContaining("\"pose\"").hasMessageContaining("[canny, depth]");
    }

    @Test
    void theModelsOwnDefaultsHoldWhereAControlImageIsGiven() throws IOException {
        Path folder = copy();
        Files.writeString(
                folder.resolve("darkroom.json"),
                "{\"controlnet_conditioning_scale\": 0.7, \"control_guidance_end\": 0.6}");

        assertThat(planner(folder).plan(cat().control(GIVEN).build()).parameters())
                .containsEntry("controlnet_conditioning_scale", 0.7)
                .containsEntry("control_guidance_end", 0.6);
        assertThat(planner(folder).plan(cat().build()).parameters()).doesNotContainKey("controlnet_conditioning_scale");
    }
}
