package io.darkroom.training.export;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.darkroom.training.net.Weight;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The weights of a network that torch's exporter has written, found by their own names or by those of their nodes. */
final class ForeignWeights {
    private final Map<String, TensorProto> initializers = new HashMap<>();
    private final Map<String, NodeProto> nodes = new HashMap<>();
    /** What an output is cast from, or the same as: what is alike is stored once. */
    private final Map<String, String> sources = new HashMap<>();

    ForeignWeights(Path file) throws IOException {
        GraphProto graph = ModelProto.parseFrom(Files.readAllBytes(file)).getGraph();
        graph.getInitializerList().forEach(t -> initializers.put(t.getName(), t));
        for (NodeProto node : graph.getNodeList()) {
            nodes.put(node.getName(), node);
            if (Set.of("Cast", "Identity").contains(node.getOpType())) {
                sources.put(node.getOutput(0), node.getInput(0));
            }
        }
    }

    /** All of a definition's weights, in order. */
    float[] of(List<Weight> weights) {
        float[] all = new float[weights.stream().mapToInt(Weight::size).sum()];
        int from = 0;
        for (Weight weight : weights) {
            float[] values = of(weight);
            if (values.length != weight.size()) {
                throw new IllegalStateException(weight + ": there are " + values.length + " values");
            }
            System.arraycopy(values, 0, all, from, values.length);
            from += values.length;
        }
        return all;
    }

    private float[] of(Weight weight) {
        String name = weight.name();
        Optional<TensorProto> own = tensor(name);
        if (own.isPresent()) {
            return floats(own.get());
        }
        String module = "/" + name.substring(0, name.lastIndexOf('.')).replaceAll("\\.(?=[^0-9])", "/");
        if (nodes.containsKey(module + "/MatMul") && name.endsWith(".weight")) {
            return transposed(floats(operand(module + "/MatMul")), weight.shape());
        }
        // Group norms are written as a product and a sum; so is the place of a pooled text.
        return floats(operand(module + (name.endsWith(".weight") ? "/Mul" : "/Add")));
    }

    private TensorProto operand(String node) {
        NodeProto found =
                Optional.ofNullable(nodes.get(node)).orElseThrow(() -> new IllegalStateException("no " + node));
        return found.getInputList().stream()
                .flatMap(input -> tensor(input).stream())
                .findFirst()
                .orElseThrow();
    }

    private Optional<TensorProto> tensor(String name) {
        return Optional.ofNullable(initializers.get(sources.getOrDefault(name, name)));
    }

    private static float[] floats(TensorProto tensor) {
        ByteBuffer bytes = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        boolean half = tensor.getDataType() == TensorProto.DataType.FLOAT16_VALUE;
        float[] values = new float[bytes.remaining() / (half ? 2 : 4)];
        for (int i = 0; i < values.length; i++) {
            values[i] = half ? Halves.value(bytes.getShort()) : bytes.getFloat();
        }
        return values;
    }

    /** Of columns the rows that a layer of [out, in] has. */
    private static float[] transposed(float[] columns, List<Integer> shape) {
        int out = shape.get(0);
        int in = shape.get(1);
        float[] rows = new float[columns.length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = columns[i % in * out + i / in];
        }
        return rows;
    }
}
