package io.darkroom.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import io.darkroom.model.Config;
import io.darkroom.model.ElementType;
import io.darkroom.model.LatentDecoder;
import io.darkroom.tensor.Tensor;
import java.util.List;
import java.util.Set;

/** The decoder half of a VAE: {@code latent_sample} to {@code sample}. */
final class OnnxLatentDecoder implements LatentDecoder {
    private static final String LATENTS = "latent_sample";
    private static final String PICTURES = "sample";

    private final Graph graph;
    private final ElementType type;

    OnnxLatentDecoder(Graph graph, Config config) {
        this.graph = graph;
        TensorInfo latents = graph.input(LATENTS, OnnxJavaType.FLOAT, OnnxJavaType.FLOAT16);
        if (latents.getShape().length != 4 || graph.inputs().size() != 1) {
            throw graph.unfitting("inputs: found " + graph.inputs() + " with " + Graph.describe(LATENTS, latents)
                    + ", expected " + LATENTS + " [batch, channels, height, width] alone");
        }
        graph.expectDimension(
                LATENTS, latents, 1, config.integer("latent_channels"), config.file() + ": latent_channels");
        graph.expectDimension(PICTURES, graph.output(PICTURES), 1, 3, "a picture's three colours");
        this.type = Graph.elementType(latents);
    }

    @Override
    public ElementType elementType() {
        return type;
    }

    @Override
    public List<Tensor> decode(List<Tensor> latents) {
        return Batches.ofOneShape(latents, batch -> {
            try (Feed feed = graph.feed(batch.size())) {
                feed.stack(LATENTS, batch);
                return graph.run(feed, Set.of(PICTURES)).values().iterator().next();
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
