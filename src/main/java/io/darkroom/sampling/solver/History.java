package io.darkroom.sampling.solver;

import io.darkroom.sampling.Pending;
import io.darkroom.sampling.SavedMemory;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Earlier outputs (in whatever form the solver keeps them), the newest first. */
record History(List<Tensor> outputs) implements Pending.Memory {
    static final History EMPTY = new History(List.of());

    History {
        outputs = List.copyOf(outputs);
    }

    /** With one more in front, and no more than so many. */
    History with(Tensor newest, int atMost) {
        List<Tensor> all = new ArrayList<>(atMost);
        all.add(newest);
        all.addAll(outputs.subList(0, Math.min(outputs.size(), atMost - 1)));
        return new History(all);
    }

    int size() {
        return outputs.size();
    }

    Tensor get(int back) {
        return outputs.get(back);
    }

    Map<String, Tensor> named() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < outputs.size(); i++) {
            tensors.put("output." + i, outputs.get(i));
        }
        return tensors;
    }

    @Override
    public SavedMemory save() {
        return new SavedMemory(named(), Map.of());
    }

    static History restored(SavedMemory saved) {
        List<Tensor> all = new ArrayList<>();
        for (Tensor t = saved.tensors().get("output.0");
                t != null;
                t = saved.tensors().get("output." + all.size())) {
            all.add(t);
        }
        return new History(all);
    }
}
