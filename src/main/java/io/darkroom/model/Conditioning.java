package io.darkroom.model;

import io.darkroom.tensor.Tensor;
import java.util.Map;

/**
 * What a denoiser is given besides the sample and the time.
 *
 * @param tensors by the graph's input names, without the batch axis: {@code encoder_hidden_states} [sequence, width] and
 *     what else the family has; a scalar has rank 0, and what has no batch axis in the graph (positions) its full shape
 */
public record Conditioning(Map<String, Tensor> tensors) {
    public Conditioning {
        tensors = Map.copyOf(tensors);
    }

    /**
     * One of them.
     *
     * @throws IllegalArgumentException where there is none of that name
     */
    public Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no conditioning " + name + ", there is " + tensors.keySet());
        }
        return tensor;
    }
}
