package io.darkroom.onnx;

import io.darkroom.onnx.GraphPatch.Change;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a row's result on the CPU the same whether it is alone in its call or not. ONNX Runtime multiplies a single row
 * by a matrix, and averages one row's tokens, in another order of additions than two or more. Only products with one row a
 * picture are ever that small: the time's embedding and its projections, which exporters write as {@code Gemm}, and those of
 * an added embedding ({@code TextTimeEmbedding}). Each of them gets its first row once more, behind the others, and gives
 * all but the last: it never sees a single row, and one row more costs next to nothing. float32 alone: half precision is
 * computed another way.
 */
final class PairedGemms {
    private static final int TENSOR_DIMS = 1;
    private static final int TENSOR_TYPE = 2;
    private static final int TENSOR_NAME = 8;
    private static final byte FLOAT = 1;
    private static final int ATTRIBUTE_TYPE = 20;
    private static final int INT = 2;
    private static final int INTS = 7;
    private static final int WEIGHT = 1;
    private static final int BIAS = 2;
    private static final String ADDED = "/add_embedding/";

    private final Message graph;
    /** The weights that are float32 when they are used, by the number of their dimensions. */
    private final Map<String, Integer> weights = new HashMap<>();

    private PairedGemms(Message graph) {
        this.graph = graph;
    }

    /** What to change in a graph. */
    static List<Change> changes(Message graph) {
        return new PairedGemms(graph).changes();
    }

    private List<Change> changes() {
        List<Message.Field> fields = graph.fields();
        Map<String, Integer> stored = new HashMap<>();
        for (Message.Field field : fields) {
            if (field.number() == GraphPatch.INITIALIZER) {
                Message tensor = graph.message(field);
                String name = tensor.texts(TENSOR_NAME).get(0);
                stored.put(name, tensor.fields(TENSOR_DIMS).size());
                if (isFloat(tensor)) {
                    weights.put(name, tensor.fields(TENSOR_DIMS).size());
                }
            }
        }
        List<Change> changes = new ArrayList<>();
        for (Message.Field field : fields) {
            if (field.number() == GraphPatch.NODE) {
                Message node = graph.message(field);
                List<String> inputs = node.texts(GraphPatch.NODE_INPUT);
                if (GraphPatch.is(node, "Cast") && stored.containsKey(inputs.get(0))) {
                    weights.put(node.texts(GraphPatch.NODE_OUTPUT).get(0), stored.getOrDefault(inputs.get(0), 0));
                } else if (isLinear(node, inputs) || isAdded(node, inputs)) {
                    changes.add(Change.of(field, paired(node)));
                }
            }
        }
        return changes;
    }

    private static boolean isFloat(Message tensor) {
        return tensor.fields(TENSOR_TYPE).stream()
                .allMatch(f -> Arrays.equals(tensor.bytes(f.from(), f.to()), new byte[] {TENSOR_TYPE << 3, FLOAT}));
    }

    /** A matrix product with a bias that is the same for each row, as torch's {@code Linear}. */
    private boolean isLinear(Message node, List<String> inputs) {
        return GraphPatch.is(node, "Gemm")
                && inputs.size() > BIAS
                && weights.getOrDefault(inputs.get(BIAS), 0) == 1
                && node.fields(GraphPatch.NODE_ATTRIBUTE).stream()
                        .noneMatch(a ->
                                node.message(a).texts(GraphFile.ATTRIBUTE_NAME).contains("transA"));
    }

    /** A product of an added embedding's few tokens, [batch, tokens, width], or their mean, which is summed alike. */
    private boolean isAdded(Message node, List<String> inputs) {
        boolean product = GraphPatch.is(node, "MatMul") && weights.getOrDefault(inputs.get(WEIGHT), 0) == 2;
        return (product || isMeanOfTokens(node))
                && node.texts(GraphPatch.NODE_NAME).stream().anyMatch(n -> n.startsWith(ADDED));
    }

