package io.darkroom.pipeline;

import io.darkroom.sampling.SchedulerException;
import io.darkroom.sampling.guidance.Branch;
import io.darkroom.sampling.guidance.Guidance;
import io.darkroom.sampling.guidance.GuidanceState;
import io.darkroom.sampling.guidance.Guided;
import io.darkroom.tensor.Linear;
import io.darkroom.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which guidance a request asks for. */
final class Guidances {
    private Guidances() {}

    /** The guider where one is named, else classifier-free guidance as the pipelines have it. */
    static Guidance of(@Nullable Map<String, Object> guider, double scale, double rescale) {
        if (guider != null) {
            throw SchedulerException.unsupported("guider", "comes later");
        }
        return classifierFree(scale, rescale);
    }

    /** Ho and Salimans 2022, eq. 6; none at a scale of 1 or less. */
    static Guidance classifierFree(double scale, double rescale) {
        return new Guidance() {
            @Override
            public List<Branch> branches(int step, int steps) {
                return scale > 1 ? List.of(Branch.UNCONDITIONAL, Branch.CONDITIONAL) : List.of(Branch.CONDITIONAL);
            }

            @Override
            public Guided apply(GuidanceState state, int step, int steps, List<Tensor> outputs) {
                return outputs.size() == 1
                        ? new Guided(outputs.get(0), state)
                        : new Guided(Linear.combine(1 - scale, outputs.get(0), scale, outputs.get(1)), state);
            }
        };
    }
}
