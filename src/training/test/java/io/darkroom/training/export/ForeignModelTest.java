package io.darkroom.training.export;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.darkroom.training.net.ClipTextEncoder;
import io.darkroom.training.net.Definition;
import io.darkroom.training.net.Network;
import io.darkroom.training.net.UNet;
import io.darkroom.training.net.VaeDecoder;
import io.darkroom.training.net.VaeEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The networks are those of diffusers and transformers: a model that was exported from these, run as it was exported, gives
 * what the networks here give with its weights.
 */
class ForeignModelTest {
    private static final Path MODELS = Path.of("src/test/resources/goldens/pipelines");
    private static final List<Integer> VAE = List.of(8, 8, 16, 16);

    private final NDManager manager = NDManager.newBaseManager();
    private final Random random = new Random(11);

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void theTextEncoder() throws IOException {
        isTheSame("tiny-sd/text_encoder", new ClipTextEncoder(1024, 77, 32, 64, 2, 4, 1023, 0), texts());
    }

    @Test
    void theTextEncoderWithProjection() throws IOException {
        isTheSame("tiny-sd3/text_encoder", new ClipTextEncoder(1024, 77, 16, 32, 2, 4, 1023, 16), texts());
    }

    @Test
    void theUNet() throws IOException {
        isTheSame(
                "tiny-sd/unet",
                new UNet(4, List.of(16, 32), List.of(true, false), 1, 4, 8, 32, 0),
                normal(2, 4, 8, 12),
                manager.create(437f),
                normal(2, 77, 32));
    }

    @Test
    void theVae() throws IOException {
        isTheSame("tiny-sd/vae_encoder", new VaeEncoder(VAE, 1, 4, 4, true), normal(1, 3, 64, 96));
        isTheSame("tiny-sd/vae_decoder", new VaeDecoder(VAE, 1, 4, 4, true), normal(1, 4, 8, 12));
    }

    /** The end is the largest id: where these were exported, that is how it is found. */
    private NDArray texts() {
        long[] ids = new long[2 * 77];
        for (int i = 0; i < ids.length; i++) {
            int end = i < 77 ? 11 : 50;
            ids[i] = i % 77 >= end ? i % 77 == end ? 1023 : 1 : i % 77 == 0 ? 1022 : 10 + 5L * i;
        }
        return manager.create(ids, new Shape(2, 77));
    }

    private void isTheSame(String part, Definition definition, NDArray... inputs) throws IOException {
        Path file = MODELS.resolve(part).resolve("model.onnx");
        try (Network network = new Network(definition, manager, 1)) {
            network.load(new ForeignWeights(file).of(network.weights()));

            assertThat(Agreement.largestDifference(network, Files.readAllBytes(file), inputs))
                    .describedAs(part)
                    .isLessThan(Agreement.CLOSE);
        }
    }

    private NDArray normal(long... shape) {
        float[] values = new float[(int) new Shape(shape).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return manager.create(values, new Shape(shape));
    }
}
