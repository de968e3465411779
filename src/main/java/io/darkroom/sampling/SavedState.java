package io.darkroom.sampling;

import io.darkroom.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A pending evaluation written down: tensors by name and numbers by name, for a file of safetensors with a JSON header.
 * Read back by the same sampler (the same config and request), it goes on with the same values to the last bit. The
 * model's input is made anew from the sample and its scale.
 *
 * @param tensors {@code sample}, {@code estimate} where there is one, and the solver's under {@code memory.}
 * @param numbers {@code index}, {@code time}, {@code scale}, and the solver's under {@code memory.}
 */
public record SavedState(Map<String, Tensor> tensors, Map<String, Double> numbers) {
    private static final String MEMORY = "memory.";

    public SavedState {
        tensors = Map.copyOf(tensors);
        numbers = Map.copyOf(numbers);
    }

    /** Writes a pending evaluation down. */
    public static SavedState of(Pending pending) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("sample", pending.sample());
        if (pending.estimate() != null) {
            tensors.put("estimate", pending.estimate());
        }
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("index", (double) pending.index());
        numbers.put("time", pending.time());
        numbers.put("scale", pending.scale());
        SavedMemory memory = pending.memory().save();
        memory.tensors().forEach((name, tensor) -> tensors.put(MEMORY + name, tensor));
        memory.numbers().forEach((name, number) -> numbers.put(MEMORY + name, number));
        return new SavedState(tensors, numbers);
    }

    /**
     * Reads it back.
     *
     * @param sampler made of the same config and request as the one that wrote it
     * @throws IllegalArgumentException if something is missing, or the index is not one of the sampler's
     */
    public Pending restore(Sampler sampler) {
        int index = (int) number("index");
        if (index < 0 || index >= sampler.evaluations() || sampler.timesteps()[index] != number("time")) {
            throw new IllegalArgumentException(
                    "index " + index + " at time " + number("time") + " is none of this sampler's evaluations");
        }
        Tensor sample = tensors.get("sample");
        if (sample == null) {
            throw new IllegalArgumentException("no sample in the saved state");
        }
        Map<String, Tensor> memoryTensors = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            if (name.startsWith(MEMORY)) {
                memoryTensors.put(name.substring(MEMORY.length()), tensor);
            }
        });
        Map<String, Double> memoryNumbers = new LinkedHashMap<>();
        numbers.forEach((name, number) -> {
            if (name.startsWith(MEMORY)) {
                memoryNumbers.put(name.substring(MEMORY.length()), number);
            }
        });
        Pending.Memory memory = sampler.restore(new SavedMemory(memoryTensors, memoryNumbers));
        return Pending.of(sample, number("scale"), number("time"), index, tensors.get("estimate"), memory);
    }

    private double number(String name) {
        return Objects.requireNonNull(numbers.get(name), () -> "no " + name + " in the saved state");
    }
}
