package io.darkroom.training.net;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The operations that networks are made of, with torch's semantics. Pictures are [batch, channels, height, width], token
 * lists [batch, tokens, width]. Operands of {@link #add} and {@link #mul} are broadcast as numpy does. Axes may count from
 * the end.
 *
 * @param <T> what stands for a tensor
 */
public interface Ops<T> {
    /** A weight, declared where it is used. Asked for again by the same name, it is the same weight. */
    T weight(String name, Init init, int... shape);

    /** A fixed tensor. */
    T constant(float[] values, int... shape);

    /** The times of a batch, given as a scalar or as [batch], as [batch] or [1]. */
    T times(T time);

    /**
     * A convolution over pictures.
     *
     * @param weight [out, in, height, width]
     * @param bias [out]
     * @param padding zeros on each side
     */
    T conv(T x, T weight, @Nullable T bias, int stride, int padding);

    /**
     * x W' + b over the last axis.
     *
     * @param weight [out, in]
     * @param bias [out]
     */
    T linear(T x, T weight, @Nullable T bias);

    /**
     * The rows of a table.
     *
     * @param ids int64 of any shape
     * @param table [count, width]
     */
    T embedding(T ids, T table);

    /**
     * For each row of the batch, the token at the first place where the ids equal one.
     *
     * @param x [batch, tokens, width]
     * @param ids int64 [batch, tokens], with that id at least once in each row
     * @return [batch, width]
     */
    T first(T x, T ids, int id);

    /** Normalises each group of channels of each picture (Wu and He 2018), then scales and shifts each channel. */
    T groupNorm(T x, int groups, T scale, T shift, float epsilon);

    /** Normalises the last axis, then scales and shifts it where told. */
    T layerNorm(T x, int width, @Nullable T scale, @Nullable T shift, float epsilon);

    /** a + b. */
    T add(T a, T b);

    /** a b, elementwise. */
    T mul(T a, T b);

    /** x times a number. */
    T scale(T x, float by);

    /** x plus a number. */
    T shift(T x, float by);

    /** 1 / (1 + exp(-x)). */
    T sigmoid(T x);

    /** x Phi(x), with the exact distribution function. */
    T gelu(T x);

    /** x where positive, else slope x. */
    T leakyRelu(T x, float slope);

    /** Sine. */
    T sin(T x);

    /** Cosine. */
    T cos(T x);

    /** Softmax over the last axis. */
    T softmax(T x);

    /** Matrix product of the last two axes. */
    T matmul(T a, T b);

    /** Another shape of the same values: 0 keeps the axis of that place, one -1 takes what is left. */
    T reshape(T x, int... shape);

    /** Axes in another order. */
    T transpose(T x, int... order);

    /** One after the other along an axis. */
    T concat(List<T> parts, int axis);

    /** As many equal parts along an axis. */
    List<T> chunk(T x, int parts, int axis);

    /** What lies from {@code from} up to before {@code to} along an axis. */
    T slice(T x, int axis, int from, int to);

    /** The mean along an axis, which stays with length 1. */
    T mean(T x, int axis);

    /** Each pixel as a square of 2 x 2. */
    T upsample(T x);

    /** One row of zeros below and one column to the right. */
    T padEnd(T x);

    /**
     * Channels as pixels: pixel (y, x) of each block comes from channel (y block + x) C + c, for C channels of the outcome.
     *
     * @param x [batch, block block C, height, width]
     * @return [batch, C, block height, block width]
     */
    T pixelShuffle(T x, int block);

    /** Tokens as a picture of another's height and width: [batch, height width, C] to [batch, C, height, width]. */
    T grid(T tokens, T like);

    /**
     * The middle of a square picture, as high and wide as another.
     *
     * @param square [1, C, side, side], with a side not shorter than the other's
     */
    T centre(T square, int side, T like);

    /** A picture's pixels as tokens, row by row: [batch, C, height, width] to [batch, height width, C]. */
    default T tokens(T picture) {
        return transpose(reshape(picture, 0, 0, -1), 0, 2, 1);
    }

    /** x sigmoid(x). */
    default T silu(T x) {
        return mul(x, sigmoid(x));
    }

    /** x sigmoid(1.702 x): the first CLIP's stand-in for GELU. */
    default T quickGelu(T x) {
        return mul(x, sigmoid(scale(x, 1.702f)));
    }
}
