package io.darkroom.sampling;

import io.darkroom.tensor.Tensor;

/** Where a reverse process begins. */
public sealed interface Start {
    /** From noise of unit variance, which the sampler scales. */
    record Noise(Tensor unit) implements Start {}

    /** From a sample at an index into diffusers' timesteps: a noised image, or inverted latents. */
    record At(int index, Tensor sample) implements Start {}
}
