package io.darkroom.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.darkroom.goldens.ModelCopies;
import io.darkroom.model.LatentDecoder;
import io.darkroom.model.Lease;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.Networks;
import io.darkroom.model.TextEncoder;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another VAE by name, through real networks: tiny-sd with the VAE of tiny-sdxl, whose scaling factor is another. */
class VaeVariantTest {
    private static final double SDXL_SCALING = 0.13025;

    @TempDir
    private Path directory;

    private Path model;

    @BeforeEach
    void copyModels() throws IOException {
        model = ModelCopies.copy("tiny-sd", directory.resolve("tiny-sd"));
        ModelCopies.addVae(model, "xl", "tiny-sdxl");
        ModelCopies.copy("tiny-sdxl", directory.resolve("tiny-sdxl"));
    }

    private Models models() {
        return TestModels.starter(directory, new OnnxLoader(new Device.Cpu(), (kind, rows, nanos) -> {}));
    }

    private static Arguments.Builder cat() {
        return Arguments.builder()
                .prompt("a photo of a cat")
                .numInferenceSteps(2)
                .seed(7L);
    }

    private static Arguments.Builder reconstruction() {
        byte[] noise = new byte[3 * 64 * 64];
        new Random(5).nextBytes(noise);
        return Arguments.builder().task("reconstruct").seed(1L).image(new InputImage(noise, 64, 64));
    }

    private record Made(List<Tensor> latents, List<Tensor> pixels, Map<String, Double> measurements, Plan plan) {}

    private static Made make(Models models, String name, Arguments arguments) {
        try (Lease<Pipeline> lease = models.lease(name, arguments)) {
            Plan plan = lease.model().plan(arguments);
            List<Sampling> pictures = lease.model().begin(plan);
            for (Sampling picture : pictures) {
                while (!picture.done()) {
                    picture.advance(lease.model().evaluate(picture.rows()));
                }
            }
            List<Tensor> latents = pictures.stream().map(Sampling::latents).toList();
            List<Tensor> pixels = lease.model().decode(latents);
            return new Made(latents, pixels, pictures.get(0).measurements(pixels.get(0)), plan);
        }
    }

    @Test
    void theLatentsStayAndTheOtherVaeDecodesThemWithItsOwnScaling() {
        try (Models models = models();
                Networks sdxl = new OnnxLoader(new Device.Cpu(), (k, r, n) -> {})
                        .load(ModelFolder.read("tiny-sdxl", directory.resolve("tiny-sdxl")))) {
            Made own = make(models, "tiny-sd", cat().build());
            Made other = make(models, "tiny-sd", cat().vae("xl").build());

            assertThat(other.latents().get(0).data())
                    .isEqualTo(own.latents().get(0).data());
            assertThat(other.pixels().get(0).data())
                    .isNotEqualTo(own.pixels().get(0).data())
                    .isEqualTo(decoded(sdxl.decoder(), other.latents().get(0)).data());
            assertThat(other.plan().parameters()).containsEntry("vae", "xl");
            assertThat(own.plan().parameters()).doesNotContainKey("vae");
        }
    }

    private static Tensor decoded(LatentDecoder decoder, Tensor latents) {
        float[] unscaled = latents.data().clone();
        for (int i = 0; i < unscaled.length; i++) {
            unscaled[i] /= (float) SDXL_SCALING;
        }
        return Autoencoder.toPixels(
                decoder.decode(List.of(Tensor.of(unscaled, latents.shape()))).get(0));
    }

    @Test
    void aReconstructionIsThatOfTheModelWhoseVaeItIs() {
        try (Models models = models()) {
            Made borrowed = make(models, "tiny-sd", reconstruction().vae("xl").build());
            Made lender = make(models, "tiny-sdxl", reconstruction().build());
            Made own = make(models, "tiny-sd", reconstruction().build());

            assertThat(borrowed.pixels().get(0).data())
                    .isEqualTo(lender.pixels().get(0).data());
            assertThat(borrowed.measurements()).isEqualTo(lender.measurements());
            assertThat(borrowed.measurements()).isNotEqualTo(own.measurements());
        }
    }

    @Test
    void aPictureThatIsChangedGoesThroughTheOtherVaesEncoder() {
        Arguments.Builder change = cat().image(reconstruction().build().image()).strength(0.6);
        try (Models models = models()) {
            Made own = make(models, "tiny-sd", change.build());
            Made other = make(models, "tiny-sd", change.vae("xl").build());

            assertThat(other.latents().get(0).data())
                    .isNotEqualTo(own.latents().get(0).data());
        }
    }

