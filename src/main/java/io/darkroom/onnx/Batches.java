package io.darkroom.onnx;

import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Splits what a network is to be called with into calls. */
final class Batches {
    private Batches() {}

    /** Calls a network once for each shape there is, and puts the results into the order of the tensors. */
    static List<Tensor> ofOneShape(List<Tensor> tensors, UnaryOperator<List<Tensor>> call) {
        return of(tensors, Tensor::sameShape, call);
    }

    /**
     * Calls a network once for all that fit together, and puts the results into the order of the items.
     *
     * @param fit whether two share a call: the same for any two of those that do
     * @param call gives one result for each item
     */
    static <T, R> List<R> of(List<T> items, BiPredicate<T, T> fit, Function<List<T>, List<R>> call) {
        List<List<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            T item = items.get(i);
            List<Integer> own = calls.stream()
                    .filter(others -> fit.test(items.get(others.get(0)), item))
                    .findFirst()
                    .orElse(null);
            if (own == null) {
                own = new ArrayList<>();
                calls.add(own);
            }
            own.add(i);
        }
        Map<Integer, R> results = new TreeMap<>();
        for (List<Integer> indices : calls) {
            List<R> batch = call.apply(indices.stream().map(items::get).toList());
            for (int i = 0; i < batch.size(); i++) {
                results.put(indices.get(i), batch.get(i));
            }
        }
        return List.copyOf(results.values());
    }
}
