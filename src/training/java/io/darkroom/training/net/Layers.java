package io.darkroom.training.net;

/**
 * Layers with weights, by name: {@code NAME.weight} and {@code NAME.bias}, as torch's modules have them.
 *
 * @param ops what runs or writes the network
 * @param <T> what stands for a tensor there
 */
public record Layers<T>(Ops<T> ops) {
    /** A square convolution with bias that keeps the size at stride 1. */
    public T conv(String name, T x, int in, int out, int kernel, int stride) {
        return conv(name, x, in, out, kernel, stride, kernel / 2, Init.fanIn(in * kernel * kernel));
    }

    /** A square convolution with bias. */
    public T conv(String name, T x, int in, int out, int kernel, int stride, int padding, Init init) {
        return ops.conv(
                x, ops.weight(name + ".weight", init, out, in, kernel, kernel), bias(name, out), stride, padding);
    }

    /** A linear layer with bias. */
    public T linear(String name, T x, int in, int out) {
        return linear(name, x, in, out, Init.fanIn(in));
    }

    /** A linear layer with bias that begins as told. */
    public T linear(String name, T x, int in, int out, Init init) {
        return ops.linear(x, ops.weight(name + ".weight", init, out, in), bias(name, out));
    }

    /** A linear layer without bias. */
    public T linearNoBias(String name, T x, int in, int out) {
        return ops.linear(x, ops.weight(name + ".weight", Init.fanIn(in), out, in), null);
    }

    /** Group norm with a scale and a shift for each channel. */
    public T groupNorm(String name, T x, int channels, int groups, float epsilon) {
        return ops.groupNorm(
                x, groups, ops.weight(name + ".weight", Init.ONES, channels), bias(name, channels), epsilon);
    }

    /** Layer norm with a scale and a shift for each element. */
    public T layerNorm(String name, T x, int width, float epsilon) {
        return ops.layerNorm(x, width, ops.weight(name + ".weight", Init.ONES, width), bias(name, width), epsilon);
    }

    private T bias(String name, int width) {
        return ops.weight(name + ".bias", Init.ZEROS, width);
    }
}