    @Test
    void variantsShareTheNetworksThatTheyHaveInCommon() {
        OnnxLoader loader = new OnnxLoader(new Device.Cpu(), (k, r, n) -> {});
        ModelFolder folder = ModelFolder.read("tiny-sd", model);
        Networks plain = loader.load(folder);
        Networks other = loader.load(folder.as(folder.variant().withVae("xl")));

        assertThat(other.denoiser()).isSameAs(plain.denoiser());
        assertThat(other.textEncoders()).isEqualTo(plain.textEncoders());
        assertThat(other.decoder()).isNotSameAs(plain.decoder());

        plain.close();
        TextEncoder encoder = other.textEncoders().values().iterator().next();
        assertThat(encoder.encode(List.of(List.of(1, 2)), Set.of("last_hidden_state")))
                .as("the shared encoder is still open")
                .hasSize(1);
        other.close();
        try (Networks anew = loader.load(folder)) {
            assertThat(anew.denoiser()).isNotSameAs(plain.denoiser());
        }
    }

    @Test
    void aModelsOwnDefaultMayNameOne() throws IOException {
        Files.writeString(model.resolve("darkroom.json"), "{\"vae\": \"xl\"}");
        try (Models models = models()) {
            Made made = make(models, "tiny-sd", reconstruction().build());

            assertThat(made.plan().parameters()).containsEntry("vae", "xl");
            assertThat(made.pixels().get(0).data())
                    .isEqualTo(make(models, "tiny-sdxl", reconstruction().build())
                            .pixels()
                            .get(0)
                            .data());
        }
    }

    @Test
    void anUnknownVaeIsRefusedWithThoseThatThereAreBesideEveryOtherProblem() {
        Arguments wrong = cat().vae("nope").guidanceRescale(2.0).build();
        try (Models models = models()) {
            ArgumentsException refused =
                    catchThrowableOfType(ArgumentsException.class, () -> models.planner("tiny-sd", wrong)
                            .plan(wrong));

            assertThat(refused.unsupported()).isFalse();
            assertThat(refused.problems()).extracting(Problem::field).contains("vae", "guidance_rescale");
            assertThat(refused).hasMessageContaining("\"nope\"").hasMessageContaining("there are xl");
        }
    }

    @Test
    void aBrokenVaeIsAFaultOfTheRequestThatNamesIt() throws IOException {
        Files.writeString(model.resolve("vaes/xl/vae_decoder/model.onnx"), "no graph");
        Arguments named = cat().vae("xl").build();
        try (Models models = models()) {
            ArgumentsException refused =
                    catchThrowableOfType(ArgumentsException.class, () -> models.lease("tiny-sd", named)
                            .close());

            assertThat(refused.problems()).extracting(Problem::field).containsExactly("vae");
            assertThat(refused).hasMessageContaining("\"xl\"").hasMessageContaining("vae_decoder/model.onnx");
            assertThat(models.problems()).as("the model itself is sound").isEmpty();
            make(models, "tiny-sd", cat().build());
        }
    }

    @Test
    void aBrokenConfigOfAVaeShowsInThePlanOfTheRequestThatNamesIt() throws IOException {
        Files.writeString(model.resolve("vaes/xl/vae_decoder/config.json"), "{");
        Arguments named = cat().vae("xl").build();
        try (Models models = models()) {
            ArgumentsException refused =
                    catchThrowableOfType(ArgumentsException.class, () -> models.planner("tiny-sd", named)
                            .plan(named));

            assertThat(refused.problems()).extracting(Problem::field).containsExactly("vae");
            assertThat(refused).hasMessageContaining("\"xl\"").hasMessageContaining("config.json");
        }
    }

    @Test
    void aBrokenVaeThatTheModelsOwnDefaultsNameIsTheModelsFault() throws IOException {
        Files.writeString(model.resolve("darkroom.json"), "{\"vae\": \"xl\"}");
        Files.writeString(model.resolve("vaes/xl/vae_decoder/model.onnx"), "no graph");
        try (Models models = models()) {
            assertThat(catchThrowableOfType(
                            ModelUnavailableException.class,
                            () -> models.lease("tiny-sd", cat().build()).close()))
                    .hasMessageContaining("\"xl\"");
        }
    }

    @Test
    void aVaeOfOtherLatentsIsRefused() throws IOException {
        ModelCopies.addVae(model, "flux", "tiny-flux");
        Arguments wrong = cat().vae("flux").build();
        try (Models models = models()) {
            ArgumentsException refused =
                    catchThrowableOfType(ArgumentsException.class, () -> models.planner("tiny-sd", wrong)
                            .plan(wrong));

            assertThat(refused).hasMessageContaining("have 16 channels").hasMessageContaining("\"tiny-sd\" 4");
        }
    }

    @Test
    void theDigestTellsVariantsApartAndCountsWhatTheyShareOnce() {
        ModelFolder plain = ModelFolder.read("tiny-sd", model);
        ModelFolder other = plain.as(plain.variant().withVae("xl"));

        assertThat(other.digest()).isNotEqualTo(plain.digest());
        assertThat(other.parts().keySet())
                .anyMatch(part -> part.endsWith("vaes/xl/vae_decoder"))
                .noneMatch(part -> part.endsWith("tiny-sd/vae_decoder"));
        assertThat(other.as(plain.variant()).digest()).isEqualTo(plain.digest());
        assertThat(other.parts())
                .containsAllEntriesOf(Map.of(model + "/unet", plain.parts().get(model + "/unet")));
    }
}
