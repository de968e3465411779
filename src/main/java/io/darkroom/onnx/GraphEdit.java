package io.darkroom.onnx;

import io.darkroom.model.ModelUnavailableException;
import io.darkroom.onnx.GraphFile.Node;
import io.darkroom.onnx.GraphFile.Weight;
import io.darkroom.onnx.ModuleWeights.Place;
import io.darkroom.onnx.ModuleWeights.Site;
import io.darkroom.onnx.Protobuf.Field;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Edits a graph without taking it apart: what stays is copied from the file as it is. A session replaces only such weights
 * as lie outside of the graph, so each that is to be replaced becomes one that does; a weight that another module uses too
 * stays for that one.
 */
final class GraphEdit {
    private static final int GRAPH_INPUT = 11;
    private static final int GRAPH_OUTPUT = 12;
    private static final int VALUE_NAME = 1;
    private static final int EXTERNAL = 1;

    private GraphEdit() {}

    /**
     * The model with some weights outside of it.
     *
     * @param names how each of them is called from now on; the session has to be given them
     * @param scratch where the result lies
     * @throws ModelUnavailableException where modules of which one is to be changed cannot be told apart in the graph
     */
    static ByteBuffer withExternalWeights(GraphFile graph, Map<Place, String> names, Scratch scratch) {
        Map<Field, Map<Integer, String>> rewired = rewired(graph, names);
        Set<String> used = used(graph, rewired);
        List<ByteBuffer> parts = new ArrayList<>();
        Set<String> replaced = new HashSet<>();
        names.keySet().forEach(place -> replaced.add(place.weight().name()));
        for (Field field : graph.graphFields()) {
            Map<Integer, String> inputs = rewired.get(field);
            if (inputs != null) {
                parts.add(ByteBuffer.wrap(Protobuf.bytes(GraphFile.GRAPH_NODE, node(graph, field, inputs))));
            } else if (!isDropped(graph, field, replaced, used)) {
                parts.add(slice(graph, field));
            }
        }
        names.forEach((place, name) -> parts.add(
                ByteBuffer.wrap(Protobuf.bytes(GraphFile.GRAPH_INITIALIZER, external(place.weight(), name)))));
        return model(graph, parts, scratch);
    }

    private static Map<Field, Map<Integer, String>> rewired(GraphFile graph, Map<Place, String> names) {
        Map<Field, Map<Integer, String>> rewired = new HashMap<>();
        names.forEach((place, name) -> {
            for (Site site : place.sites()) {
                String other = rewired.computeIfAbsent(site.node().field(), f -> new HashMap<>())
                        .put(site.input(), name);
                if (other != null && !other.equals(name)) {
                    throw new ModelUnavailableException(
                            graph.file() + ": " + site.node().name()
                                    + ": two modules have this weight in common; LoRAs cannot be fused into one of them");
                }
            }
        });
        return rewired;
    }

    /** What is still referred to by nodes, and what is an input or output of the graph. */
    private static Set<String> used(GraphFile graph, Map<Field, Map<Integer, String>> rewired) {
        Set<String> used = new HashSet<>();
        for (Node node : graph.nodes()) {
            Map<Integer, String> changed = rewired.getOrDefault(node.field(), Map.of());
            for (int i = 0; i < node.inputs().size(); i++) {
                if (!changed.containsKey(i)) {
                    used.add(node.inputs().get(i));
                }
            }
        }
        for (Field field : graph.graphFields()) {
            if (field.number() == GRAPH_INPUT || field.number() == GRAPH_OUTPUT) {
                Protobuf.fields(graph.bytes(), field.from(), field.to()).stream()
                        .filter(f -> f.number() == VALUE_NAME)
                        .forEach(f -> used.add(Protobuf.text(graph.bytes(), f)));
            }
        }
        return used;
    }

    private static boolean isDropped(GraphFile graph, Field field, Set<String> replaced, Set<String> used) {
        return field.number() == GraphFile.GRAPH_INITIALIZER
                && replaced.stream()
                        .map(graph::weight)
                        .anyMatch(w -> w != null && w.field().equals(field) && !used.contains(w.name()));
    }

    private static byte[] node(GraphFile graph, Field node, Map<Integer, String> inputs) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int input = 0;
        for (Field field : Protobuf.fields(graph.bytes(), node.from(), node.to())) {
            String changed = field.number() == GraphFile.NODE_INPUT ? inputs.get(input++) : null;
            if (changed != null) {
                out.writeBytes(Protobuf.text(GraphFile.NODE_INPUT, changed));
            } else {
                byte[] same = new byte[field.to() - field.start()];
                graph.bytes().get(field.start(), same);
                out.writeBytes(same);
            }
        }
        return out.toByteArray();
    }

    private static byte[] external(Weight weight, String name) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        weight.dims().forEach(dim -> out.writeBytes(Protobuf.number(GraphFile.TENSOR_DIMS, dim)));
        out.writeBytes(Protobuf.number(GraphFile.TENSOR_TYPE, weight.type()));
        out.writeBytes(Protobuf.text(GraphFile.TENSOR_NAME, name));
        ByteArrayOutputStream place = new ByteArrayOutputStream();
        place.writeBytes(Protobuf.text(1, "location"));
        place.writeBytes(Protobuf.text(2, "given-to-the-session"));
        out.writeBytes(Protobuf.bytes(GraphFile.TENSOR_EXTERNAL, place.toByteArray()));
        out.writeBytes(Protobuf.number(GraphFile.TENSOR_LOCATION, EXTERNAL));
        return out.toByteArray();
    }

    private static ByteBuffer model(GraphFile graph, List<ByteBuffer> graphParts, Scratch scratch) {
        long size = size(graphParts);
        List<ByteBuffer> parts = new ArrayList<>();
        for (Field field : graph.modelFields()) {
            if (field.equals(graph.graph())) {
                parts.add(ByteBuffer.wrap(Protobuf.head(GraphFile.MODEL_GRAPH, size)));
                parts.addAll(graphParts);
            } else {
                parts.add(slice(graph, field));
            }
        }
        ByteBuffer model = scratch.allocate(size(parts));
        parts.forEach(model::put);
        return model.flip();
    }

    private static long size(List<ByteBuffer> parts) {
        return parts.stream().mapToLong(ByteBuffer::remaining).sum();
    }

    private static ByteBuffer slice(GraphFile graph, Field field) {
        return graph.bytes().slice(field.start(), field.to() - field.start());
    }
}
