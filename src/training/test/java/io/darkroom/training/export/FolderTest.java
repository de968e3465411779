package io.darkroom.training.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.onnx.proto.OnnxMl.ModelProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.darkroom.model.Denoiser;
import io.darkroom.model.ModelFolder;
import io.darkroom.noise.TorchGenerator;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.pipeline.Arguments;
import io.darkroom.pipeline.Families;
import io.darkroom.pipeline.Pipeline;
import io.darkroom.pipeline.Planner;
import io.darkroom.pipeline.Sampling;
import io.darkroom.pipeline.TorchNoise;
import io.darkroom.tensor.Tensor;
import io.darkroom.training.net.ClipTextEncoder;
import io.darkroom.training.net.Definition;
import io.darkroom.training.net.DiffusionTransformer;
import io.darkroom.training.net.UNet;
import io.darkroom.training.net.VaeDecoder;
import io.darkroom.training.net.VaeEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is a model like any other to the worker: loaded, and asked for pictures. Weights are random. */
class FolderTest {
    private static final int BEGIN = 1096;
    private static final int END = 1097;
    private static final int TOKENS = 40;
    private static final int SIDE = 64;
    private static final List<Integer> VAE = List.of(8, 8, 16, 16);
    private static final Path TOKENIZER = Path.of("src/main/resources/models/starter/tokenizer");

    private final NDManager manager = NDManager.newBaseManager();

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void theWorkerRendersWithAUNet() throws IOException {
        Map<String, Double> differences = unet(new UNet(4, List.of(16, 32), List.of(false, true), 1, 2, 8, 32, 2))
                .write(folder, "v_prediction", manager);

        assertThat(differences).containsOnlyKeys("text_encoder", "unet", "vae_encoder", "vae_decoder");
        assertThat(differences.values()).allMatch(d -> d <= Agreement.CLOSE);
        rendersWhatTheTextSays("stable-diffusion", 4);
        assertThat(json("scheduler/scheduler_config.json")
                        .path("prediction_type")
                        .asText())
                .isEqualTo("v_prediction");
        assertThat(json("vae_decoder/config.json").path("scaling_factor").asDouble())
                .isEqualTo(0.4);
        // What optimum makes its buffers by.
        assertThat(outputDims("vae_decoder"))
                .containsExactly("batch_size", "", "latent_height * 8", "latent_width * 8");
        assertThat(outputDims("vae_encoder"))
                .containsExactly("batch_size", "", "sample_height / 8", "sample_width / 8");
    }

    @Test
    void theWorkerRendersWithADiffusionTransformer() throws IOException {
        Map<String, Double> differences = new StableDiffusion3Folder(
                        random(new ClipTextEncoder(1098, TOKENS, 16, 2, 2, END, 16), 1),
                        random(new ClipTextEncoder(1098, TOKENS, 16, 2, 2, END, 16), 2),
                        random(new DiffusionTransformer(4, 2, 8, 32, 2, 2, 16, 32, TOKENS, 32), 3),
                        random(new VaeEncoder(VAE, 1, 4, 8), 4),
                        random(new VaeDecoder(VAE, 1, 4, 8), 5),
                        0.4,
                        TOKENIZER,
                        BEGIN,
                        SIDE)
                .write(folder, 1.5, manager);

        assertThat(differences)
                .containsOnlyKeys("text_encoder", "text_encoder_2", "transformer", "vae_encoder", "vae_decoder");
        assertThat(differences.values()).allMatch(d -> d <= Agreement.CLOSE);
        rendersWhatTheTextSays("stable-diffusion-3", 4);
        // diffusers' pipeline reads it without asking whether it is there.
        assertThat(json("vae_decoder/config.json").path("shift_factor").isNumber())
                .isTrue();
    }

    @Test
    void aPredictionThatTheWorkerDoesNotKnowIsRefused() {
        StableDiffusionFolder model = unet(new UNet(4, List.of(16), List.of(true), 1, 2, 8, 32, 0));

        assertThatThrownBy(() -> model.write(folder, "velocity", manager)).hasMessageContaining("\"velocity\"");
    }

