package io.darkroom.bench;

import io.darkroom.model.Conditioning;
import io.darkroom.model.Denoiser;
import io.darkroom.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What ONNX Runtime's transformer optimiser gains on this machine: rows a second of a tiny UNet that it has rewritten
 * ({@code com.microsoft} operators), over those of the same UNet as it was exported. Both through ONNX Runtime alone.
 */
final class OptimizedSuite implements Suite {
    private static final int ROUNDS = 5;
    private static final Path RESOURCES = Path.of("src", "test", "resources");
    private static final Path PLAIN =
            RESOURCES.resolve(Path.of("goldens", "pipelines", "tiny-sd", "unet", "model.onnx"));
    private static final Path OPTIMIZED = RESOURCES.resolve(Path.of("optimized", "unet", "model.onnx"));
    /** Of tiny-sd: latents, CLIP's tokens by its cross attention's width. */
    private static final Denoiser.Row ROW = new Denoiser.Row(
            Tensor.zeros(4, 16, 16), 500, new Conditioning(Map.of("encoder_hidden_states", Tensor.zeros(77, 32))));

    @Override
    public List<Row> run() throws Exception {
        Pairs rows = new Pairs("tiny-sd, optimised graph, to the exported one", "rows/s");
        try (RawRows plain = new RawRows(PLAIN);
                RawRows optimized = new RawRows(OPTIMIZED)) {
            for (int round = 0; round < ROUNDS; round++) {
                double reference = plain.best(ROW);
                rows.add(optimized.best(ROW), reference);
            }
        }
        return List.of(rows.row());
    }
}
