package io.darkroom.training.net;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A network on DJL: a {@link Definition} with weights that can be trained. All weights lie one after the other in one
 * array, {@link #values}, so that an optimizer, an average or a checkpoint can treat them as one; {@link #parameters} are
 * views of its parts. Not thread-safe.
 */
public final class Network implements AutoCloseable {
    private static final NDIndex ALL = new NDIndex(":");

    private final Definition definition;
    private final NDManager manager;
    private final List<Weight> weights;
    private final long[] ends;
    private final NDArray values;
    private boolean trainable;

    /**
     * A network with fresh weights.
     *
     * @param seed of the weights; the same seed gives the same weights
     */
    public Network(Definition definition, NDManager parent, long seed) {
        this.definition = definition;
        this.manager = parent.newSubManager();
        this.weights = definition.weights();
        this.ends = new long[weights.size()];
        long end = 0;
        for (int i = 0; i < ends.length; i++) {
            end += weights.get(i).size();
            ends[i] = end;
        }
        try (NDManager scope = manager.newSubManager()) {
            // A copy, since what is created from an array lies in Java's memory.
            this.values =
                    scope.create(fresh(weights, Math.toIntExact(end), seed)).duplicate();
            values.attach(manager);
        }
        trainable(true);
    }

    private static float[] fresh(List<Weight> weights, int size, long seed) {
        float[] all = new float[size];
        int from = 0;
        for (Weight weight : weights) {
            float[] one = new float[weight.size()];
            // Of its own: a layer that is added elsewhere does not change it.
            weight.init().fill(one, new Random(seed * 31 + weight.name().hashCode()));
            System.arraycopy(one, 0, all, from, one.length);
            from += one.length;
        }
        return all;
    }

    /** What it is. */
    public Definition definition() {
        return definition;
    }

    /** Its weights' names and shapes, in the order in which they lie in {@link #values}. */
    public List<Weight> weights() {
        return weights;
    }

    /** Whether gradients of the weights are recorded; gradients of the inputs are either way. */
    public void trainable(boolean on) {
        trainable = on;
        values.setRequiresGradient(on);
    }

    /** All weights in one array [size], owned by the network. Changed in place, outside of a gradient's recording. */
    public NDArray values() {
        return values;
    }

    /**
     * The gradient of all weights, [size]: what was collected since {@link #clearGradient}.
     *
     * @param scope closes it
     * @throws IllegalStateException where the network is not {@link #trainable}
     */
    public NDArray gradient(NDManager scope) {
        if (!trainable) {
            throw new IllegalStateException("a network that is not trainable has no gradient");
        }
        NDArray gradient = values.getGradient();
        gradient.attach(scope);
        return gradient;
    }

    /** Sets the gradient to 0. */
    public void clearGradient() {
        try (NDManager scope = manager.newSubManager()) {
            // In place: set(float[]) would put Java's memory in the place of torch's.
            gradient(scope).set(ALL, 0);
        }
    }

    /**
     * Views of the weights by name. What is changed in them in place, outside of a gradient's recording, is changed in the
     * network.
     *
     * @param scope closes them
     */
    public Map<String, NDArray> parameters(NDManager scope) {
        return byName(values, scope);
    }

    /**
     * Views of an array that is laid out as {@link #values} is (a gradient, an average), by the weights' names.
     *
     * @param scope closes them
     */
    public Map<String, NDArray> byName(NDArray all, NDManager scope) {
        NDList parts = all.split(Arrays.copyOf(ends, ends.length - 1));
        Map<String, NDArray> views = new LinkedHashMap<>();
        for (int i = 0; i < ends.length; i++) {
            NDArray part = parts.get(i);
            part.attach(scope);
            views.put(weights.get(i).name(), part.reshape(shape(weights.get(i))));
        }
        return Collections.unmodifiableMap(views);
    }

    private static Shape shape(Weight weight) {
        return new Shape(weight.shape().stream().mapToLong(Integer::longValue).toArray());
    }

    /**
     * Runs it. Everything that is made on the way belongs to the manager of the first input: close that after each step.
     *
     * @param inputs one for each of the definition's
     * @return one for each of the definition's
     */
    public NDArray[] forward(NDArray... inputs) {
        if (inputs.length != definition.inputs().size()) {
            throw new IllegalArgumentException(
                    inputs.length + " inputs; expected " + definition.inputs().size() + ": " + definition.inputs());
        }
        NDManager scope = inputs[0].getManager();
        DjlOps ops = new DjlOps(scope, parameters(scope));
        return definition.forward(new Layers<>(ops), List.of(inputs)).toArray(NDArray[]::new);
    }

    /** The weights, copied out, in the order of {@link #weights}. */
    public float[] copy() {
        return values.toFloatArray();
    }

    /**
     * Takes other weights.
     *
     * @param all in the order of {@link #weights}
     */
    public void load(float[] all) {
        if (all.length != values.size()) {
            throw new IllegalArgumentException(all.length + " values; the network has " + values.size());
        }
        try (NDManager scope = manager.newSubManager()) {
            values.set(ALL, scope.create(all));
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
