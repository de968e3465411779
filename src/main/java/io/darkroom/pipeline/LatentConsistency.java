package io.darkroom.pipeline;

import io.darkroom.model.ModelFolder;
import io.darkroom.sampling.Sampler;
import io.darkroom.sampling.ScheduleRequest;
import io.darkroom.sampling.SchedulerClass;
import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.sampling.SchedulerException;
import java.util.Set;

/**
 * Latent consistency models (Luo et al. 2023): Stable Diffusion distilled to a few steps, with the guidance scale as an
 * input of the UNet ({@link GuidanceEmbedding}) and so without a negative prompt. Equal to diffusers' {@code
 * LatentConsistencyModelPipeline} and {@code LatentConsistencyModelImg2ImgPipeline}.
 */
final class LatentConsistency extends StableDiffusion {
    static final Set<String> CLASSES =
            Set.of("LatentConsistencyModelPipeline", "LatentConsistencyModelImg2ImgPipeline");

    LatentConsistency(ModelFolder folder) {
        super(folder);
    }

    @Override
    public String name() {
        return "latent-consistency";
    }

    @Override
    public Set<Task> tasks() {
        return Set.of(Task.TEXT_TO_IMAGE, Task.IMAGE_TO_IMAGE, Task.RECONSTRUCTION);
    }

    @Override
    public Set<String> fields() {
        return Set.of("prompt", "num_images_per_prompt", "original_inference_steps", "clip_skip", "loras");
    }

    @Override
    public Defaults defaults(Task task) {
        return new Defaults(4, 8.5, 0.8);
    }

    @Override
    public Arguments resolved(Arguments a) {
        return a;
    }

    /** Strength shortens the schedule that the steps are chosen from, so that all of them are run. */
    @Override
    public ScheduleRequest schedule(Arguments a, SchedulerConfig scheduler) {
        if (scheduler.type() != SchedulerClass.LCM && scheduler.type() != SchedulerClass.TCD) {
            throw SchedulerException.unsupported(
                    "scheduler",
                    scheduler.type().className() + ": a latent consistency model takes LCMScheduler or TCDScheduler");
        }
        ScheduleRequest request = super.schedule(a, scheduler).withStrength(a.strength() == null ? 1 : a.strength());
        return a.originalInferenceSteps() == null
                ? request
                : request.withOriginalInferenceSteps(a.originalInferenceSteps());
    }

    @Override
    public int firstIndex(Arguments a, Sampler sampler) {
        return 0;
    }
}
