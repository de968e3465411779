package io.darkroom.sampling.guidance;

import static io.darkroom.tensor.Linear.combine;

import io.darkroom.tensor.Tensor;

/**
 * How strongly and where guidance pulls: what all of diffusers' guiders share.
 *
 * @param scale w
 * @param rescale phi of Lin et al. 2024, 0 to 1: how far the result is brought back to the conditional one's standard
 *     deviation; also outside the interval, as in diffusers' guiders
 * @param original the formulation of Ho and Salimans 2022, {@code c + w (c - u)}, for which 0 means none; else
 *     Imagen's, {@code u + w (c - u)}, for which 1 means none
 * @param interval the steps that are guided
 */
public record GuidanceScale(double scale, double rescale, boolean original, GuidanceInterval interval) {
    /** Whether a step is guided at all. */
    boolean guides(int step, int steps) {
        return interval.contains(step, steps) && !Vectors.isClose(scale, original ? 0 : 1);
    }

    /** The guided prediction {@code base + w (c - u)}. */
    Tensor guided(Tensor unconditional, Tensor conditional) {
        return original
                ? combine(-scale, unconditional, 1 + scale, conditional)
                : combine(1 - scale, unconditional, scale, conditional);
    }

    /** {@code base + w update}. */
    Tensor guided(Tensor unconditional, Tensor conditional, Tensor update) {
        return combine(1, original ? conditional : unconditional, scale, update);
    }

    /** The result, rescaled where that is asked for. */
    Tensor rescaled(Tensor guided, Tensor conditional) {
        return rescale > 0 ? rescaled(guided, conditional, rescale) : guided;
    }

    /** {@code rescale_noise_cfg} (Lin et al. 2024, section 3.4). */
    static Tensor rescaled(Tensor guided, Tensor conditional, double rescale) {
        double ratio = Vectors.std(conditional) / Vectors.std(guided);
        return combine(rescale * ratio + (1 - rescale), guided);
    }
}
