package io.darkroom.sampling;

import io.darkroom.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A reverse process that waits for one evaluation of the model.
 *
 * @param sample the sample, unscaled
 * @param input what the model is given: the sample, scaled
 * @param time the model's time
 * @param index the index into diffusers' {@code timesteps}
 * @param estimate the last estimate of x0, for previews; null before the first
 * @param memory the solver's own: earlier outputs, the first half of a two-evaluation step
 */
public record Pending(Tensor sample, Tensor input, double time, int index, @Nullable Tensor estimate, Memory memory)
        implements Progress {
    /** What a solver remembers between evaluations. Immutable; each solver has its own. */
    public interface Memory {}
}
