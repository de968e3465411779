package io.darkroom.sampling.guidance;

import io.darkroom.tensor.Tensor;

/** One prediction, and what the guidance remembers from now on. */
public record Guided(Tensor prediction, GuidanceState state) {}
