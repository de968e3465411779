package io.darkroom.sampling.solver;

import io.darkroom.sampling.Pending;
import io.darkroom.sampling.SavedMemory;
import io.darkroom.tensor.Tensor;
import java.util.Map;
import java.util.Objects;

/**
 * The first half of a step with two evaluations.
 *
 * @param sample the sample from which the step goes
 * @param derivative its derivative there
 */
record FirstHalf(Tensor sample, Tensor derivative) implements Pending.Memory {
    @Override
    public SavedMemory save() {
        return new SavedMemory(Map.of("sample", sample, "derivative", derivative), Map.of());
    }

    static Pending.Memory restored(SavedMemory saved) {
        Tensor sample = saved.tensors().get("sample");
        return sample == null
                ? Nothing.NOTHING
                : new FirstHalf(sample, Objects.requireNonNull(saved.tensors().get("derivative")));
    }
}
