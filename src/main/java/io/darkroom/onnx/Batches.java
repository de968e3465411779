package io.darkroom.onnx;

import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Splits a list of tensors into calls. */
final class Batches {
    private Batches() {}

    /** Calls a network once for each shape there is, and puts the results into the order of the tensors. */
    static List<Tensor> ofOneShape(List<Tensor> tensors, UnaryOperator<List<Tensor>> call) {
        Map<List<Integer>, List<Integer>> byShape = new LinkedHashMap<>();
        for (int i = 0; i < tensors.size(); i++) {
            List<Integer> shape = Arrays.stream(tensors.get(i).shape()).boxed().toList();
            byShape.computeIfAbsent(shape, s -> new ArrayList<>()).add(i);
        }
        Tensor[] results = new Tensor[tensors.size()];
        for (List<Integer> indices : byShape.values()) {
            List<Tensor> batch = call.apply(indices.stream().map(tensors::get).toList());
            for (int i = 0; i < batch.size(); i++) {
                results[indices.get(i)] = batch.get(i);
            }
        }
        return List.of(results);
    }
}
