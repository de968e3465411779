package io.darkroom.sampling.guidance;

import io.darkroom.tensor.Tensor;

/**
 * Classifier-free guidance (Ho and Salimans 2022, equation 6): {@code u + w (c - u)}. A negative prompt is what the
 * unconditional row is conditioned on.
 */
public final class ClassifierFreeGuidance extends Guider {
    /** By diffusers' parameters. */
    public ClassifierFreeGuidance(GuidanceScale scale) {
        super(scale);
    }

    @Override
    Guided guide(GuidanceState state, int step, Tensor unconditional, Tensor conditional) {
        return new Guided(scale.guided(unconditional, conditional), state);
    }
}
