package io.darkroom.training.export;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.darkroom.training.net.Port;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Writes an ONNX graph: nodes, initializers, inputs and outputs. */
final class GraphWriter {
    /** The operators' version: what exporters of diffusers' models write. */
    static final int OPSET = 17;

    private static final int IR = 8;
    private static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;
    private static final int HALF = TensorProto.DataType.FLOAT16_VALUE;
    private static final int LONG = TensorProto.DataType.INT64_VALUE;

    private final GraphProto.Builder graph = GraphProto.newBuilder();
    private final Map<String, Integer> named = new HashMap<>();
    private final Set<String> initializers = new HashSet<>();

    /** An input. */
    void input(Port port) {
        graph.addInput(value(port));
    }

    /** An output, which a node must give by that name. */
    void output(Port port) {
        graph.addOutput(value(port));
    }

    private static ValueInfoProto value(Port port) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (String dim : port.dims()) {
            TensorShapeProto.Dimension.Builder one = shape.addDimBuilder();
            if (dim.matches("[0-9]+")) {
                one.setDimValue(Long.parseLong(dim));
            } else {
                one.setDimParam(dim);
            }
        }
        return ValueInfoProto.newBuilder()
                .setName(port.name())
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(port.integers() ? LONG : FLOAT)
                                .setShape(shape)))
                .build();
    }

    /** Whether there is one of that name. */
    boolean hasInitializer(String name) {
        return initializers.contains(name);
    }

    /** A fixed tensor of float32. */
    void floats(String name, float[] values, int... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        initializer(name, FLOAT, bytes, shape);
    }

    /** A fixed tensor that is stored as float16, and cast to float32 where it is used. */
    void halves(String name, float[] values, int... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putShort(Halves.bits(value));
        }
        bytes.rewind();
        String stored = name + "_f16";
        initializer(stored, HALF, bytes, shape);
        node("Cast", "cast_" + name, List.of(stored), List.of(name), integer("to", FLOAT));
        initializers.add(name);
    }

    /** A fixed list of int64, or a scalar where it has no shape. */
    void longs(String name, long[] values, int... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        initializer(name, LONG, bytes, shape);
    }

    private void initializer(String name, int type, ByteBuffer bytes, int... shape) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder().setName(name).setDataType(type).setRawData(ByteString.copyFrom(bytes));
        Arrays.stream(shape).forEach(tensor::addDims);
        graph.addInitializer(tensor);
        initializers.add(name);
    }

    /**
     * A node with one output.
     *
     * @param scope the module that it belongs to, such as {@code /mid_block/resnets.0}; empty: none
     * @return its output's name
     */
    String node(String operator, String scope, List<String> inputs, AttributeProto... attributes) {
        return nodes(operator, scope, inputs, 1, attributes).get(0);
    }

    /** A node with some outputs; their names. */
    List<String> nodes(String operator, String scope, List<String> inputs, int count, AttributeProto... attributes) {
        String path = scope + "/" + operator;
        int before = named.merge(path, 1, Integer::sum);
        String name = before == 1 ? path : path + "_" + (before - 1);
        List<String> outputs =
                IntStream.range(0, count).mapToObj(i -> name + "_output_" + i).toList();
        node(operator, name, inputs, outputs, attributes);
        return outputs;
    }

    /** A node whose names are given. */
    void node(String operator, String name, List<String> inputs, List<String> outputs, AttributeProto... attributes) {
        graph.addNode(NodeProto.newBuilder()
                .setOpType(operator)
                .setName(name)
                .addAllInput(inputs)
                .addAllOutput(outputs)
                .addAllAttribute(Arrays.asList(attributes)));
    }

    static AttributeProto integer(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    static AttributeProto integers(String name, int... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        Arrays.stream(values).forEach(attribute::addInts);
        return attribute.build();
    }

    static AttributeProto decimal(String name, float value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.FLOAT)
                .setF(value)
                .build();
    }

    static AttributeProto text(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build();
    }

    /** The whole file's bytes. */
    byte[] bytes() {
        return ModelProto.newBuilder()
                .setIrVersion(IR)
                .setProducerName("darkroom")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
                .setGraph(graph.setName("main_graph"))
                .build()
                .toByteArray();
    }
}
