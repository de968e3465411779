package io.darkroom.onnx;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Parts of an ONNX model's graph written anew, all else copied byte by byte. Field numbers are those of onnx.proto. */
final class GraphPatch {
    static final int NODE = 1;
    static final int INITIALIZER = 5;
    static final int INPUT = 11;
    static final int VALUE_INFO = 13;
    static final int NODE_INPUT = 1;
    static final int NODE_OUTPUT = 2;
    static final int NODE_NAME = 3;
    static final int NODE_OP_TYPE = 4;
    static final int NODE_ATTRIBUTE = 5;
    static final int NODE_DOMAIN = 7;
    private static final int MODEL_GRAPH = 7;

    private final ByteBuffer model;
    private final Message.Field graph;

    /** Bytes. */
    private static final int LARGE = 64 << 20;

    private GraphPatch(ByteBuffer model, Message.Field graph) {
        this.model = model;
        this.graph = graph;
    }

    /**
     * A stretch of the graph and what stands there instead.
     *
     * @param field a field of the graph
     * @param now whole fields of the graph, or nothing
     */
    record Change(Message.Field field, ByteBuffer now) {
        static Change of(Message.Field field, byte... now) {
            return new Change(field, ByteBuffer.wrap(now));
        }

        private int growth() {
            return now.capacity() - (field.to() - field.from());
        }
    }

    /**
     * Begins to edit a model; empty where it has no graph.
     *
     * @param model from 0 to the limit; not changed
     * @throws IllegalArgumentException where it is no protobuf message
     */
    static Optional<GraphPatch> of(ByteBuffer model) {
        List<Message.Field> graphs = new Message(model, 0, model.limit()).fields(MODEL_GRAPH);
        return graphs.size() == 1 ? Optional.of(new GraphPatch(model, graphs.get(0))) : Optional.empty();
    }

    Message graph() {
        return new Message(model, graph.content(), graph.to());
    }

    /** The edited model, in a direct buffer: of a large one not within the JVM's limit of these, which is that of its heap. */
    ByteBuffer with(List<Change> changes) {
        List<Change> ordered = new ArrayList<>(changes);
        ordered.sort(Comparator.comparingInt(c -> c.field().from()));
        int grown = ordered.stream().mapToInt(Change::growth).sum();
        byte[] head = Message.head(MODEL_GRAPH, graph.to() - graph.content() + grown);
        ByteBuffer out = room(model.limit() + grown + head.length - (graph.content() - graph.from()));
        copy(0, graph.from(), out);
        out.put(head);
        int at = graph.content();
        for (Change change : ordered) {
            copy(at, change.field().from(), out);
            out.put(change.now().duplicate());
            at = change.field().to();
        }
        copy(at, model.limit(), out);
        return out.flip();
    }

    private static ByteBuffer room(int bytes) {
        if (bytes < LARGE) {
            return ByteBuffer.allocateDirect(bytes);
        }
        try (Scratch scratch = new Scratch()) {
            return scratch.allocate(bytes);
        }
    }

    private void copy(int start, int end, ByteBuffer to) {
        to.put(model.slice(start, end - start));
    }

    /** Whether a node is one of ONNX's own operators. */
    static boolean is(Message node, String operator) {
        return node.texts(NODE_OP_TYPE).equals(List.of(operator))
                && node.texts(NODE_DOMAIN).stream().allMatch(String::isEmpty);
    }
}
