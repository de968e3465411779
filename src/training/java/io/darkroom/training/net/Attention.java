package io.darkroom.training.net;

import org.jspecify.annotations.Nullable;

/**
 * Attention of many heads (Vaswani et al. 2017): softmax(Q K' / sqrt(d)) V within each head.
 *
 * @param layers what runs or writes it
 * @param heads how many
 * @param <T> what stands for a tensor there
 */
record Attention<T>(Layers<T> layers, int heads) {
    /**
     * Attends.
     *
     * @param queries [batch, m, width]
     * @param keys [batch, n, width]
     * @param values [batch, n, width]
     * @param width of all heads together
     * @param mask added to the scores, [m, n]; {@code null}: none
     * @return [batch, m, width]
     */
    T attend(T queries, T keys, T values, int width, @Nullable T mask) {
        Ops<T> ops = layers.ops();
        int each = width / heads;
        T q = ops.transpose(
                ops.reshape(ops.scale(queries, (float) (1 / Math.sqrt(each))), 0, -1, heads, each), 0, 2, 1, 3);
        T k = ops.transpose(ops.reshape(keys, 0, -1, heads, each), 0, 2, 3, 1);
        T v = ops.transpose(ops.reshape(values, 0, -1, heads, each), 0, 2, 1, 3);
        T scores = ops.matmul(q, k);
        T weights = ops.softmax(mask == null ? scores : ops.add(scores, mask));
        return ops.reshape(ops.transpose(ops.matmul(weights, v), 0, 2, 1, 3), 0, -1, width);
    }

    /**
     * A diffusers {@code Attention}: queries of x, keys and values of the context.
     *
     * @param name of the module
     * @param context [batch, n, contextWidth]
     * @param out how the last layer begins
     */
    T module(String name, T x, int width, T context, int contextWidth, Init out) {
        T q = layers.linearNoBias(name + ".to_q", x, width, width);
        T k = layers.linearNoBias(name + ".to_k", context, contextWidth, width);
        T v = layers.linearNoBias(name + ".to_v", context, contextWidth, width);
        return layers.linear(name + ".to_out.0", attend(q, k, v, width, null), width, width, out);
    }
}
