package io.darkroom.training.export;

import static io.darkroom.training.export.GraphWriter.decimal;
import static io.darkroom.training.export.GraphWriter.integer;
import static io.darkroom.training.export.GraphWriter.integers;
import static io.darkroom.training.export.GraphWriter.text;

import ai.onnx.proto.OnnxMl.AttributeProto;
import io.darkroom.training.net.Init;
import io.darkroom.training.net.Ops;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The operations as nodes of an ONNX graph. */
final class OnnxOps implements Ops<Value> {
    private final GraphWriter graph;
    private final Initializers weights;

    OnnxOps(GraphWriter graph, Initializers weights) {
        this.graph = graph;
        this.weights = weights;
    }

    @Override
    public Value weight(String name, Init init, int... shape) {
        return new Value(weights.declared(name), shape.length);
    }

    @Override
    public Value constant(float[] values, int... shape) {
        return new Value(weights.constant(values, shape), shape.length);
    }

    /** A scalar becomes a list of one by an {@code Unsqueeze}, which is where the worker gives each row its own time. */
    @Override
    public Value times(Value time) {
        return time.rank() == 1
                ? time
                : new Value(graph.node("Unsqueeze", weights.module(), List.of(time.name(), longs(0))), 1);
    }

    @Override
    public Value conv(Value x, Value weight, @Nullable Value bias, int stride, int padding) {
        List<String> inputs = Stream.of(x.name(), weights.plain(weight), bias == null ? "" : weights.plain(bias))
                .filter(name -> !name.isEmpty())
                .toList();
        return new Value(
                graph.node(
                        "Conv",
                        weights.scope(weight),
                        inputs,
                        integers("kernel_shape", weights.shape(weight)[2], weights.shape(weight)[3]),
                        integers("strides", stride, stride),
                        integers("pads", padding, padding, padding, padding),
                        integers("dilations", 1, 1),
                        integer("group", 1)),
                4);
    }

    @Override
    public Value linear(Value x, Value weight, @Nullable Value bias) {
        String scope = weights.scope(weight);
        if (x.rank() == 2) {
            List<String> inputs = bias == null
                    ? List.of(x.name(), weights.plain(weight))
                    : List.of(x.name(), weights.plain(weight), weights.plain(bias));
            return new Value(graph.node("Gemm", scope, inputs, integer("transB", 1)), 2);
        }
        String product = graph.node("MatMul", scope, List.of(x.name(), weights.transposed(weight)));
        return new Value(
                bias == null ? product : graph.node("Add", scope, List.of(weights.plain(bias), product)), x.rank());
    }

    @Override
    public Value embedding(Value ids, Value table) {
        String rows = graph.node(
                "Gather", weights.scope(table), List.of(weights.plain(table), ids.name()), integer("axis", 0));
        return new Value(rows, ids.rank() + 1);
    }

    @Override
    public Value first(Value x, Value ids, int id) {
        String found = graph.node("Equal", weights.module(), List.of(ids.name(), longs(id)));
        String numbers = graph.node("Cast", weights.module(), List.of(found), integer("to", 6));
        String place =
                graph.node("ArgMax", weights.module(), List.of(numbers), integer("axis", 1), integer("keepdims", 1));
        return new Value(
                graph.node("GatherND", weights.module(), List.of(x.name(), place), integer("batch_dims", 1)), 2);
    }

    @Override
    public Value groupNorm(Value x, int groups, Value scale, Value shift, float epsilon) {
        String scope = weights.scope(scale);
        float[] ones = new float[groups];
        Arrays.fill(ones, 1);
        String grouped = graph.node("Reshape", scope, List.of(x.name(), longs(0, groups, -1)));
        String normal = graph.node(
                "InstanceNormalization",
                scope,
                List.of(grouped, weights.constant(ones, groups), weights.constant(new float[groups], groups)),
                decimal("epsilon", epsilon));
        String shape = graph.node("Shape", scope, List.of(x.name()));
        String back = graph.node("Reshape", scope, List.of(normal, shape));
        String scaled = graph.node("Mul", scope, List.of(back, weights.ofChannels(scale)));
        return new Value(graph.node("Add", scope, List.of(scaled, weights.ofChannels(shift))), 4);
    }

    @Override
    public Value layerNorm(Value x, int width, @Nullable Value scale, @Nullable Value shift, float epsilon) {
        float[] ones = new float[width];
        Arrays.fill(ones, 1);
        String by = scale == null ? weights.constant(ones, width) : weights.plain(scale);
        String plus = shift == null ? weights.constant(new float[width], width) : weights.plain(shift);
        return new Value(
                graph.node(
                        "LayerNormalization",
                        scale == null ? weights.module() : weights.scope(scale),
                        List.of(x.name(), by, plus),
                        integer("axis", -1),
                        decimal("epsilon", epsilon)),
                x.rank());
    }

