package io.darkroom.sampling.guidance;

import io.darkroom.tensor.Tensor;
import java.util.List;

/** One row, taken as it is: no guidance, or a distilled one that is an input of the model. */
public enum NoGuidance implements Guidance {
    /** The only one. */
    NONE;

    @Override
    public List<Branch> branches(int step, int steps) {
        return List.of(Branch.CONDITIONAL);
    }

    @Override
    public Guided apply(GuidanceState state, int step, int steps, List<Tensor> outputs) {
        return new Guided(outputs.get(0), state);
    }
}
