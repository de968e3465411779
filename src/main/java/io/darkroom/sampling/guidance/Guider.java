package io.darkroom.sampling.guidance;

import io.darkroom.tensor.Tensor;
import java.util.List;

/** A guidance that wants both rows at guided steps and the conditional one at all others. */
abstract class Guider implements Guidance {
    private static final List<Branch> BOTH = List.of(Branch.UNCONDITIONAL, Branch.CONDITIONAL);
    private static final List<Branch> ONE = List.of(Branch.CONDITIONAL);

    final GuidanceScale scale;

    Guider(GuidanceScale scale) {
        this.scale = scale;
    }

    @Override
    public final List<Branch> branches(int step, int steps) {
        return scale.guides(step, steps) ? BOTH : ONE;
    }

    @Override
    public Guided apply(GuidanceState state, int step, int steps, List<Tensor> outputs) {
        if (!scale.guides(step, steps)) {
            return new Guided(scale.rescaled(outputs.get(0), outputs.get(0)), state);
        }
        Tensor conditional = outputs.get(1);
        Guided guided = guide(state, step, outputs.get(0), conditional);
        return new Guided(scale.rescaled(guided.prediction(), conditional), guided.state());
    }

    /** The guided prediction, not yet rescaled. */
    abstract Guided guide(GuidanceState state, int step, Tensor unconditional, Tensor conditional);
}
