package io.darkroom.training.net;

import java.util.List;

/**
 * A weight that a network declares.
 *
 * @param name as diffusers' and transformers' state dictionaries have it, such as {@code conv_in.weight}
 * @param shape a convolution's is [out, in, height, width], a linear layer's [out, in]
 * @param init how it begins
 */
public record Weight(String name, List<Integer> shape, Init init) {
    /** How many values it has. */
    public int size() {
        return shape.stream().reduce(1, Math::multiplyExact);
    }
}
