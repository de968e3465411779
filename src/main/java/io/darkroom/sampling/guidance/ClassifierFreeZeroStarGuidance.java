package io.darkroom.sampling.guidance;

import static io.darkroom.tensor.Linear.combine;

import io.darkroom.tensor.Tensor;
import java.util.List;

/**
 * CFG-Zero* (Fan et al. 2025, equation 7): the unconditional prediction is scaled by {@code <c, u> / |u|^2} before
 * guidance, and the first steps predict zero, whatever the interval.
 */
public final class ClassifierFreeZeroStarGuidance extends Guider {
    private final int zeroInitSteps;

    /** @param zeroInitSteps how many steps from the first on predict zero */
    public ClassifierFreeZeroStarGuidance(GuidanceScale scale, int zeroInitSteps) {
        super(scale);
        this.zeroInitSteps = zeroInitSteps;
    }

    @Override
    public Guided apply(GuidanceState state, int step, int steps, List<Tensor> outputs) {
        return step < zeroInitSteps
                ? new Guided(Tensor.zeros(outputs.get(0).shape()), state)
                : super.apply(state, step, steps, outputs);
    }

    @Override
    Guided guide(GuidanceState state, int step, Tensor unconditional, Tensor conditional) {
        double optimal = Vectors.dot(conditional, unconditional) / (Vectors.dot(unconditional, unconditional) + 1e-8);
        return new Guided(scale.guided(combine(optimal, unconditional), conditional), state);
    }
}
