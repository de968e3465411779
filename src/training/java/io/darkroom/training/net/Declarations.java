package io.darkroom.training.net;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs a definition without tensors, to learn which weights it asks for. */
final class Declarations implements Ops<Object> {
    private static final Object TOKEN = new Object();

    private final Map<String, Weight> weights = new LinkedHashMap<>();

    private Declarations() {}

    /**
     * The weights of a definition, in the order in which they are first asked for.
     *
     * @throws IllegalArgumentException where one name is asked for with two shapes
     */
    static List<Weight> of(Definition definition) {
        Declarations declarations = new Declarations();
        definition.forward(
                new Layers<>(declarations),
                Collections.nCopies(definition.inputs().size(), TOKEN));
        return List.copyOf(declarations.weights.values());
    }

    @Override
    public Object weight(String name, Init init, int... shape) {
        List<Integer> dims = new ArrayList<>();
        for (int dim : shape) {
            dims.add(dim);
        }
        Weight before = weights.putIfAbsent(name, new Weight(name, List.copyOf(dims), init));
        if (before != null && !before.shape().equals(dims)) {
            throw new IllegalArgumentException(
                    "weight " + name + " is asked for as " + before.shape() + " and as " + dims);
        }
        return TOKEN;
    }

    @Override
    public List<Object> chunk(Object x, int parts, int axis) {
        return Collections.nCopies(parts, TOKEN);
    }

    @Override
    public Object constant(float[] values, int... shape) {
        return TOKEN;
    }

    @Override
    public Object times(Object time) {
        return TOKEN;
    }

    @Override
    public Object conv(Object x, Object weight, @Nullable Object bias, int stride, int padding) {
        return TOKEN;
    }

    @Override
    public Object linear(Object x, Object weight, @Nullable Object bias) {
        return TOKEN;
    }

    @Override
    public Object embedding(Object ids, Object table) {
        return TOKEN;
    }

    @Override
    public Object first(Object x, Object ids, int id) {
        return TOKEN;
    }

    @Override
    public Object groupNorm(Object x, int groups, Object scale, Object shift, float epsilon) {
        return TOKEN;
    }

    @Override
    public Object layerNorm(Object x, int width, @Nullable Object scale, @Nullable Object shift, float epsilon) {
        return TOKEN;
    }

    @Override
    public Object add(Object a, Object b) {
        return TOKEN;
    }

    @Override
    public Object mul(Object a, Object b) {
        return TOKEN;
    }

    @Override
    public Object scale(Object x, float by) {
        return TOKEN;
    }

    @Override
    public Object shift(Object x, float by) {
        return TOKEN;
    }

    @Override
    public Object sigmoid(Object x) {
        return TOKEN;
    }

    @Override
    public Object gelu(Object x) {
        return TOKEN;
    }

    @Override
    public Object leakyRelu(Object x, float slope) {
        return TOKEN;
    }

    @Override
    public Object sin(Object x) {
        return TOKEN;
    }

    @Override
    public Object cos(Object x) {
        return TOKEN;
    }

    @Override
    public Object softmax(Object x) {
        return TOKEN;
    }

    @Override
    public Object matmul(Object a, Object b) {
        return TOKEN;
    }

    @Override
    public Object reshape(Object x, int... shape) {
        return TOKEN;
    }

    @Override
    public Object transpose(Object x, int... order) {
        return TOKEN;
    }

    @Override
    public Object concat(List<Object> parts, int axis) {
        return TOKEN;
    }

    @Override
    public Object slice(Object x, int axis, int from, int to) {
        return TOKEN;
    }

    @Override
    public Object mean(Object x, int axis) {
        return TOKEN;
    }

    @Override
    public Object upsample(Object x) {
        return TOKEN;
    }

    @Override
    public Object padEnd(Object x) {
        return TOKEN;
    }

    @Override
    public Object pixelShuffle(Object x, int block) {
        return TOKEN;
    }

    @Override
    public Object grid(Object tokens, Object like) {
        return TOKEN;
    }

    @Override
    public Object centre(Object square, int side, Object like) {
        return TOKEN;
    }
}
