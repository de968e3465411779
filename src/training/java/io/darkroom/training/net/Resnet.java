package io.darkroom.training.net;

import org.jspecify.annotations.Nullable;

/**
 * A residual block (diffusers' {@code ResnetBlock2D}): twice norm, SiLU and convolution; where told the time, it is added
 * between the two.
 *
 * @param layers what runs or writes it
 * @param groups of the norms
 * @param epsilon of the norms
 * @param <T> what stands for a tensor there
 */
record Resnet<T>(Layers<T> layers, int groups, float epsilon) {
    /**
     * The block.
     *
     * @param time after its SiLU, [batch, timeWidth]; {@code null}: none
     */
    T apply(String name, T x, int in, int out, @Nullable T time, int timeWidth) {
        Ops<T> ops = layers.ops();
        T h = ops.silu(layers.groupNorm(name + ".norm1", x, in, groups, epsilon));
        h = layers.conv(name + ".conv1", h, in, out, 3, 1);
        if (time != null) {
            h = ops.add(h, ops.reshape(layers.linear(name + ".time_emb_proj", time, timeWidth, out), 0, 0, 1, 1));
        }
        h = ops.silu(layers.groupNorm(name + ".norm2", h, out, groups, epsilon));
        // Nothing at first: the block begins as the identity.
        h = layers.conv(name + ".conv2", h, out, out, 3, 1, 1, Init.ZEROS);
        T residual = in == out ? x : layers.conv(name + ".conv_shortcut", x, in, out, 1, 1);
        return ops.add(residual, h);
    }
}
