package io.darkroom.pipeline;

import io.darkroom.sampling.Shown;
import io.darkroom.text.PromptAttention;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What can be wrong with arguments before anything is resolved: fields that do not go together, values out of range. */
final class Soundness {
    /** What asks for nothing, which every family can do. */
    private static final Set<Map.Entry<String, Object>> OFF =
            Set.of(Map.entry("prompt_weighting", false), Map.entry("loras", List.of()));

    private final Family family;
    private final Set<Task> tasks;
    private final Controls controls;

    /** @param tasks what the model can do with the files that it has */
    Soundness(Family family, Set<Task> tasks, Controls controls) {
        this.family = family;
        this.tasks = tasks;
        this.controls = controls;
    }

    /**
     * Notes every problem.
     *
     * @param asked what the request has, without the model's own defaults
     * @param a with them
     */
    void check(Arguments asked, Arguments a, Task task, Checks checks) {
        checkTask(a, task, checks);
        checkFields(asked, task, checks);
        if (task != Task.RECONSTRUCTION) {
            checkTexts(a, checks);
            checkNumbers(a, checks);
            controls.check(a.control(), task, tasks, checks);
            family.check(a, checks);
        }
        checkSeed(a, checks);
        Variants.check(family.folder(), a, checks);
    }

    private void checkTask(Arguments a, Task task, Checks checks) {
        if (!tasks.contains(task)) {
            checks.unsupported(
                    task.field(),
                    task.label() + ": \"" + family.folder().name() + "\" is a "
                            + family.folder().pipelineClass() + " that can do "
                            + new TreeSet<>(tasks.stream().map(Task::label).toList()));
        }
        if (a.task() != null && !a.task().equals("reconstruct")) {
            checks.invalid(
                    "task", "\"" + a.task() + "\": only \"reconstruct\" is accepted; others follow from the fields");
        }
        if (task.needsImage() && a.image() == null) {
            checks.invalid("image", "is missing; " + task.label() + " starts from a picture");
        }
        if (a.strength() != null && !task.hasStrength()) {
            checks.invalid("strength", a.strength() + ": goes with an image that is changed, not with " + task.label());
        }
        checkStrength(a.strength(), checks);
        if (a.maskImage() != null && a.inversion() != null) {
            checks.invalid("mask_image", "goes not with inversion; only one of them is accepted");
        }
    }

    private void checkFields(Arguments asked, Task task, Checks checks) {
        Set<String> taken = new TreeSet<>(family.fields());
        taken.addAll(Fields.COMMON);
        taken.addAll(Fields.OF_TASKS);
        Set<String> ofReconstruction = Set.of("task", "image", "width", "height", "seed", "generator_device", "vae");
        for (Map.Entry<String, Object> field : Fields.of(asked).entrySet()) {
            if (OFF.contains(field)) {
                continue;
            }
            if (!taken.contains(field.getKey())) {
                checks.unsupported(
                        field.getKey(),
                        Shown.of(field.getValue()) + ": \"" + family.folder().name() + "\" is a "
                                + family.folder().pipelineClass() + ", which has no such argument");
            } else if (task == Task.RECONSTRUCTION && !ofReconstruction.contains(field.getKey())) {
                checks.invalid(
                        field.getKey(),
                        Shown.of(field.getValue()) + ": goes not with the task reconstruct, which takes "
                                + ofReconstruction);
            }
        }
    }

    private void checkTexts(Arguments a, Checks checks) {
        if (a.prompt() == null && family.fields().contains("prompt")) {
            checks.invalid("prompt", "is missing; a text is accepted, also an empty one");
        }
        if (Boolean.TRUE.equals(a.promptWeighting())) {
            checkWeights("prompt", a.prompt(), checks);
            checkWeights("negative_prompt", a.negativePrompt(), checks);
            checkWeights(
                    "inversion.prompt",
                    a.inversion() == null ? null : a.inversion().prompt(),
                    checks);
        }
        if (a.timesteps() != null && a.sigmas() != null) {
            checks.invalid("sigmas", "only one of timesteps and sigmas is accepted");
        }
        if (a.generatorDevice() != null && !Set.of("cpu", "cuda").contains(a.generatorDevice())) {
            checks.invalid("generator_device", "\"" + a.generatorDevice() + "\": cpu or cuda is accepted");
        }
    }

    private static void checkWeights(String field, @Nullable String text, Checks checks) {
        try {
            PromptAttention.parse(text == null ? "" : text);
        } catch (PromptAttention.WeightException e) {
            checks.invalid(field, e.getMessage() + ", or prompt_weighting false");
        }
    }

    private void checkNumbers(Arguments a, Checks checks) {
        checks.range("num_inference_steps", a.numInferenceSteps(), 1, 100_000);
        checks.range("num_images_per_prompt", a.numImagesPerPrompt(), 1, 10_000);
        checks.finite("guidance_scale", a.guidanceScale());
        checks.range("guidance_rescale", a.guidanceRescale(), 0, 1);
        checks.finite("true_cfg_scale", a.trueCfgScale());
        checks.range("eta", a.eta(), 0, 1);
        checks.range("original_inference_steps", a.originalInferenceSteps(), 1, 100_000);
        checkInversion(a.inversion(), checks);
    }

    static void checkStrength(@Nullable Double strength, Checks checks) {
        if (strength != null && !(strength > 0 && strength <= 1)) {
            checks.invalid("strength", strength + ": a number above 0 and up to 1 is accepted");
        }
    }

    static void checkInversion(Arguments.@Nullable Inversion inversion, Checks checks) {
        if (inversion != null) {
            checks.range("inversion.num_inference_steps", inversion.numInferenceSteps(), 1, 100_000);
            checks.finite("inversion.guidance_scale", inversion.guidanceScale());
        }
    }

    private void checkSeed(Arguments a, Checks checks) {
        int pictures = family.pictures(a);
        if (a.seed() == null) {
            checks.invalid("seed", "is missing");
        } else if (a.seed() < 0 || a.seed() > Long.MAX_VALUE - pictures + 1) {
            checks.invalid("seed", a.seed() + ": 0 to 2^63 - " + pictures + " is accepted");
        }
    }
}
