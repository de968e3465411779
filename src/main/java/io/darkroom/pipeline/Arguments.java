package io.darkroom.pipeline;

import io.darkroom.model.Variant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a caller passes to a pipeline, in diffusers' words; null is "not given". A {@link Plan} holds the same with every
 * default filled in.
 *
 * @param scheduler keys that override the model's {@code scheduler_config.json} ({@code from_config(config,
 *     **overrides)}); {@code _class_name} may be one of the short names
 * @param guider another guidance by diffusers' guider names
 * @param seed 0 to 2^63-1; picture i takes seed + i
 * @param generatorDevice {@code cpu} or {@code cuda}: which of torch's generators
 * @param width in pixels
 * @param height in pixels
 * @param image the decoded picture that every task but text to image starts from
 * @param others texts for the second and third encoder
 * @param trueCfgScale FLUX's guidance by a negative prompt, beside the distilled one
 * @param micro SDXL's sizes
 * @param maxSequenceLength how many T5 tokens
 * @param originalInferenceSteps LCM's
 * @param maskImage white is repainted
 * @param classLabels a picture each
 * @param task {@code reconstruct}; else null, for the task follows from the fields
 * @param vae the name of another VAE in the model folder
 * @param loras of the model folder's, fused into the weights
 * @param control what a ControlNet is given
 * @param promptWeighting whether {@code (word:1.3)} weighs
 */