    @Override
    public Value add(Value a, Value b) {
        return binary("Add", a, b);
    }

    @Override
    public Value mul(Value a, Value b) {
        return binary("Mul", a, b);
    }

    @Override
    public Value scale(Value x, float by) {
        return binary("Mul", x, constant(new float[] {by}));
    }

    @Override
    public Value shift(Value x, float by) {
        return binary("Add", x, constant(new float[] {by}));
    }

    @Override
    public Value sigmoid(Value x) {
        return unary("Sigmoid", x);
    }

    @Override
    public Value gelu(Value x) {
        Value distribution = shift(unary("Erf", scale(x, (float) Math.sqrt(0.5))), 1);
        return scale(mul(x, distribution), 0.5f);
    }

    @Override
    public Value leakyRelu(Value x, float slope) {
        return unary("LeakyRelu", x, decimal("alpha", slope));
    }

    @Override
    public Value sin(Value x) {
        return unary("Sin", x);
    }

    @Override
    public Value cos(Value x) {
        return unary("Cos", x);
    }

    @Override
    public Value softmax(Value x) {
        return unary("Softmax", x, integer("axis", -1));
    }

    @Override
    public Value matmul(Value a, Value b) {
        return binary("MatMul", a, b);
    }

    @Override
    public Value reshape(Value x, int... shape) {
        long[] dims = Arrays.stream(shape).asLongStream().toArray();
        return new Value(graph.node("Reshape", weights.module(), List.of(x.name(), longs(dims))), shape.length);
    }

    @Override
    public Value transpose(Value x, int... order) {
        return unary("Transpose", x, integers("perm", order));
    }

    @Override
    public Value concat(List<Value> parts, int axis) {
        List<String> names = parts.stream().map(weights::plain).toList();
        return new Value(
                graph.node("Concat", weights.module(), names, integer("axis", axis)),
                parts.get(0).rank());
    }

    @Override
    public List<Value> chunk(Value x, int parts, int axis) {
        return graph.nodes("Split", weights.module(), List.of(x.name()), parts, integer("axis", axis)).stream()
                .map(name -> new Value(name, x.rank()))
                .toList();
    }

    @Override
    public Value slice(Value x, int axis, int from, int to) {
        return new Value(
                graph.node("Slice", weights.module(), List.of(x.name(), longs(from), longs(to), longs(axis))),
                x.rank());
    }

    @Override
    public Value mean(Value x, int axis) {
        return unary("ReduceMean", x, integers("axes", axis), integer("keepdims", 1));
    }

    @Override
    public Value upsample(Value x) {
        String scales = weights.constant(new float[] {1, 1, 2, 2}, 4);
        return new Value(
                graph.node(
                        "Resize",
                        weights.module(),
                        List.of(x.name(), "", scales),
                        text("mode", "nearest"),
                        text("coordinate_transformation_mode", "asymmetric"),
                        text("nearest_mode", "floor")),
                4);
    }

    @Override
    public Value padEnd(Value x) {
        return new Value(graph.node("Pad", weights.module(), List.of(x.name(), longs(0, 0, 0, 0, 0, 0, 1, 1))), 4);
    }

    @Override
    public Value pixelShuffle(Value x, int block) {
        return unary("DepthToSpace", x, integer("blocksize", block), text("mode", "DCR"));
    }

    @Override
    public Value grid(Value tokens, Value like) {
        Value channels = transpose(tokens, 0, 2, 1);
        String size = size(like);
        String shape = graph.node("Concat", weights.module(), List.of(longs(0, 0), size), integer("axis", 0));
        return new Value(graph.node("Reshape", weights.module(), List.of(channels.name(), shape)), 4);
    }

    @Override
    public Value centre(Value square, int side, Value like) {
        String size = size(like);
        String space = graph.node("Sub", weights.module(), List.of(longs(side, side), size));
        String from = graph.node("Div", weights.module(), List.of(space, longs(2, 2)));
        String to = graph.node("Add", weights.module(), List.of(from, size));
        return new Value(
                graph.node("Slice", weights.module(), List.of(weights.plain(square), from, to, longs(2, 3))), 4);
    }

    /** Height and width of a picture, as a list. */
    private String size(Value picture) {
        String shape = graph.node("Shape", weights.module(), List.of(picture.name()));
        return graph.node("Slice", weights.module(), List.of(shape, longs(2), longs(4), longs(0)));
    }

    private Value unary(String operator, Value x, AttributeProto... attributes) {
        return new Value(graph.node(operator, weights.module(), List.of(weights.plain(x)), attributes), x.rank());
    }

    private Value binary(String operator, Value a, Value b) {
        return new Value(
                graph.node(operator, weights.module(), List.of(weights.plain(a), weights.plain(b))),
                Math.max(a.rank(), b.rank()));
    }

    private String longs(long... values) {
        return weights.longs(values);
    }
}
