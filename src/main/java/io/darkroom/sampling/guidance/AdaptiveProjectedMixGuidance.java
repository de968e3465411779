package io.darkroom.sampling.guidance;

import static io.darkroom.tensor.Linear.combine;

import io.darkroom.sampling.guidance.AdaptiveProjectedGuidance.Projection;
import io.darkroom.tensor.Tensor;

/**
 * Classifier-free guidance in the first steps, then adaptive projected guidance with a scale of its own (diffusers'
 * guider of this name, from HunyuanImage 2.1). The momentum gathers from the first step on.
 */
public final class AdaptiveProjectedMixGuidance extends Guider {
    private final Projection projection;
    private final double projectedScale;
    private final int lastPlainStep;

    /**
     * By diffusers' parameters.
     *
     * @param projectedScale adaptive_projected_guidance_scale
     * @param lastPlainStep adaptive_projected_guidance_start_step: projected are the steps after it
     */
    public AdaptiveProjectedMixGuidance(
            GuidanceScale scale, Projection projection, double projectedScale, int lastPlainStep) {
        super(scale);
        this.projection = projection;
        this.projectedScale = projectedScale;
        this.lastPlainStep = lastPlainStep;
    }

    @Override
    Guided guide(GuidanceState state, int step, Tensor unconditional, Tensor conditional) {
        Tensor average = projection.averaged(state, combine(1, conditional, -1, unconditional));
        GuidanceState next = projection.remember(average);
        boolean projected = step > lastPlainStep && !Vectors.isClose(projectedScale, scale.original() ? 0 : 1);
        if (!projected) {
            return new Guided(scale.guided(unconditional, conditional), next);
        }
        Tensor base = scale.original() ? conditional : unconditional;
        return new Guided(combine(1, base, projectedScale, projection.update(average, conditional)), next);
    }
}