public record Arguments(
        @Nullable String prompt,
        @Nullable String negativePrompt,
        @Nullable Integer numInferenceSteps,
        @Nullable List<Double> timesteps,
        @Nullable List<Double> sigmas,
        @Nullable Double guidanceScale,
        @Nullable Double guidanceRescale,
        @Nullable Map<String, Object> guider,
        @Nullable Map<String, Object> scheduler,
        @Nullable Double eta,
        @Nullable Long seed,
        @Nullable String generatorDevice,
        @Nullable Integer width,
        @Nullable Integer height,
        @Nullable Integer numImagesPerPrompt,
        @Nullable InputImage image,
        @Nullable Double strength,
        @Nullable Inversion inversion,
        @Nullable Integer clipSkip,
        OtherPrompts others,
        @Nullable Double trueCfgScale,
        MicroConditioning micro,
        @Nullable Integer maxSequenceLength,
        @Nullable Integer originalInferenceSteps,
        @Nullable InputImage maskImage,
        @Nullable List<ClassLabel> classLabels,
        @Nullable String task,
        @Nullable String vae,
        @Nullable List<Variant.Lora> loras,
        Control control,
        @Nullable Boolean promptWeighting) {

    /**
     * A control image and what goes with it.
     *
     * @param image null where no ControlNet is used
     * @param network which of the model's ControlNets; null: its only one
     * @param scale what the residuals are multiplied with
     * @param start the fraction of the steps before which it has no say
     * @param end the fraction of the steps after which it has no say
     * @param guessMode diffusers' guess mode: only the row with the prompt is controlled, by residuals that rise
     */
    public record Control(
            @Nullable InputImage image,
            @Nullable String network,
            @Nullable Double scale,
            @Nullable Double start,
            @Nullable Double end,
            @Nullable Boolean guessMode) {
        /** None given. */
        public static final Control NONE = new Control(null, null, null, null, null, null);
    }

    /**
     * DDIM inversion before denoising.
     *
     * @param prompt what the picture shows now
     * @param numInferenceSteps null: as many as the denoising has
     * @param guidanceScale null: 1, no guidance
     */
    public record Inversion(String prompt, @Nullable Integer numInferenceSteps, @Nullable Double guidanceScale) {}

    /** Texts for the second and third encoder; where null, the first one's goes there too. */
    public record OtherPrompts(
            @Nullable String prompt2,
            @Nullable String prompt3,
            @Nullable String negativePrompt2,
            @Nullable String negativePrompt3) {
        /** None given. */
        public static final OtherPrompts NONE = new OtherPrompts(null, null, null, null);
    }

    /** Height and width in pixels, or the top and left of a corner. */
    public record Size(int height, int width) {}

    /** SDXL's {@code time_ids} (Podell et al. 2023, section 2.2), for the prompt and for the negative one. */
    public record MicroConditioning(
            @Nullable Size originalSize,
            @Nullable Size cropsCoordsTopLeft,
            @Nullable Size targetSize,
            @Nullable Size negativeOriginalSize,
            @Nullable Size negativeCropsCoordsTopLeft,
            @Nullable Size negativeTargetSize) {
        /** None given. */
        public static final MicroConditioning NONE = new MicroConditioning(null, null, null, null, null, null);
    }

    /** A class of a class-conditional model. */
    public sealed interface ClassLabel {
        /** By its number. */
        record Id(int id) implements ClassLabel {}

        /** By its name, or one of its names. */
        record Name(String name) implements ClassLabel {}
    }

    /** Nothing given. */
    public static Builder builder() {
        return new Builder();
    }

    /** The same, to be changed. */
    public Builder toBuilder() {
        Builder b = new Builder();
        b.prompt = prompt;
        b.negativePrompt = negativePrompt;
        b.numInferenceSteps = numInferenceSteps;
        b.timesteps = timesteps;
        b.sigmas = sigmas;
        b.guidanceScale = guidanceScale;
        b.guidanceRescale = guidanceRescale;
        b.guider = guider;
        b.scheduler = scheduler;
        b.eta = eta;
        b.seed = seed;
        b.generatorDevice = generatorDevice;
        b.width = width;
        b.height = height;
        b.numImagesPerPrompt = numImagesPerPrompt;
        b.image = image;
        b.strength = strength;
        b.inversion = inversion;
        b.clipSkip = clipSkip;
        b.others = others;
        b.trueCfgScale = trueCfgScale;
        b.micro = micro;
        b.maxSequenceLength = maxSequenceLength;
        b.originalInferenceSteps = originalInferenceSteps;
        b.maskImage = maskImage;
        b.classLabels = classLabels;
        b.task = task;
        b.vae = vae;
        b.loras = loras;
        b.control = control;
        b.promptWeighting = promptWeighting;
        return b;
    }

    /** Collects arguments. Each method takes the field of its name. */
    public static final class Builder {
        private @Nullable String prompt;
        private @Nullable String negativePrompt;
        private @Nullable Integer numInferenceSteps;
        private @Nullable List<Double> timesteps;
        private @Nullable List<Double> sigmas;
        private @Nullable Double guidanceScale;
        private @Nullable Double guidanceRescale;
        private @Nullable Map<String, Object> guider;
        private @Nullable Map<String, Object> scheduler;
        private @Nullable Double eta;
        private @Nullable Long seed;
        private @Nullable String generatorDevice;
        private @Nullable Integer width;
        private @Nullable Integer height;
        private @Nullable Integer numImagesPerPrompt;
        private @Nullable InputImage image;
        private @Nullable Double strength;
        private @Nullable Inversion inversion;
        private @Nullable Integer clipSkip;
        private OtherPrompts others = OtherPrompts.NONE;
        private @Nullable Double trueCfgScale;
        private MicroConditioning micro = MicroConditioning.NONE;
        private @Nullable Integer maxSequenceLength;
        private @Nullable Integer originalInferenceSteps;
        private @Nullable InputImage maskImage;
        private @Nullable List<ClassLabel> classLabels;
        private @Nullable String task;
        private @Nullable String vae;
        private @Nullable List<Variant.Lora> loras;
        private Control control = Control.NONE;
        private @Nullable Boolean promptWeighting;

        private Builder() {}

        public Builder prompt(@Nullable String value) {
            prompt = value;
            return this;
        }

        public Builder negativePrompt(@Nullable String value) {
            negativePrompt = value;
            return this;
        }

        public Builder numInferenceSteps(@Nullable Integer value) {
            numInferenceSteps = value;
            return this;
        }

        public Builder timesteps(@Nullable List<Double> value) {
            timesteps = value;
            return this;
        }

        public Builder sigmas(@Nullable List<Double> value) {
            sigmas = value;
            return this;
        }

        public Builder guidanceScale(@Nullable Double value) {
            guidanceScale = value;
            return this;
        }

        public Builder guidanceRescale(@Nullable Double value) {
            guidanceRescale = value;
            return this;
        }

        public Builder guider(@Nullable Map<String, Object> value) {
            guider = value;
            return this;
        }

        public Builder scheduler(@Nullable Map<String, Object> value) {
            scheduler = value;
            return this;
        }

        public Builder eta(@Nullable Double value) {
            eta = value;
            return this;
        }

        public Builder seed(@Nullable Long value) {
            seed = value;
            return this;
        }

        public Builder generatorDevice(@Nullable String value) {
            generatorDevice = value;
            return this;
        }

        public Builder width(@Nullable Integer value) {
            width = value;
            return this;
        }

        public Builder height(@Nullable Integer value) {
            height = value;
            return this;
        }

        public Builder numImagesPerPrompt(@Nullable Integer value) {
            numImagesPerPrompt = value;
            return this;
        }

        public Builder image(@Nullable InputImage value) {
            image = value;
            return this;
        }

        public Builder strength(@Nullable Double value) {
            strength = value;
            return this;
        }

        public Builder inversion(@Nullable Inversion value) {
            inversion = value;
            return this;
        }

        public Builder clipSkip(@Nullable Integer value) {
            clipSkip = value;
            return this;
        }

        public Builder others(OtherPrompts value) {
            others = value;
            return this;
        }

        public Builder trueCfgScale(@Nullable Double value) {
            trueCfgScale = value;
            return this;
        }

        public Builder micro(MicroConditioning value) {
            micro = value;
            return this;
        }

        public Builder maxSequenceLength(@Nullable Integer value) {
            maxSequenceLength = value;
            return this;
        }

        public Builder originalInferenceSteps(@Nullable Integer value) {
            originalInferenceSteps = value;
            return this;
        }

        public Builder maskImage(@Nullable InputImage value) {
            maskImage = value;
            return this;
        }

        public Builder classLabels(@Nullable List<ClassLabel> value) {
            classLabels = value;
            return this;
        }

        public Builder task(@Nullable String value) {
            task = value;
            return this;
        }

        public Builder vae(@Nullable String value) {
            vae = value;
            return this;
        }

        public Builder loras(@Nullable List<Variant.Lora> value) {
            loras = value;
            return this;
        }

        public Builder control(Control value) {
            control = value;
            return this;
        }

        public Builder promptWeighting(@Nullable Boolean value) {
            promptWeighting = value;
            return this;
        }

        /** What was collected. */
        public Arguments build() {
            return new Arguments(
                    prompt,
                    negativePrompt,
                    numInferenceSteps,
                    timesteps,
                    sigmas,
                    guidanceScale,
                    guidanceRescale,
                    guider,
                    scheduler,
                    eta,
                    seed,
                    generatorDevice,
                    width,
                    height,
                    numImagesPerPrompt,
                    image,
                    strength,
                    inversion,
                    clipSkip,
                    others,
                    trueCfgScale,
                    micro,
                    maxSequenceLength,
                    originalInferenceSteps,
                    maskImage,
                    classLabels,
                    task,
                    vae,
                    loras,
                    control,
                    promptWeighting);
        }
    }
}
