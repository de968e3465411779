package io.darkroom.sampling.guidance;

import io.darkroom.tensor.Tensor;
import java.util.Map;

/** What a guidance remembers between evaluations (APG: its running average), by name, so it can be written down. */
public record GuidanceState(Map<String, Tensor> tensors) {
    /** Nothing. */
    public static final GuidanceState NONE = new GuidanceState(Map.of());

    public GuidanceState {
        tensors = Map.copyOf(tensors);
    }
}
