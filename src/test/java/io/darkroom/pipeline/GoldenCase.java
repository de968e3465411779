package io.darkroom.pipeline;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.darkroom.goldens.Goldens;
import io.darkroom.goldens.Npy;
import io.darkroom.goldens.Png;
import io.darkroom.model.BuiltInModels;
import io.darkroom.model.ModelFolder;
import io.darkroom.sampling.SchedulerNames;
import io.darkroom.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One recorded run of a diffusers pipeline: {@code <anywhere>/cases/<name>.json} and its files. A case may refer to
 * another one for what it expects ({@code same_case_in}).
 */
record GoldenCase(Path file, JsonNode json) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static GoldenCase read(Path file) {
        return new GoldenCase(file, Goldens.json(file));
    }

    String name() {
        return Goldens.root().relativize(file).toString();
    }

    /** The case that this one repeats with another export of the same weights; else itself. */
    GoldenCase original() {
        return json.has("same_case_in")
                ? read(folder().resolve(json.get("same_case_in").textValue()).normalize())
                : this;
    }

    String mode() {
        return original().json.path("mode").asText("txt2img");
    }

    /** The model's folder, where it can be found. */
    Optional<ModelFolder> model() {
        String name = json.get("pipeline").textValue();
        if (name.equals(BuiltInModels.STARTER)) {
            return Optional.of(BuiltInModels.starter());
        }
        return Stream.of("pipelines/", "controlnet/")
                .map(section -> Goldens.find(section + name))
                .filter(Files::isDirectory)
                .map(folder -> ModelFolder.read(name, folder))
                .findFirst();
    }

    private Path folder() {
        return Objects.requireNonNull(file.getParent());
    }

    private JsonNode argument(String name) {
        return json.get("arguments").path(name);
    }

    List<Long> seeds() {
        List<Long> seeds = new ArrayList<>();
        json.get("seeds").forEach(s -> seeds.add(s.longValue()));
        return seeds.isEmpty() ? List.of(0L) : seeds;
    }

    /** One request, or one for each prompt of a list, each with the seed of its picture. */
    List<Arguments> requests() {
        List<Arguments> requests = new ArrayList<>();
        int prompts = argument("prompt").isArray() ? argument("prompt").size() : 1;
        for (int i = 0; i < prompts; i++) {
            requests.add(request(i));
        }
        return requests;
    }

    private Arguments request(int i) {
        return Arguments.builder()
                .prompt(text("prompt", i))
                .negativePrompt(text("negative_prompt", i))
                .numInferenceSteps(integer("num_inference_steps"))
                .guidanceScale(number("guidance_scale"))
                .guidanceRescale(number("guidance_rescale"))
                .guider(guider())
                .scheduler(scheduler())
                .eta(number("eta"))
                .seed(seeds().get(i))
                .width(integer("width"))
                .height(integer("height"))
                .numImagesPerPrompt(integer("num_images_per_prompt"))
                .image(isControlImage() ? null : image("image"))
                .control(control())
                .strength(number("strength"))
                .inversion(inversion())
                .others(new Arguments.OtherPrompts(
                        text("prompt_2", i),
                        text("prompt_3", i),
                        text("negative_prompt_2", i),
                        text("negative_prompt_3", i)))
                .micro(new Arguments.MicroConditioning(
                        size("original_size"),
                        size("crops_coords_top_left"),
                        size("target_size"),
                        size("negative_original_size"),
                        size("negative_crops_coords_top_left"),
                        size("negative_target_size")))
                .trueCfgScale(number("true_cfg_scale"))
                .maxSequenceLength(integer("max_sequence_length"))
                .originalInferenceSteps(integer("original_inference_steps"))
                .clipSkip(integer("clip_skip"))
                .maskImage(image("mask_image"))
                .classLabels(classLabels())
                .build();
    }

    /**
     * The class and every key as diffusers resolved them: the recorded runs' schedulers came from files that left keys
     * out, which the export then wrote down.
     */
    private Map<String, Object> scheduler() {
        JsonNode scheduler = json.get("scheduler");
        Map<String, Object> override = new LinkedHashMap<>(
                map(scheduler.path(scheduler.has("resolved_config") ? "resolved_config" : "override")));
        // Minus infinity, which JSON has no number for, and the default.
        override.remove("lambda_min_clipped");
        String type = scheduler.get("class").textValue();
        override.keySet()
                .retainAll(SchedulerNames.resolve(type)
                        .orElseThrow()
                        .type()
                        .defaults()
                        .keySet());
        override.put("_class_name", type);
        return override;
    }

    private @Nullable Map<String, Object> guider() {
        if (!json.has("guider")) {
            return null;
        }
        Map<String, Object> guider = new LinkedHashMap<>(map(json.get("guider").path("parameters")));
        guider.put("_class_name", json.get("guider").get("class").textValue());
        return guider;
    }

    private Arguments.@Nullable Inversion inversion() {
        return argument("source_prompt").isTextual()
                ? new Arguments.Inversion(
                        argument("source_prompt").textValue(), null, number("inversion_guidance_scale"))
                : null;
    }

    /** From text alone the ControlNet pipelines call the control image {@code image}. */
    private boolean isControlImage() {
        return mode().startsWith("controlnet") && argument("control_image").isMissingNode();
    }

    private Arguments.Control control() {
        return new Arguments.Control(
                image(isControlImage() ? "image" : "control_image"),
                null,
                number("controlnet_conditioning_scale"),
                number("control_guidance_start"),
                number("control_guidance_end"),
                argument("guess_mode").isBoolean() ? argument("guess_mode").booleanValue() : null);
    }

    private Arguments.@Nullable Size size(String name) {
        JsonNode pair = argument(name);
        return pair.isArray()
                ? new Arguments.Size(pair.get(0).intValue(), pair.get(1).intValue())
                : null;
    }

    private @Nullable List<Arguments.ClassLabel> classLabels() {
        if (argument("class_labels").isMissingNode()) {
            return null;
        }
        List<Arguments.ClassLabel> labels = new ArrayList<>();
        argument("class_labels")
                .forEach(l -> labels.add(
                        l.isInt()
                                ? new Arguments.ClassLabel.Id(l.intValue())
                                : new Arguments.ClassLabel.Name(l.textValue())));
        return labels;
    }

    private @Nullable InputImage image(String name) {
        if (!argument(name).isTextual()) {
            return null;
        }
        // Relative to the section's folder: where cases lie in pipelines/<name>/cases, that is pipelines.
        String path = argument(name).textValue();
        Path section = folder().resolveSibling("");
        Path beside = section.resolve(path);
        Png png = Png.read(Files.exists(beside) ? beside : section.resolveSibling(path));
        return new InputImage(png.rgb(), png.width(), png.height());
    }

    private @Nullable String text(String name, int i) {
        JsonNode value = argument(name).isArray() ? argument(name).get(i) : argument(name);
        return value.isTextual() ? value.textValue() : null;
    }

    private @Nullable Integer integer(String name) {
        return argument(name).isInt() ? Integer.valueOf(argument(name).intValue()) : null;
    }

    private @Nullable Double number(String name) {
        return argument(name).isNumber() ? Double.valueOf(argument(name).doubleValue()) : null;
    }

    private static Map<String, Object> map(JsonNode node) {
        return node.isObject() ? JSON.convertValue(node, new TypeReference<Map<String, Object>>() {}) : Map.of();
    }

    /** Whether the case has a file of this name. */
    boolean has(String name) {
        return json.path("files").has(name);
    }

    /** A recorded array. */
    Tensor array(String name) {
        return Npy.read(folder().resolve(json.get("files").get(name).textValue()));
    }

    /**
     * What was drawn for one picture, in its generator's order. Calls are recorded for all pictures together: a row each,
     * or (the VAE's posterior) a call each, one after another.
     */
    Optional<Tensor> draw(int picture, int index) {
        int pictures = seeds().size();
        if (!json.has("noise_draws")) {
            return has("draw_" + index) ? Optional.of(Npy.row(array("draw_" + index), picture)) : Optional.empty();
        }
        int own = 0;
        int single = 0;
        for (int call = 0; call < json.get("noise_draws").size(); call++) {
            boolean together = json.get("noise_draws").get(call).get(0).intValue() == pictures;
            if ((together || single++ % pictures == picture) && own++ == index) {
                return has("draw_" + call)
                        ? Optional.of(Npy.row(array("draw_" + call), together ? picture : 0))
                        : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** How many draws each picture took; empty where the case does not say. */
    OptionalInt draws() {
        if (!json.has("noise_draws")) {
            return OptionalInt.empty();
        }
        int rows = 0;
        for (JsonNode shape : json.get("noise_draws")) {
            rows += shape.get(0).intValue();
        }
        return OptionalInt.of(rows / seeds().size());
    }

    /** A recorded picture. */
    Png picture(String name) {
        return Png.read(folder().resolve(json.get("files").get(name).textValue()));
    }

    /** The recorded pictures, one for each seed. */
    List<Png> pictures() {
        List<Png> pictures = new ArrayList<>();
        json.path("files").path("png").forEach(f -> pictures.add(Png.read(folder().resolve(f.textValue()))));
        return pictures;
    }

    /** PNDM's fourth-order history is the worst conditioned of all. */
    boolean isPndm() {
        return json.get("scheduler").get("class").textValue().equals("PNDMScheduler");
    }
}
