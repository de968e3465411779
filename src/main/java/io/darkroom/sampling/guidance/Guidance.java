package io.darkroom.sampling.guidance;

import io.darkroom.tensor.Tensor;
import java.util.List;

/** Turns the model's outputs for its rows into one prediction. Immutable: what changes is the {@link GuidanceState}. */
public interface Guidance {
    /** The state before the first evaluation. */
    default GuidanceState begin() {
        return GuidanceState.NONE;
    }

    /**
     * The rows wanted at one evaluation, unconditional first, as diffusers batches them.
     *
     * @param step from 0, counted from where the run began
     * @param steps how many there are in the run
     */
    List<Branch> branches(int step, int steps);

    /**
     * One prediction.
     *
     * @param outputs the model's output for each of {@code branches(step, steps)}, in that order
     */
    Guided apply(GuidanceState state, int step, int steps, List<Tensor> outputs);
}