    /** A mean over axis 1 alone: of one over the rows themselves, a row more would change the result. */
    private static boolean isMeanOfTokens(Message node) {
        return GraphPatch.is(node, "ReduceMean")
                && node.fields(GraphPatch.NODE_ATTRIBUTE).stream()
                        .map(node::message)
                        .filter(attribute ->
                                attribute.texts(GraphFile.ATTRIBUTE_NAME).contains("axes"))
                        .map(attribute -> attribute.fields(GraphFile.ATTRIBUTE_INTS).stream()
                                .map(axis -> attribute.bytes(axis.from(), axis.to()))
                                .toList())
                        .anyMatch(axes -> axes.size() == 1
                                && Arrays.equals(axes.get(0), Protobuf.number(GraphFile.ATTRIBUTE_INTS, 1)));
    }

    private static byte[] paired(Message node) {
        List<String> inputs = node.texts(GraphPatch.NODE_INPUT);
        String rows = inputs.get(0);
        String result = node.texts(GraphPatch.NODE_OUTPUT).get(0);
        String first = result + "/first";
        String more = result + "/more";
        String pairs = result + "/pairs";
        String zero = result + "/zero";
        String one = result + "/one";
        String last = result + "/last";
        ByteArrayOutputStream gemm = new ByteArrayOutputStream();
        for (int i = 0; i < inputs.size(); i++) {
            gemm.writeBytes(Message.field(GraphPatch.NODE_INPUT, i == 0 ? more : inputs.get(i)));
        }
        gemm.writeBytes(Message.field(GraphPatch.NODE_OUTPUT, pairs));
        for (Message.Field field : node.fields()) {
            if (field.number() != GraphPatch.NODE_INPUT && field.number() != GraphPatch.NODE_OUTPUT) {
                gemm.writeBytes(node.bytes(field.from(), field.to()));
            }
        }
        ByteArrayOutputStream nodes = new ByteArrayOutputStream();
        nodes.writeBytes(node("Constant", List.of(), zero, ints("value_ints", 0)));
        nodes.writeBytes(node("Constant", List.of(), one, ints("value_ints", 1)));
        nodes.writeBytes(node("Constant", List.of(), last, ints("value_ints", -1)));
        nodes.writeBytes(node("Slice", List.of(rows, zero, one, zero), first));
        nodes.writeBytes(node("Concat", List.of(rows, first), more, axis()));
        nodes.writeBytes(Message.field(GraphPatch.NODE, gemm.toByteArray()));
        nodes.writeBytes(node("Slice", List.of(pairs, zero, last, zero), result));
        return nodes.toByteArray();
    }

    private static byte[] node(String operator, List<String> inputs, String output, byte... attribute) {
        ByteArrayOutputStream node = new ByteArrayOutputStream();
        inputs.forEach(i -> node.writeBytes(Message.field(GraphPatch.NODE_INPUT, i)));
        node.writeBytes(Message.field(GraphPatch.NODE_OUTPUT, output));
        node.writeBytes(Message.field(GraphPatch.NODE_NAME, output + "/" + operator));
        node.writeBytes(Message.field(GraphPatch.NODE_OP_TYPE, operator));
        node.writeBytes(attribute);
        return Message.field(GraphPatch.NODE, node.toByteArray());
    }

    /** {@code axis = 0}. */
    private static byte[] axis() {
        return Message.field(
                GraphPatch.NODE_ATTRIBUTE,
                Message.field(GraphFile.ATTRIBUTE_NAME, "axis"),
                Protobuf.number(GraphFile.ATTRIBUTE_INT, 0),
                Protobuf.number(ATTRIBUTE_TYPE, INT));
    }

    /** A list of one number. */
    private static byte[] ints(String name, int value) {
        return Message.field(
                GraphPatch.NODE_ATTRIBUTE,
                Message.field(GraphFile.ATTRIBUTE_NAME, name),
                Protobuf.number(GraphFile.ATTRIBUTE_INTS, value),
                Protobuf.number(ATTRIBUTE_TYPE, INTS));
    }
}
