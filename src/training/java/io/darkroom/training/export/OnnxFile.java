package io.darkroom.training.export;

import io.darkroom.training.net.Definition;
import io.darkroom.training.net.Layers;
import io.darkroom.training.net.Port;
import java.util.List;

/** Writes a network as an ONNX file. */
public final class OnnxFile {
    private OnnxFile() {}

    /**
     * The file's bytes.
     *
     * @param values the weights, in the definition's order
     * @param halves whether larger weights are stored as float16 (half the size, three decimal digits), to be cast to
     *     float32 when the file is loaded; the network computes in float32 either way
     */
    public static byte[] of(Definition definition, float[] values, boolean halves) {
        GraphWriter graph = new GraphWriter();
        Initializers weights = new Initializers(graph, definition.weights(), values, halves);
        List<Value> inputs = definition.inputs().stream()
                .map(port -> new Value(port.name(), port.dims().size()))
                .toList();
        definition.inputs().forEach(graph::input);
        List<Value> outputs = definition.forward(new Layers<>(new OnnxOps(graph, weights)), inputs);
        for (int i = 0; i < outputs.size(); i++) {
            Port port = definition.outputs().get(i);
            graph.output(port);
            graph.node("Identity", "/" + port.name(), List.of(outputs.get(i).name()), List.of(port.name()));
        }
        return graph.bytes();
    }
}
