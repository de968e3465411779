package io.darkroom.pipeline;

import io.darkroom.model.ModelFolder;
import io.darkroom.model.Networks;
import io.darkroom.sampling.Sampler;
import io.darkroom.sampling.ScheduleRequest;
import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.sampling.StepOptions;
import io.darkroom.sampling.Strength;
import io.darkroom.sampling.guidance.Guidance;
import io.darkroom.sampling.guidance.Guiders;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What sets one family of models apart. What they have in common stands in {@link FamilyPlanner}, before the networks
 * are loaded, and in {@link FamilyPipeline}, afterwards. Immutable; made from a folder's configs alone.
 */
interface Family {
    /** As in diffusers: {@code stable-diffusion-xl}. */
    String name();

    ModelFolder folder();

    Autoencoder autoencoder();

    /** Which sizes of pictures it takes. */
    Frame frame();

    /** What it can do, provided that the VAE's encoder is there where that is needed. */
    Set<Task> tasks();

    /** The request's fields that it takes, besides those that every family takes and those that follow from its tasks. */
    Set<String> fields();

    /** The defaults of the pipeline class that diffusers has for the task. */
    Defaults defaults(Task task);

    /** The same of the pipeline class that has a ControlNet. */
    default Defaults controlledDefaults(Task task) {
        return defaults(task);
    }

    /** The default of {@code controlnet_conditioning_scale}. */
    default double controlScale(Task task) {
        return switch (task) {
            case IMAGE_TO_IMAGE -> 0.8;
            case INPAINTING -> 0.5;
            case TEXT_TO_IMAGE, CLASS_TO_IMAGE, INVERSION, RECONSTRUCTION -> 1;
        };
    }

    /**
     * Defaults of a task.
     *
     * @param strength where the task has one
     */
    record Defaults(int steps, double guidanceScale, double strength) {}

    /**
     * The sizes of pictures, in pixels.
     *
     * @param width by default
     * @param height by default
     * @param multiple what each side has to be a multiple of
     * @param fixed whether the default is the only size
     * @param ofImage whether an image-to-image task takes the input's size by default
     */
    record Frame(int width, int height, int multiple, boolean fixed, boolean ofImage) {}

    /** Checks what only this family has. */
    default void check(Arguments a, Checks checks) {}

    /** Fills in what only this family has, or fills in otherwise. What is still null afterwards takes the shared default. */
    default Arguments resolved(Arguments a) {
        return a;
    }

    /** What is said about arguments that are sound, and yet may surprise. */
    default List<Warning> warnings(Arguments a, Sampler sampler) {
        return List.of();
    }

    /** The texts that go to the encoders, as resolved. */
    List<Text> texts(Arguments a);

    /**
     * A text for one encoder.
     *
     * @param field the request's
     * @param encoder the component's name, {@code text_encoder_2}
     * @param length how many ids it becomes; 0 for the tokenizer's own length
     * @param outputs which of the encoder's outputs are wanted
     */
    record Text(String field, String text, String encoder, int length, Set<String> outputs) {}

    /** The tokenizers of its text encoders. */
    Texts tokenizers();

    /** What the schedule is made from; sizes are resolved. */
    default ScheduleRequest schedule(Arguments a, SchedulerConfig scheduler) {
        StepOptions options = StepOptions.DEFAULT.withEta(a.eta() == null ? 0 : a.eta());
        int steps = a.numInferenceSteps() == null ? 1 : a.numInferenceSteps();
        return new ScheduleRequest(steps, a.timesteps(), a.sigmas(), null, null, 1.0, options);
    }

    /** How the pipeline class rounds where an image-to-image run begins. */
    default int firstIndex(Arguments a, Sampler sampler) {
        return Strength.STABLE_DIFFUSION.startIndex(sampler, a.strength() == null ? 1 : a.strength());
    }

    /** Whether a run from pure noise begins at the scheduler's own noise level ({@code init_noise_sigma}). */
    default boolean scalesNoise() {
        return true;
    }

    /** The guider where one is named, with the request's scale and rescale unless it has its own; else as the pipeline. */
    default Guidance guidance(Arguments a) {
        double scale = a.guidanceScale() == null ? 1 : a.guidanceScale();
        double rescale = a.guidanceRescale() == null ? 0 : a.guidanceRescale();
        if (a.guider() == null) {
            return Guiders.pipeline(scale, rescale);
        }
        Map<String, @Nullable Object> guider = new LinkedHashMap<>(a.guider());
        guider.putIfAbsent("guidance_scale", scale);
        guider.putIfAbsent("guidance_rescale", rescale);
        return Guiders.from(guider);
    }

    /** How many pictures a request makes. */
    default int pictures(Arguments a) {
        return a.numImagesPerPrompt() == null ? 1 : a.numImagesPerPrompt();
    }

    /** The denoiser's folder. */
    String denoiser();

    /** The denoiser's inputs besides sample and time. */
    Set<String> conditions();

    /** Whether the denoiser was trained to inpaint: it sees the mask and the masked picture beside the sample. */
    default boolean seesMask() {
        return false;
    }

    /** How the denoiser takes a sample and gives its answer. */
    default Wiring wiring() {
        return Wiring.PLAIN;
    }

    /** Puts the loaded encoders to use. */
    Conditioner conditioner(Networks networks);
}
