package io.darkroom.pipeline;

import io.darkroom.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One picture under way, written down: what cannot be had from its plan again. Text, input picture and first noise are
 * made anew; this is where the sampling was.
 *
 * @param tensors float32, by name
 * @param numbers by name; whole numbers are exact up to 2^53
 */
public record SavedPicture(Map<String, Tensor> tensors, Map<String, Double> numbers) {
    /** Of a picture that has no steps. */
    public static final SavedPicture NOTHING = new SavedPicture(Map.of(), Map.of());

    public SavedPicture {
        tensors = Map.copyOf(tensors);
        numbers = Map.copyOf(numbers);
    }

    /** A number that must be there. */
    double number(String name) {
        Double value = numbers.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name + " in what was saved");
        }
        return value;
    }

    /** A tensor that must be there. */
    Tensor tensor(String name) {
        Tensor value = tensors.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name + " in what was saved");
        }
        return value;
    }

    /** The tensors whose names begin so, without that beginning. */
    Map<String, Tensor> tensorsBelow(String prefix) {
        return below(prefix, tensors);
    }

    /** The numbers whose names begin so, without that beginning. */
    Map<String, Double> numbersBelow(String prefix) {
        return below(prefix, numbers);
    }

    private static <T> Map<String, T> below(String prefix, Map<String, T> all) {
        Map<String, T> below = new LinkedHashMap<>();
        all.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                below.put(name.substring(prefix.length()), value);
            }
        });
        return below;
    }
}
