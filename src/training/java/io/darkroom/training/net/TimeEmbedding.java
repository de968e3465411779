package io.darkroom.training.net;

import java.util.List;

/** How networks are told the time: cosines and sines of it at geometric frequencies, then two layers. */
final class TimeEmbedding {
    private static final double LONGEST = 10_000;

    private TimeEmbedding() {}

    /**
     * Cosines, then sines, as diffusers' {@code Timesteps} with {@code flip_sin_to_cos} and no shift.
     *
     * @param time [batch] or a scalar, from 0 to 1000
     * @return [batch, width]
     */
    static <T> T waves(Ops<T> ops, T time, int width) {
        int half = width / 2;
        float[] frequencies = new float[half];
        for (int i = 0; i < half; i++) {
            frequencies[i] = (float) Math.exp(-Math.log(LONGEST) * i / half);
        }
        T angles = ops.mul(ops.reshape(ops.times(time), -1, 1), ops.constant(frequencies, 1, half));
        return ops.concat(List.of(ops.cos(angles), ops.sin(angles)), 1);
    }

    /** Two layers with SiLU between them: a diffusers {@code TimestepEmbedding}. */
    static <T> T mlp(Layers<T> layers, String name, T x, int in, int out) {
        T hidden = layers.ops().silu(layers.linear(name + ".linear_1", x, in, out));
        return layers.linear(name + ".linear_2", hidden, out, out);
    }
}
