package io.darkroom.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import io.darkroom.model.Config;
import io.darkroom.model.ElementType;
import io.darkroom.model.TextEncoder;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A text encoder: {@code input_ids} (int64, in older exports int32) to hidden states. */
final class OnnxTextEncoder implements TextEncoder {
    private static final String IDS = "input_ids";
    private static final String HIDDEN = "last_hidden_state";

    private final Graph graph;
    private final Set<String> outputs;
    private final ElementType type;

    OnnxTextEncoder(Graph graph, Config config) {
        this.graph = graph;
        TensorInfo ids = graph.input(IDS, OnnxJavaType.INT64, OnnxJavaType.INT32);
        if (ids.getShape().length != 2 || graph.inputs().size() != 1) {
            throw graph.unfitting("inputs: found " + graph.inputs() + " with " + Graph.describe(IDS, ids)
                    + ", expected " + IDS + " [batch, sequence] alone");
        }
        TensorInfo hidden = graph.output(HIDDEN);
        if (config.has("hidden_size")) {
            graph.expectDimension(HIDDEN, hidden, 2, config.integer("hidden_size"), config.file() + ": hidden_size");
        }
        this.outputs = graph.outputs();
        this.type = Graph.elementType(hidden);
    }

    @Override
    public ElementType elementType() {
        return type;
    }

    @Override
    public Set<String> outputs() {
        return outputs;
    }

    @Override
    public List<Encoding> encode(List<List<Integer>> ids, Set<String> wanted) {
        try (Feed feed = graph.feed(ids.size())) {
            feed.ids(IDS, ids);
            Map<String, List<Tensor>> results = graph.run(feed, wanted);
            List<Encoding> encodings = new ArrayList<>(ids.size());
            for (int i = 0; i < ids.size(); i++) {
                Map<String, Tensor> one = new HashMap<>();
                for (Map.Entry<String, List<Tensor>> result : results.entrySet()) {
                    one.put(result.getKey(), result.getValue().get(i));
                }
                encodings.add(new Encoding(one));
            }
            return encodings;
        }
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
