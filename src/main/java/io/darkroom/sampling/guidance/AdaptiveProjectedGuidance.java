package io.darkroom.sampling.guidance;

import static io.darkroom.tensor.Linear.combine;

import io.darkroom.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adaptive projected guidance (Sadat et al. 2024, "Eliminating Oversaturation", algorithm 1): the difference of the rows
 * gets a (usually negative) momentum, its norm is bounded, and its part along the conditional prediction is weighed by
 * eta. On the model's output, not on x0, as in diffusers.
 */
public final class AdaptiveProjectedGuidance extends Guider {
    private static final String AVERAGE = "running_average";

    private final Projection projection;

    /**
     * The paper's parameters.
     *
     * @param momentum beta, usually negative; null for none
     * @param normThreshold r, the bound of the norm; 0 for none. diffusers calls it adaptive_projected_guidance_rescale
     * @param eta the weight of the parallel part
     */
    public record Projection(@Nullable Double momentum, double normThreshold, double eta) {
        /** The running average with a new difference, or the difference where there is no momentum. */
        Tensor averaged(GuidanceState state, Tensor difference) {
            Tensor before = state.tensors().get(AVERAGE);
            return momentum == null || before == null ? difference : combine(1, difference, momentum, before);
        }

        /** The state that holds the average. */
        GuidanceState remember(Tensor average) {
            return momentum == null ? GuidanceState.NONE : new GuidanceState(Map.of(AVERAGE, average));
        }

        /** The average, bounded and projected. */
        Tensor update(Tensor average, Tensor conditional) {
            double bound = normThreshold > 0 ? Math.min(1, normThreshold / Vectors.norm(average)) : 1;
            double length = Math.max(Vectors.norm(conditional), 1e-12);
            double parallel = bound * Vectors.dot(average, conditional) / (length * length);
            return combine(bound, average, (eta - 1) * parallel, conditional);
        }
    }

    /** By diffusers' parameters. */
    public AdaptiveProjectedGuidance(GuidanceScale scale, Projection projection) {
        super(scale);
        this.projection = projection;
    }

    @Override
    Guided guide(GuidanceState state, int step, Tensor unconditional, Tensor conditional) {
        Tensor average = projection.averaged(state, combine(1, conditional, -1, unconditional));
        Tensor update = projection.update(average, conditional);
        return new Guided(scale.guided(unconditional, conditional, update), projection.remember(average));
    }
}
