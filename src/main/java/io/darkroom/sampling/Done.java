package io.darkroom.sampling;

import io.darkroom.tensor.Tensor;

/** The end of a reverse process. */
public record Done(Tensor latents) implements Progress {}
