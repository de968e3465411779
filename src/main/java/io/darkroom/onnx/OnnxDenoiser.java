package io.darkroom.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import io.darkroom.model.Config;
import io.darkroom.model.Denoiser;
import io.darkroom.model.ElementType;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * A UNet or transformer. How it takes the time is read from the graph: a scalar (current UNet exports), or a list
 * (transformers, optimum before 1.24, diffusers' own script); float32, float16, int64 or int32.
 */
final class OnnxDenoiser implements Denoiser {
    private static final String TIME = "timestep";
    private static final List<String> SAMPLES = List.of("sample", "hidden_states");

    private final Graph graph;
    private final String sample;
    private final String output;
    private final boolean timePerRow;
    private final ElementType type;
    private final List<Integer> inputShape;
    private final Map<String, List<Integer>> conditions;

    OnnxDenoiser(Graph graph, Config config) {
        this.graph = graph;
        this.sample = SAMPLES.stream()
                .filter(graph.inputs()::contains)
                .findFirst()
                .orElseThrow(() -> graph.unfitting("inputs: found " + graph.inputs() + ", expected one of " + SAMPLES));
        TensorInfo input = graph.input(sample, OnnxJavaType.FLOAT, OnnxJavaType.FLOAT16);
        if (input.getShape().length < 3) {
            throw graph.unfitting(Graph.describe(sample, input)
                    + ": expected [batch, channels, height, width] or [batch, tokens, .]");
        }
        if (config.has("in_channels") && input.getShape().length == 4) {
            graph.expectDimension(sample, input, 1, config.integer("in_channels"), config.file() + ": in_channels");
        }
        TensorInfo time =
                graph.input(TIME, OnnxJavaType.FLOAT, OnnxJavaType.FLOAT16, OnnxJavaType.INT64, OnnxJavaType.INT32);
        if (time.getShape().length > 1) {
            throw graph.unfitting(Graph.describe(TIME, time) + ": expected a scalar or one axis");
        }
        this.timePerRow = time.getShape().length == 1 && time.getShape()[0] < 0;
        this.type = Graph.elementType(input);
        this.inputShape = withoutBatch(input);
        Map<String, List<Integer>> others = new TreeMap<>();
        for (String name : graph.inputs()) {
            if (!name.equals(sample) && !name.equals(TIME)) {
                others.put(name, withoutBatch(graph.input(name)));
            }
        }
        this.conditions = Collections.unmodifiableMap(others);
        this.output = graph.outputs().iterator().next();
        graph.output(output);
    }

    private static List<Integer> withoutBatch(TensorInfo info) {
        return LongStream.of(info.getShape())
                .skip(1)
                .mapToInt(Math::toIntExact)
                .boxed()
                .toList();
    }

    /** The graph's file, its inputs and its outputs, for those that put graphs together. */
    Graph graph() {
        return graph;
    }

    @Override
    public ElementType elementType() {
        return type;
    }

    @Override
    public boolean timePerRow() {
        return timePerRow;
    }

    @Override
    public Map<String, List<Integer>> conditions() {
        return conditions;
    }

    @Override
    public List<Integer> inputShape() {
        return inputShape;
    }

    /** Whether two rows can share a call; of inputs without a batch axis (positions) the content has to agree. */
    private boolean fit(Row one, Row other) {
        if (!one.input().sameShape(other.input()) || (!timePerRow && one.time() != other.time())) {
            return false;
        }
        for (String name : conditions.keySet()) {
            Tensor ours = one.conditioning().tensor(name);
            Tensor theirs = other.conditioning().tensor(name);
            if (!ours.sameShape(theirs) || (isWhole(name, ours) && !Arrays.equals(ours.data(), theirs.data()))) {
                return false;
            }
        }
        return true;
    }

    /** Whether an input has no batch axis, so that it is the same for all rows of a call: FLUX's positions. */
    private boolean isWhole(String name, Tensor tensor) {
        return tensor.rank() == graph.input(name).getShape().length;
    }

    @Override
    public List<Tensor> evaluate(List<Row> rows) {
        return evaluate(rows, Set.of(output)).stream()
                .map(outputs -> Objects.requireNonNull(outputs.get(output)))
                .toList();
    }

    /** As {@link #evaluate(List)}: of each row these outputs, by name. */
    List<Map<String, Tensor>> evaluate(List<Row> rows, Set<String> wanted) {
        return Batches.of(rows, this::fit, call -> call(call, wanted));
    }

    private List<Map<String, Tensor>> call(List<Row> rows, Set<String> wanted) {
        try (Feed feed = graph.feed(rows.size())) {
            feed.stack(sample, rows.stream().map(Row::input).toList());
            feed.numbers(
                    TIME,
                    timePerRow
                            ? rows.stream().map(Row::time).toList()
                            : List.of(rows.get(0).time()));
            for (String name : conditions.keySet()) {
                Tensor first = rows.get(0).conditioning().tensor(name);
                if (isWhole(name, first)) {
                    feed.whole(name, first);
                } else {
                    feed.stack(
                            name,
                            rows.stream()
                                    .map(r -> r.conditioning().tensor(name))
                                    .toList());
                }
            }
            return byRow(graph.run(feed, wanted), rows.size());
        }
    }

    private static List<Map<String, Tensor>> byRow(Map<String, List<Tensor>> outputs, int rows) {
        List<Map<String, Tensor>> byRow = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            Map<String, Tensor> own = new HashMap<>();
            for (Map.Entry<String, List<Tensor>> output : outputs.entrySet()) {
                own.put(output.getKey(), output.getValue().get(i));
            }
            byRow.add(own);
        }
        return byRow;
    }

    @Override
    public void shrink() {
        graph.shrink();
    }

    @Override
    public void close() {
        graph.close();
    }
}
