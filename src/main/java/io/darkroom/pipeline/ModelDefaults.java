package io.darkroom.pipeline;

import io.darkroom.model.ModelFolder;
import io.darkroom.model.Variant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A model's own defaults, {@code darkroom.json}, as a pipeline's arguments: for models that want other steps or another
 * guidance than their class (Turbo, Lightning). What of a request is no argument has its defaults in
 * {@link RequestDefaults}; which names there are stands in {@link DefaultNames}.
 */
final class ModelDefaults {
    private final DefaultsFile file;

    ModelDefaults(ModelFolder folder) {
        this.file = DefaultsFile.of(folder);
    }

    /** The arguments, with what was not given taken from the model's defaults. */
    Arguments under(Arguments given) {
        if (file.values().isEmpty()) {
            return given;
        }
        // These three are one choice: where a request has made it, the model's own is none.
        boolean schedule = given.numInferenceSteps() != null || given.timesteps() != null || given.sigmas() != null;
        return given.toBuilder()
                .negativePrompt(or(given.negativePrompt(), "negative_prompt", file::text))
                .others(others(given.others()))
                .classLabels(or(given.classLabels(), "class_labels", file::classLabels))
                .numInferenceSteps(or(given.numInferenceSteps(), "num_inference_steps", file::integer))
                .timesteps(schedule ? given.timesteps() : file.numbers("timesteps"))
                .sigmas(schedule ? given.sigmas() : file.numbers("sigmas"))
                .guidanceScale(or(given.guidanceScale(), "guidance_scale", file::number))
                .guidanceRescale(or(given.guidanceRescale(), "guidance_rescale", file::number))
                .guider(or(given.guider(), "guider", file::named))
                .scheduler(or(given.scheduler(), "scheduler", file::named))
                .eta(or(given.eta(), "eta", file::number))
                .generatorDevice(or(given.generatorDevice(), "generator_device", file::text))
                .width(or(given.width(), "width", file::integer))
                .height(or(given.height(), "height", file::integer))
                .numImagesPerPrompt(or(given.numImagesPerPrompt(), "num_images_per_prompt", file::integer))
                // What goes with a picture that the request does not have is not asked for.
                .strength(hasStrength(given) ? or(given.strength(), "strength", file::number) : given.strength())
                .inversion(given.inversion() == null ? null : inversion(given.inversion()))
                .micro(micro(given.micro()))
                .clipSkip(or(given.clipSkip(), "clip_skip", file::integer))
                .trueCfgScale(or(given.trueCfgScale(), "true_cfg_scale", file::number))
                .maxSequenceLength(or(given.maxSequenceLength(), "max_sequence_length", file::integer))
                .originalInferenceSteps(or(given.originalInferenceSteps(), "original_inference_steps", file::integer))
                .promptWeighting(or(given.promptWeighting(), "prompt_weighting", file::flag))
                .control(given.control().image() == null ? given.control() : control(given.control()))
                .vae(or(given.vae(), "vae", file::text))
                .loras(or(given.loras(), "loras", this::loras))
                .build();
    }

    /** The same for a task that has the VAE alone. */
    Arguments vaeUnder(Arguments given) {
        return given.toBuilder().vae(or(given.vae(), "vae", file::text)).build();
    }

    private static boolean hasStrength(Arguments given) {
        return given.image() != null && given.inversion() == null;
    }

    private Arguments.OtherPrompts others(Arguments.OtherPrompts given) {
        return new Arguments.OtherPrompts(
                given.prompt2(),
                given.prompt3(),
                or(given.negativePrompt2(), "negative_prompt_2", file::text),
                or(given.negativePrompt3(), "negative_prompt_3", file::text));
    }

    private Arguments.MicroConditioning micro(Arguments.MicroConditioning given) {
        return new Arguments.MicroConditioning(
                or(given.originalSize(), "original_size", file::size),
                or(given.cropsCoordsTopLeft(), "crops_coords_top_left", file::size),
                or(given.targetSize(), "target_size", file::size),
                or(given.negativeOriginalSize(), "negative_original_size", file::size),
                or(given.negativeCropsCoordsTopLeft(), "negative_crops_coords_top_left", file::size),
                or(given.negativeTargetSize(), "negative_target_size", file::size));
    }

    /** How an inversion is done; whether one is, the request says. */
    private Arguments.Inversion inversion(Arguments.Inversion given) {
        DefaultsFile own = file.object("inversion");
        return new Arguments.Inversion(
                given.prompt(),
                or(given.numInferenceSteps(), "num_inference_steps", own::integer),
                or(given.guidanceScale(), "guidance_scale", own::number));
    }

    private Arguments.Control control(Arguments.Control given) {
        return new Arguments.Control(
                given.image(),
                or(given.network(), "controlnet", file::text),
                or(given.scale(), "controlnet_conditioning_scale", file::number),
                or(given.start(), "control_guidance_start", file::number),
                or(given.end(), "control_guidance_end", file::number),
                given.guessMode());
    }

    private @Nullable List<Variant.Lora> loras(String name) {
        return file.list(name, "a list of objects such as {\"name\": \"a\", \"scale\": 0.8}", v -> {
            if (!(v instanceof Map<?, ?> lora)
                    || !(lora.get("name") instanceof String own)
                    || !(lora.get("scale") == null || lora.get("scale") instanceof Number)) {
                return null;
            }
            return new Variant.Lora(own, lora.get("scale") instanceof Number scale ? scale.doubleValue() : 1);
        });
    }

    private static <T> @Nullable T or(@Nullable T given, String name, Function<String, @Nullable T> otherwise) {
        return given == null ? otherwise.apply(name) : given;
    }
}
