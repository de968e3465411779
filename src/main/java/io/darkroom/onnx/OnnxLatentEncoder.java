package io.darkroom.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import io.darkroom.model.Config;
import io.darkroom.model.ElementType;
import io.darkroom.model.LatentEncoder;
import io.darkroom.tensor.Tensor;
import java.util.List;
import java.util.Set;

/**
 * The encoder half of a VAE: {@code sample} to {@code latent_parameters}, or in exports older than optimum 1.23 to
 * {@code latent_sample}, drawn from the posterior inside the graph.
 */
final class OnnxLatentEncoder implements LatentEncoder {
    private static final String PICTURES = "sample";
    private static final String PARAMETERS = "latent_parameters";
    private static final String SAMPLES = "latent_sample";

    private final Graph graph;
    private final boolean sampled;
    private final ElementType type;

    OnnxLatentEncoder(Graph graph, Config config) {
        this.graph = graph;
        TensorInfo pictures = graph.input(PICTURES, OnnxJavaType.FLOAT, OnnxJavaType.FLOAT16);
        if (pictures.getShape().length != 4 || graph.inputs().size() != 1) {
            throw graph.unfitting("inputs: found " + graph.inputs() + " with " + Graph.describe(PICTURES, pictures)
                    + ", expected " + PICTURES + " [batch, 3, height, width] alone");
        }
        graph.expectDimension(PICTURES, pictures, 1, 3, "a picture's three colours");
        this.sampled = !graph.outputs().contains(PARAMETERS);
        int channels = config.integer("latent_channels") * (sampled ? 1 : 2);
        graph.expectDimension(
                output(), graph.output(output()), 1, channels, config.file() + ": latent_channels, for " + output());
        this.type = Graph.elementType(pictures);
    }

    private String output() {
        return sampled ? SAMPLES : PARAMETERS;
    }

    @Override
    public ElementType elementType() {
        return type;
    }

    @Override
    public boolean sampled() {
        return sampled;
    }

    @Override
    public List<Tensor> encode(List<Tensor> pictures) {
        return Batches.ofOneShape(pictures, batch -> {
            try (Feed feed = graph.feed(batch.size())) {
                feed.stack(PICTURES, batch);
                return graph.run(feed, Set.of(output())).values().iterator().next();
            }
        });
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
