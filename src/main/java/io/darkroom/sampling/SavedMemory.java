package io.darkroom.sampling;

import io.darkroom.tensor.Tensor;
import java.util.Map;

/**
 * A memory in the form in which it is written down: tensors by name, and numbers by name.
 *
 * @param tensors by name; names are stable, for checkpoints outlive processes
 * @param numbers by name; whole numbers are exact up to 2^53
 */
public record SavedMemory(Map<String, Tensor> tensors, Map<String, Double> numbers) {
    /** Nothing to remember. */
    public static final SavedMemory NONE = new SavedMemory(Map.of(), Map.of());

    public SavedMemory {
        tensors = Map.copyOf(tensors);
        numbers = Map.copyOf(numbers);
    }
}
