package io.darkroom.pipeline;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.darkroom.goldens.Goldens;
import io.darkroom.goldens.Npy;
import io.darkroom.goldens.Png;
import io.darkroom.model.BuiltInModels;
import io.darkroom.model.ModelFolder;
import io.darkroom.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
        Path folder = Goldens.find("pipelines/" + name);
        return Files.isDirectory(folder) ? Optional.of(ModelFolder.read(name, folder)) : Optional.empty();
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
                .guider(json.has("guider") ? map(json.get("guider")) : null)
                .scheduler(scheduler())
                .eta(number("eta"))
                .seed(seeds().get(i))
                .width(integer("width"))
                .height(integer("height"))
                .numImagesPerPrompt(integer("num_images_per_prompt"))
                .image(image())
                .strength(number("strength"))
                .inversion(inversion())
                .build();
    }

    private Map<String, Object> scheduler() {
        Map<String, Object> override =
                new LinkedHashMap<>(map(json.get("scheduler").path("override")));
        override.put("_class_name", json.get("scheduler").get("class").textValue());
        return override;
    }

    private Arguments.@Nullable Inversion inversion() {
        return argument("source_prompt").isTextual()
                ? new Arguments.Inversion(
                        argument("source_prompt").textValue(), null, number("inversion_guidance_scale"))
                : null;
    }

    private @Nullable InputImage image() {
        if (!argument("image").isTextual()) {
            return null;
        }
        // Relative to the section's folder: where cases lie in pipelines/<name>/cases, that is pipelines.
        String path = argument("image").textValue();
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
