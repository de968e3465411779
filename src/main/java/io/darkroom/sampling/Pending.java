package io.darkroom.sampling;

import static io.darkroom.tensor.Linear.combine;

import io.darkroom.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A reverse process that waits for one evaluation of the model.
 *
 * @param sample the sample, unscaled
 * @param scale what the model's input is scaled by ({@code scale_model_input}); 1 for most samplers
 * @param input what the model is given: {@code scale * sample}
 * @param time the model's time
 * @param index the index into diffusers' {@code timesteps}
 * @param estimate the last estimate of x0, for previews; null before the first
 * @param memory the solver's own: earlier outputs, the first half of a two-evaluation step
 */
public record Pending(
        Tensor sample, double scale, Tensor input, double time, int index, @Nullable Tensor estimate, Memory memory)
        implements Progress {
    /** What a solver remembers between evaluations. Immutable; each solver has its own. */
    public interface Memory {
        /** The same in the form in which it is written down. */
        SavedMemory save();
    }

    /** A pending evaluation, with its input made from the sample. */
    public static Pending of(
            Tensor sample, double scale, double time, int index, @Nullable Tensor estimate, Memory memory) {
        return new Pending(sample, scale, scaled(sample, scale), time, index, estimate, memory);
    }

    /** The same evaluation of another sample (inpainting blends it): the input is scaled anew. */
    public Pending withSample(Tensor other) {
        return new Pending(other, scale, scaled(other, scale), time, index, estimate, memory);
    }

    private static Tensor scaled(Tensor sample, double scale) {
        return scale == 1 ? sample : combine(scale, sample);
    }
}
