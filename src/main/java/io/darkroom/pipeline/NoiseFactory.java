package io.darkroom.pipeline;

import io.darkroom.model.ElementType;
import io.darkroom.noise.NoiseSource;

/** Makes a picture's generator: randomness is a parameter of a pipeline. */
@FunctionalInterface
public interface NoiseFactory {
    /**
     * A fresh generator.
     *
     * @param device {@code cpu} or {@code cuda}: which of torch's generators
     * @param seed as given to {@code manual_seed}
     * @param type in which type it draws; the values are float32 all the same
     */
    NoiseSource of(String device, long seed, ElementType type);
}
