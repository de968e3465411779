package io.darkroom.pipeline;

import io.darkroom.model.Variant;
import io.darkroom.sampling.SchedulerConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Arguments by the names that the contract has for them. */
final class Fields {
    /** What every family takes. */
    static final Set<String> COMMON = Set.of(
            "num_inference_steps",
            "timesteps",
            "sigmas",
            "guidance_scale",
            "scheduler",
            "seed",
            "generator_device",
            "width",
            "height",
            "vae");

    /** What follows from the task, whatever the family. */
    static final Set<String> OF_TASKS = Set.of("image", "mask_image", "strength", "inversion", "task");

    private Fields() {}

    /** All that is not null, in the contract's order; pictures by their sizes. */
    static Map<String, Object> of(Arguments a) {
        Map<String, Object> p = new LinkedHashMap<>();
        put(p, "task", a.task());
        put(p, "prompt", a.prompt());
        put(p, "prompt_2", a.others().prompt2());
        put(p, "prompt_3", a.others().prompt3());
        put(p, "negative_prompt", a.negativePrompt());
        put(p, "negative_prompt_2", a.others().negativePrompt2());
        put(p, "negative_prompt_3", a.others().negativePrompt3());
        put(p, "class_labels", a.classLabels() == null ? null : labels(a.classLabels()));
        put(p, "num_inference_steps", a.numInferenceSteps());
        put(p, "timesteps", a.timesteps());
        put(p, "sigmas", a.sigmas());
        put(p, "original_inference_steps", a.originalInferenceSteps());
        put(p, "guidance_scale", a.guidanceScale());
        put(p, "guidance_rescale", a.guidanceRescale());
        put(p, "true_cfg_scale", a.trueCfgScale());
        put(p, "guider", a.guider());
        put(p, "scheduler", a.scheduler());
        put(p, "eta", a.eta());
        put(p, "seed", a.seed());
        put(p, "generator_device", a.generatorDevice());
        put(p, "width", a.width());
        put(p, "height", a.height());
        put(p, "num_images_per_prompt", a.numImagesPerPrompt());
        put(p, "original_size", size(a.micro().originalSize()));
        put(p, "crops_coords_top_left", size(a.micro().cropsCoordsTopLeft()));
        put(p, "target_size", size(a.micro().targetSize()));
        put(p, "negative_original_size", size(a.micro().negativeOriginalSize()));
        put(p, "negative_crops_coords_top_left", size(a.micro().negativeCropsCoordsTopLeft()));
        put(p, "negative_target_size", size(a.micro().negativeTargetSize()));
        put(p, "max_sequence_length", a.maxSequenceLength());
        put(p, "prompt_weighting", a.promptWeighting());
        put(p, "clip_skip", a.clipSkip());
        put(p, "image", a.image());
        put(p, "mask_image", a.maskImage());
        put(p, "strength", a.strength());
        put(p, "inversion", a.inversion() == null ? null : inversion(a.inversion()));
        put(p, "vae", a.vae());
        put(p, "loras", a.loras() == null ? null : loras(a.loras()));
        put(p, "control_image", a.control().image());
        put(p, "controlnet", a.control().network());
        put(p, "controlnet_conditioning_scale", a.control().scale());
        put(p, "control_guidance_start", a.control().start());
        put(p, "control_guidance_end", a.control().end());
        return p;
    }

    /** What {@code result.json} says: every field as resolved, but the pictures that went in. */
    static Map<String, Object> resolved(String model, Task task, Arguments a, SchedulerConfig scheduler) {
        Map<String, Object> p = new LinkedHashMap<>();
        p.put("model", model);
        p.put("task", task.label());
        // A scheduler that was not given keeps its place all the same.
        p.putAll(of(a.toBuilder()
                .image(null)
                .maskImage(null)
                .task(null)
                .scheduler(Map.of())
                .build()));
        p.remove("control_image");
        if (p.containsKey("num_inference_steps")) {
            Map<String, @Nullable Object> config = new LinkedHashMap<>();
            config.put("_class_name", scheduler.type().className());
            config.putAll(scheduler.values());
            p.put("scheduler", config);
        } else {
            p.remove("scheduler");
        }
        return p;
    }

    private static @Nullable List<Integer> size(Arguments.@Nullable Size size) {
        return size == null ? null : List.of(size.height(), size.width());
    }

    private static List<Object> labels(List<Arguments.ClassLabel> labels) {
        return labels.stream()
                .<Object>map(l -> l instanceof Arguments.ClassLabel.Id id
                        ? Integer.valueOf(id.id())
                        : ((Arguments.ClassLabel.Name) l).name())
                .toList();
    }

    private static List<Map<String, Object>> loras(List<Variant.Lora> given) {
        return given.stream()
                .map(lora -> {
                    Map<String, Object> one = new LinkedHashMap<>();
                    one.put("name", lora.name());
                    one.put("scale", lora.scale());
                    return one;
                })
                .toList();
    }

    private static Map<String, Object> inversion(Arguments.Inversion given) {
        Map<String, Object> inversion = new LinkedHashMap<>();
        put(inversion, "prompt", given.prompt());
        put(inversion, "num_inference_steps", given.numInferenceSteps());
        put(inversion, "guidance_scale", given.guidanceScale());
        return inversion;
    }

    private static void put(Map<String, Object> map, String key, @Nullable Object value) {
        if (value != null) {
            map.put(key, value);
        }
    }
}
