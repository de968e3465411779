package io.darkroom.training.export;

import io.darkroom.training.net.Weight;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The weights and constants of a graph that is being written: each is stored once, in the form in which it is used. */
final class Initializers {
    /** Smaller ones stay float32: casting them would take more nodes than it saves bytes. */
    private static final int SMALLEST_HALF = 256;

    private record Stored(Weight weight, int from) {}

    private final GraphWriter graph;
    private final float[] values;
    private final boolean halves;
    private final Map<String, Stored> stored = new HashMap<>();
    private final Map<List<Object>, String> constants = new HashMap<>();
    private String module = "";

    /**
     * Of a network.
     *
     * @param weights in order
     * @param values all of them, one after the other
     * @param halves whether larger ones are stored as float16
     */
    Initializers(GraphWriter graph, List<Weight> weights, float[] values, boolean halves) {
        this.graph = graph;
        this.values = values;
        this.halves = halves;
        int from = 0;
        for (Weight weight : weights) {
            stored.put(weight.name(), new Stored(weight, from));
            from += weight.size();
        }
        if (from != values.length) {
            throw new IllegalArgumentException(values.length + " values for weights of " + from);
        }
    }

    /** A weight's name, checked. */
    String declared(String name) {
        return of(name).weight().name();
    }

    private Stored of(String name) {
        return Objects.requireNonNull(stored.get(name), () -> "weight " + name + " was not declared");
    }

    /** The module that a weight belongs to as a node's path: {@code /mid_block/resnets.0/conv1}. */
    String scope(Value weight) {
        String name = weight.name();
        module = "/" + name.substring(0, Math.max(0, name.lastIndexOf('.'))).replaceAll("\\.(?=[^0-9])", "/");
        return module;
    }

    /**
     * The module of the weight that was asked for last: what has no weight belongs to it. The worker knows some operators by
     * their module.
     */
    String module() {
        return module;
    }

    /** A weight's shape. */
    int[] shape(Value weight) {
        return of(weight.name()).weight().shape().stream()
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** A weight as it is, or the name of what is no weight. */
    String plain(Value value) {
        if (!stored.containsKey(value.name()) || graph.hasInitializer(value.name())) {
            return value.name();
        }
        store(value.name(), slice(value.name()), shape(value));
        return value.name();
    }

    /** A matrix with rows as columns. */
    String transposed(Value weight) {
        String name = weight.name() + ".T";
        if (!graph.hasInitializer(name)) {
            int[] shape = shape(weight);
            float[] rows = slice(weight.name());
            float[] columns = new float[rows.length];
            for (int i = 0; i < rows.length; i++) {
                columns[i % shape[1] * shape[0] + i / shape[1]] = rows[i];
            }
            store(name, columns, shape[1], shape[0]);
        }
        return name;
    }

    /** A list as [channels, 1, 1]. */
    String ofChannels(Value weight) {
        String name = weight.name() + ".C11";
        if (!graph.hasInitializer(name)) {
            store(name, slice(weight.name()), shape(weight)[0], 1, 1);
        }
        return name;
    }

    /** A constant of float32. */
    String constant(float[] floats, int... shape) {
        return constants.computeIfAbsent(List.of(Arrays.toString(floats), Arrays.toString(shape)), key -> {
            String name = "constant_" + constants.size();
            graph.floats(name, floats, shape);
            return name;
        });
    }

    /** A constant list of int64. */
    String longs(long... integers) {
        return constants.computeIfAbsent(List.of(Arrays.toString(integers)), key -> {
            String name = "constant_" + constants.size();
            graph.longs(name, integers, integers.length);
            return name;
        });
    }

    private float[] slice(String name) {
        Stored one = of(name);
        return Arrays.copyOfRange(values, one.from(), one.from() + one.weight().size());
    }

    private void store(String name, float[] floats, int... shape) {
        if (halves && floats.length >= SMALLEST_HALF) {
            graph.halves(name, floats, shape);
        } else {
            graph.floats(name, floats, shape);
        }
    }
}
