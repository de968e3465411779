package io.darkroom.onnx;

import io.darkroom.onnx.GraphPatch.Change;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Fits an exported UNet so that each row of a call has a time of its own. Such a graph takes {@code timestep} as a scalar
 * and begins by unsqueezing it into a list of one, which it expands to the batch. Where that {@code Unsqueeze} is all that
 * the scalar goes to, it becomes an {@code Identity} and the input gets the shape {@code [batch_size]}; expanding a list
 * of that length changes nothing.
 */
final class TimeFitting {
    private static final String TIME = "timestep";
    private static final int VALUE_NAME = 1;
    private static final int VALUE_TYPE = 2;
    private static final int TYPE_TENSOR = 1;
    private static final int TENSOR_ELEMENT = 1;
    private static final int TENSOR_SHAPE = 2;
    private static final int SHAPE_DIM = 1;
    private static final int DIM_PARAM = 2;

    private TimeFitting() {}

    /** What to change; nothing where the graph is not of this form. */
    static List<Change> changes(Message graph) {
        List<Change> changes = new ArrayList<>();
        Set<String> unsqueezed = new HashSet<>();
        List<Message.Field> values = new ArrayList<>();
        for (Message.Field field : graph.fields()) {
            Message inner = graph.message(field);
            switch (field.number()) {
                case GraphPatch.NODE -> {
                    List<String> inputs = inner.texts(GraphPatch.NODE_INPUT);
                    if (inputs.contains(TIME)) {
                        if (!GraphPatch.is(inner, "Unsqueeze") || !inputs.get(0).equals(TIME)) {
                            return List.of();
                        }
                        unsqueezed.addAll(inner.texts(GraphPatch.NODE_OUTPUT));
                        changes.add(Change.of(field, identity(inner)));
                    }
                }
                case GraphPatch.INPUT -> {
                    if (inner.texts(VALUE_NAME).contains(TIME)) {
                        Optional<byte[]> listed = listed(inner);
                        if (listed.isEmpty()) {
                            return List.of();
                        }
                        changes.add(Change.of(field, listed.get()));
                    }
                }
                case GraphPatch.VALUE_INFO -> values.add(field);
                default -> {}
            }
        }
        if (changes.size() != 2 || unsqueezed.size() != 1) {
            return List.of();
        }
        // Where the exporter noted the shape of what it unsqueezed, the note would no longer be true.
        values.stream()
                .filter(v -> unsqueezed.containsAll(graph.message(v).texts(VALUE_NAME)))
                .forEach(v -> changes.add(Change.of(v)));
        return changes;
    }

    private static byte[] identity(Message node) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Message.field(GraphPatch.NODE_INPUT, TIME));
        node.texts(GraphPatch.NODE_OUTPUT).forEach(o -> out.writeBytes(Message.field(GraphPatch.NODE_OUTPUT, o)));
        node.texts(GraphPatch.NODE_NAME).forEach(n -> out.writeBytes(Message.field(GraphPatch.NODE_NAME, n)));
        out.writeBytes(Message.field(GraphPatch.NODE_OP_TYPE, "Identity"));
        return Message.field(GraphPatch.NODE, out.toByteArray());
    }

    /** The input's declaration as a list of the batch's length; empty where it is no scalar now. */
    private static Optional<byte[]> listed(Message value) {
        List<Message.Field> types = value.fields(VALUE_TYPE);
        if (types.size() != 1) {
            return Optional.empty();
        }
        List<Message.Field> tensors = value.message(types.get(0)).fields(TYPE_TENSOR);
        if (tensors.size() != 1) {
            return Optional.empty();
        }
        Message tensor = value.message(tensors.get(0));
        List<Message.Field> elements = tensor.fields(TENSOR_ELEMENT);
        List<Message.Field> shapes = tensor.fields(TENSOR_SHAPE);
        if (elements.size() != 1
                || shapes.size() != 1
                || !value.message(shapes.get(0)).fields().isEmpty()) {
            return Optional.empty();
        }
        byte[] shape = Message.field(TENSOR_SHAPE, Message.field(SHAPE_DIM, Message.field(DIM_PARAM, "batch_size")));
        byte[] element = value.bytes(elements.get(0).from(), elements.get(0).to());
        return Optional.of(Message.field(
                GraphPatch.INPUT,
                Message.field(VALUE_NAME, TIME),
                Message.field(VALUE_TYPE, Message.field(TYPE_TENSOR, element, shape))));
    }
}
