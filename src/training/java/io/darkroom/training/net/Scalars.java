package io.darkroom.training.net;

import ai.djl.ndarray.NDArray;

/**
 * Products with a number whose gradient is taken. {@code NDArray.mul(Number)} lays the number in memory of Java's that may be
 * collected once it returns, while torch keeps the address for the way back: a gradient then reads whatever lies there.
 */
public final class Scalars {
    private Scalars() {}

    /** {@code x * by}; the number lives as long as the manager of {@code x}. */
    public static NDArray times(NDArray x, double by) {
        return x.mul(x.getManager().create((float) by));
    }
}