    private List<String> outputDims(String network) throws IOException {
        byte[] file = Files.readAllBytes(folder.resolve(network).resolve("model.onnx"));
        return ModelProto.parseFrom(file)
                .getGraph()
                .getOutput(0)
                .getType()
                .getTensorType()
                .getShape()
                .getDimList()
                .stream()
                .map(dim -> dim.getDimParam())
                .toList();
    }

    private static StableDiffusionFolder unet(UNet unet) {
        return new StableDiffusionFolder(
                random(new ClipTextEncoder(1098, TOKENS, 32, 2, 4, END, 0), 1),
                random(unet, 2),
                random(new VaeEncoder(VAE, 1, 4, 8), 3),
                random(new VaeDecoder(VAE, 1, 4, 8), 4),
                0.4,
                TOKENIZER,
                BEGIN,
                SIDE);
    }

    private void rendersWhatTheTextSays(String family, int steps) {
        Planner planner = Families.planner(ModelFolder.read("trained", folder));
        assertThat(planner.description().family()).isEqualTo(family);
        assertThat(planner.description().defaultWidth()).isEqualTo(SIDE);
        try (Pipeline pipeline = planner.open(
                new OnnxLoader(new Device.Cpu(), (kind, rows, nanos) -> {}),
                new TorchNoise(TorchGenerator.DEFAULT_CUDA_THREADS))) {
            Tensor lake = render(pipeline, "a mountain lake at sunset", steps);
            Tensor dunes = render(pipeline, "desert dunes at noon", steps);

            assertThat(pipeline.timePerRow()).isTrue();
            isTheSameInAnyCompany(pipeline);
            assertThat(lake.shape()).containsExactly(3, SIDE, SIDE);
            assertThat(lake.data()).doesNotContain(Float.NaN);
            assertThat(lake.data()).isNotEqualTo(dunes.data());
            assertThat(render(pipeline, "a mountain lake at sunset", steps).data())
                    .isEqualTo(lake.data());
        }
    }

    /** As of any model: what a call gives a picture does not depend on what else is in the call. */
    private static void isTheSameInAnyCompany(Pipeline pipeline) {
        Sampling first = begin(pipeline, "green hills", 3);
        Sampling second = begin(pipeline, "a pine forest at night", 5);
        List<Denoiser.Row> both = new ArrayList<>(first.rows());
        both.addAll(second.rows());

        List<Tensor> together = pipeline.evaluate(both);

        for (int i = 0; i < both.size(); i++) {
            Tensor alone = pipeline.evaluate(List.of(both.get(i))).get(0);
            assertThat(together.get(i).data()).hasSameSizeAs(alone.data());
            for (int j = 0; j < alone.size(); j++) {
                assertThat(together.get(i).data()[j]).isCloseTo(alone.data()[j], within(1e-6f));
            }
        }
        List<Tensor> pair = pipeline.evaluate(both.subList(0, 2));
        assertThat(pair.get(0).data()).isEqualTo(together.get(0).data());
        assertThat(pair.get(1).data()).isEqualTo(together.get(1).data());
    }

    private static Sampling begin(Pipeline pipeline, String prompt, int steps) {
        return pipeline.begin(pipeline.plan(Arguments.builder()
                        .prompt(prompt)
                        .numInferenceSteps(steps)
                        .seed(1L)
                        .build()))
                .get(0);
    }

    private static Tensor render(Pipeline pipeline, String prompt, int steps) {
        Sampling picture = begin(pipeline, prompt, steps);
        while (!picture.done()) {
            picture.advance(pipeline.evaluate(picture.rows()));
        }
        return pipeline.decode(List.of(picture.latents())).get(0);
    }

    private JsonNode json(String name) throws IOException {
        return new ObjectMapper().readTree(folder.resolve(name).toFile());
    }

    private static <D extends Definition> Trained<D> random(D definition, long seed) {
        return new Trained<>(definition, RandomWeights.of(definition.weights(), new Random(seed)));
    }
}
