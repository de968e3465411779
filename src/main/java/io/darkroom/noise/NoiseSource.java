package io.darkroom.noise;

import io.darkroom.tensor.Tensor;

/** Draws normal noise, call after call from one stream, as {@code torch.randn(shape, generator=g)} does. */
public interface NoiseSource {
    /** The next draw: independent standard normal values. */
    Tensor next(int... shape);
}
