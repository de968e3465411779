package io.darkroom.pipeline;

import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.Variant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A model's own defaults, {@code darkroom.json}: for models that want other steps or another guidance than their class
 * (Turbo, Lightning). Fields of a request that are no arguments of a pipeline are left to others.
 */
record ModelDefaults(ModelFolder folder) {

    /** The arguments, with what was not given taken from the model's defaults. */
    Arguments under(Arguments given) {
        if (folder.defaults().isEmpty()) {
            return given;
        }
        return given.toBuilder()
                .negativePrompt(or(given.negativePrompt(), "negative_prompt", String.class))
                .numInferenceSteps(or(given.numInferenceSteps(), "num_inference_steps", Integer.class))
                .timesteps(given.timesteps() == null ? numbers("timesteps") : given.timesteps())
                .sigmas(given.sigmas() == null ? numbers("sigmas") : given.sigmas())
                .guidanceScale(orNumber(given.guidanceScale(), "guidance_scale"))
                .guidanceRescale(orNumber(given.guidanceRescale(), "guidance_rescale"))
                .guider(given.guider() == null ? named("guider") : given.guider())
                .scheduler(given.scheduler() == null ? named("scheduler") : given.scheduler())
                .eta(orNumber(given.eta(), "eta"))
                .generatorDevice(or(given.generatorDevice(), "generator_device", String.class))
                .width(or(given.width(), "width", Integer.class))
                .height(or(given.height(), "height", Integer.class))
                .numImagesPerPrompt(or(given.numImagesPerPrompt(), "num_images_per_prompt", Integer.class))
                .strength(orNumber(given.strength(), "strength"))
                .clipSkip(or(given.clipSkip(), "clip_skip", Integer.class))
                .trueCfgScale(orNumber(given.trueCfgScale(), "true_cfg_scale"))
                .maxSequenceLength(or(given.maxSequenceLength(), "max_sequence_length", Integer.class))
                .originalInferenceSteps(or(given.originalInferenceSteps(), "original_inference_steps", Integer.class))
                .promptWeighting(or(given.promptWeighting(), "prompt_weighting", Boolean.class))
                .control(given.control().image() == null ? given.control() : control(given.control()))
                .vae(or(given.vae(), "vae", String.class))
                .loras(given.loras() == null ? loras() : given.loras())
                .build();
    }

    /** The same for a task that has the VAE alone. */
    Arguments vaeUnder(Arguments given) {
        return given.toBuilder().vae(or(given.vae(), "vae", String.class)).build();
    }

    private Arguments.Control control(Arguments.Control given) {
        return new Arguments.Control(
                given.image(),
                or(given.network(), "controlnet", String.class),
                orNumber(given.scale(), "controlnet_conditioning_scale"),
                orNumber(given.start(), "control_guidance_start"),
                orNumber(given.end(), "control_guidance_end"),
                given.guessMode());
    }

    private <T> @Nullable T or(@Nullable T given, String key, Class<T> type) {
        return given == null ? value(key, type).orElse(null) : given;
    }

    private @Nullable Double orNumber(@Nullable Double given, String key) {
        return given == null ? value(key, Number.class).map(Number::doubleValue).orElse(null) : given;
    }

    private <T> Optional<T> value(String key, Class<T> type) {
        Object value = folder.defaults().get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!type.isInstance(value)) {
            throw unfitting(key, value, "a " + type.getSimpleName());
        }
        return Optional.of(type.cast(value));
    }

    private @Nullable List<Double> numbers(String key) {
        Object value = folder.defaults().get(key);
        if (value == null) {
            return null;
        }
        List<Double> numbers = new ArrayList<>();
        if (value instanceof List<?> list) {
            for (Object one : list) {
                if (!(one instanceof Number number)) {
                    throw unfitting(key, value, "a list of numbers");
                }
                numbers.add(number.doubleValue());
            }
            return numbers;
        }
        throw unfitting(key, value, "a list of numbers");
    }

    private @Nullable List<Variant.Lora> loras() {
        Object value = folder.defaults().get("loras");
        if (value == null) {
            return null;
        }
        List<Variant.Lora> loras = new ArrayList<>();
        if (value instanceof List<?> list) {
            for (Object one : list) {
                if (!(one instanceof Map<?, ?> lora)
                        || !(lora.get("name") instanceof String name)
                        || !(lora.get("scale") == null || lora.get("scale") instanceof Number)) {
                    throw unfitting("loras", value, "a list of objects such as {\"name\": \"a\", \"scale\": 0.8}");
                }
                loras.add(new Variant.Lora(name, lora.get("scale") instanceof Number scale ? scale.doubleValue() : 1));
            }
            return loras;
        }
        throw unfitting("loras", value, "a list of objects such as {\"name\": \"a\", \"scale\": 0.8}");
    }

    /** An object, or the name that stands for its class. */
    private @Nullable Map<String, Object> named(String key) {
        Object value = folder.defaults().get(key);
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> object = new HashMap<>();
            map.forEach((k, v) -> {
                if (v != null) {
                    object.put(String.valueOf(k), v);
                }
            });
            return object;
        }
        if (value instanceof String name) {
            return Map.of("_class_name", name);
        }
        if (value == null) {
            return null;
        }
        throw unfitting(key, value, "a name or an object");
    }

    private ModelUnavailableException unfitting(String key, Object value, String expected) {
        return new ModelUnavailableException(folder.root().resolve(ModelFolder.DEFAULTS) + ": " + key + ": found "
                + value + ", expected " + expected);
    }
}
