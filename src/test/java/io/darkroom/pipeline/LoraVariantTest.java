package io.darkroom.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.darkroom.goldens.Goldens;
import io.darkroom.goldens.ModelCopies;
import io.darkroom.goldens.SafetensorsFile;
import io.darkroom.model.Lease;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.Networks;
import io.darkroom.model.TextEncoder;
import io.darkroom.model.Variant;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the recorded runs do not cover: what is wrong with LoRAs, what variants share, defaults, float16. */
class LoraVariantTest {
    private static final String QUERY = "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_q";

    @TempDir
    private Path directory;

    private Path model;

    @BeforeEach
    void copyModel() throws IOException {
        model = ModelCopies.copy("tiny-sd", directory.resolve("tiny-sd"));
        Files.createDirectories(model.resolve("loras"));
        ModelCopies.copy(lora("tiny-sd/a"), model.resolve("loras/a"));
    }

    private static Path lora(String path) {
        return Goldens.repository().resolve("lora").resolve(path);
    }

    private Models models() {
        return TestModels.starter(directory, loader());
    }

    private static OnnxLoader loader() {
        return new OnnxLoader(new Device.Cpu(), (kind, rows, nanos) -> {});
    }

    private static Arguments cat(Variant.Lora... loras) {
        return Arguments.builder()
                .prompt("a photo of a cat")
                .numInferenceSteps(2)
                .seed(7L)
                .loras(loras.length == 0 ? null : List.of(loras))
                .build();
    }

    private static Variant.Lora one(String name) {
        return new Variant.Lora(name, 1);
    }

    private static Tensor latents(Models models, Arguments arguments) {
        return latents(models, "tiny-sd", arguments);
    }

    private static Tensor latents(Models models, String model, Arguments arguments) {
        try (Lease<Pipeline> lease = models.lease(model, arguments)) {
            Sampling picture =
                    lease.model().begin(lease.model().plan(arguments)).get(0);
            while (!picture.done()) {
                picture.advance(lease.model().evaluate(picture.rows()));
            }
            return picture.latents();
        }
    }

    private ArgumentsException refusedWhenPlanned(Arguments arguments) {
        try (Models models = models()) {
            return catchThrowableOfType(ArgumentsException.class, () -> models.planner("tiny-sd", arguments)
                    .plan(arguments));
        }
    }

    private ArgumentsException refusedWhenLoaded(Arguments arguments) {
        try (Models models = models()) {
            models.planner("tiny-sd", arguments).plan(arguments);
            ArgumentsException refused =
                    catchThrowableOfType(ArgumentsException.class, () -> models.lease("tiny-sd", arguments));
            assertThat(models.problems()).as("no fault of the model").isEmpty();
            models.lease("tiny-sd").close();
            return refused;
        }
    }

    @Test
    void anUnknownNameIsRefusedWithThoseThatThereAreBesideEveryOtherProblem() {
        Arguments wrong = cat(one("a"), one("nope"), one("a")).toBuilder()
                .guidanceRescale(2.0)
                .build();

        ArgumentsException refused = refusedWhenPlanned(wrong);

        assertThat(refused.unsupported()).isFalse();
        assertThat(refused.problems())
                .extracting(Problem::field)
                .contains("loras[1].name", "loras[2].name", "guidance_rescale");
        assertThat(refused).hasMessageContaining("\"nope\": there is no such LoRA; there are a");
    }

    @Test
    void aModelWithoutLorasSaysSo() {
        Arguments wrong = cat(one("a"));
        try (Models models = models()) {
            ArgumentsException refused =
                    catchThrowableOfType(ArgumentsException.class, () -> models.planner("starter", wrong)
                            .plan(wrong));

            assertThat(refused).hasMessageContaining("loras[0].name: \"a\": there are no LoRAs");
        }
    }

    @Test
    void whatIsNoSafetensorsFileIsRefused() throws IOException {
        Files.writeString(model.resolve("loras/text.safetensors"), "this is a text of more than eight bytes");
        Files.write(
                model.resolve("loras/short.safetensors"),
                Arrays.copyOf(Files.readAllBytes(lora("tiny-sd/a-kohya.safetensors")), 30_000));

        ArgumentsException refused = refusedWhenPlanned(cat(one("text"), one("short")));

        assertThat(refused.problems()).extracting(Problem::field).containsExactly("loras[0].name", "loras[1].name");
        assertThat(refused).hasMessageContaining("no safetensors file").hasMessageContaining("of 30000 bytes");
    }

    @Test
    void otherTensorsAreNoLora() throws IOException {
        new SafetensorsFile().random("unet.conv_in.weight", 1, 4, 4).write(model.resolve("loras/w.safetensors"));

        assertThat(refusedWhenPlanned(cat(one("w")))).hasMessageContaining("no LoRA: of its 1 tensors none");
    }

    @Test
    void otherKindsOfAdaptersAreUnsupported() throws IOException {
        new SafetensorsFile()
                .lora(QUERY, 2, 32, 32)
                .random(QUERY + ".dora_scale", 1, 32, 1)
                .write(model.resolve("loras/d.safetensors"));

        ArgumentsException refused = refusedWhenPlanned(cat(one("d")));

        assertThat(refused.unsupported()).isTrue();
        assertThat(refused).hasMessageContaining("is a DoRA");
    }

    @Test
    void factorsThatAreNoPairAreRefused() throws IOException {
        new SafetensorsFile()
                .random(QUERY + ".lora_A.weight", 1, 2, 32)
                .random(QUERY + ".lora_B.weight", 2, 32, 3)
                .write(model.resolve("loras/ranks.safetensors"));
        new SafetensorsFile().random(QUERY + ".lora_A.weight", 1, 2, 32).write(model.resolve("loras/half.safetensors"));

        ArgumentsException refused = refusedWhenPlanned(cat(one("ranks"), one("half")));

        assertThat(refused).hasMessageContaining("[2, 32]").hasMessageContaining("[32, 3]");
        assertThat(refused.problems().get(1).message()).contains("expected two factors");
    }

    @Test
    void factorsOfAnotherModelsShapeAreRefusedAndTheModelIsStillGood() throws IOException {
        new SafetensorsFile().lora(QUERY, 2, 40, 32).write(model.resolve("loras/wide.safetensors"));

        ArgumentsException refused = refusedWhenLoaded(cat(one("a"), one("wide")));

        assertThat(refused.problems().get(0).field()).isEqualTo("loras[1].name");
        assertThat(refused).hasMessageContaining("32 x 40, expected 32 x 32");
    }

    @Test
    void oneThatChangesNothingIsRefused() throws IOException {
        new SafetensorsFile()
                .lora("transformer.blocks.0.attn.to_q", 2, 32, 32)
                .lora("unet.somewhere.else", 2, 32, 32)
                .write(model.resolve("loras/other.safetensors"));

        assertThat(refusedWhenLoaded(cat(one("other"))))
                .hasMessageContaining("loras[0].name: \"other\": changes nothing in \"tiny-sd\"");
    }

    @Test
    void modulesThatTheModelLacksAreLeftOutAndSaid() throws IOException {
        new SafetensorsFile().lora(QUERY, 2, 32, 32).write(model.resolve("loras/less.safetensors"));
        new SafetensorsFile()
                .lora(QUERY, 2, 32, 32)
                .lora("unet.somewhere.else", 2, 32, 32)
                .write(model.resolve("loras/more.safetensors"));
        try (Models models = models();
                Lease<Pipeline> lease = models.lease("tiny-sd", cat(one("more")))) {
            assertThat(lease.model().plan(cat(one("more"))).warnings())
                    .singleElement()
                    .satisfies(w -> assertThat(w.message()).contains("1 of its tensors", "somewhere.else"));
            assertThat(latents(models, cat(one("more"))).data())
                    .isEqualTo(latents(models, cat(one("less"))).data());
        }
    }

    @Test
    void stabilitysNamesChangeTheSameModules() throws IOException {
        Path sdxl = ModelCopies.copy("tiny-sdxl", directory.resolve("tiny-sdxl"));
        new SafetensorsFile()
                .lora("unet.mid_block.attentions.0.proj_in", 2, 32, 32)
                .write(sdxl.resolve("loras/diffusers.safetensors"));
        new SafetensorsFile()
                .kohya("lora_unet_middle_block_1_proj_in", 2, 32, 32)
                .write(sdxl.resolve("loras/kohya.safetensors"));
        try (Models models = models()) {
            Tensor plain = latents(models, "tiny-sdxl", cat());
            Tensor diffusers = latents(models, "tiny-sdxl", cat(one("diffusers")));
            Tensor kohya = latents(models, "tiny-sdxl", cat(one("kohya")));

            assertThat(kohya.data()).isEqualTo(diffusers.data()).isNotEqualTo(plain.data());
        }
    }

    @Test
    void ofScaleZeroItChangesNothingAndAScaleOfTheModelsDefaultsCounts() throws IOException {
        try (Models models = models()) {
            Tensor plain = latents(models, cat());
            Tensor fused = latents(models, cat(one("a")));

            assertThat(latents(models, cat(new Variant.Lora("a", 0))).data()).isEqualTo(plain.data());
            assertThat(fused.data()).isNotEqualTo(plain.data());

            Files.writeString(model.resolve("darkroom.json"), "{\"loras\": [{\"name\": \"a\"}]}");
            try (Models withDefault = models()) {
                assertThat(latents(withDefault, cat()).data()).isEqualTo(fused.data());
                assertThat(withDefault.planner("tiny-sd", cat()).plan(cat()).parameters())
                        .containsEntry("loras", List.of(Map.of("name", "a", "scale", 1.0)));
                assertThat(latents(
                                        withDefault,
                                        cat().toBuilder().loras(List.of()).build())
                                .data())
                        .as("an empty list is none")
                        .isEqualTo(plain.data());
            }
        }
    }

    @Test
    void whatALoraDoesNotTouchIsShared() throws IOException {
        new SafetensorsFile().lora(QUERY, 2, 32, 32).write(model.resolve("loras/unet-only.safetensors"));
        ModelFolder folder = ModelFolder.read("tiny-sd", model);
        OnnxLoader loader = loader();
        try (Networks plain = loader.load(folder);
                Networks fused = loader.load(folder.as(Variant.PLAIN.withLoras(List.of(one("unet-only")))));
                Networks again = loader.load(folder.as(
                        Variant.PLAIN.withLoras(List.of(one("unet-only"))).withVae(null)))) {
            assertThat(fused.textEncoders()).isEqualTo(plain.textEncoders());
            assertThat(fused.decoder()).isSameAs(plain.decoder());
            assertThat(fused.denoiser()).isNotSameAs(plain.denoiser()).isSameAs(again.denoiser());
        }
    }

    @Test
    void halvesAreFusedAsWellAsFloats() throws IOException {
        Path half = ModelCopies.copy("tiny-sd-fp16", directory.resolve("half"));
        ModelCopies.copy(lora("tiny-sd/a"), half.resolve("loras/a"));
        Variant a = Variant.PLAIN.withLoras(List.of(one("a")));

        Tensor floats = encoded(ModelFolder.read("tiny-sd", model).as(a));
        Tensor halves = encoded(ModelFolder.read("half", half).as(a));
        Tensor without = encoded(ModelFolder.read("half", half));

        assertThat(distance(halves, floats)).isLessThan(0.01);
        assertThat(distance(without, floats)).isGreaterThan(0.1);
    }

    private static Tensor encoded(ModelFolder folder) {
        try (Networks networks = loader().load(folder)) {
            TextEncoder encoder = Objects.requireNonNull(networks.textEncoders().get("text_encoder"));
            return encoder.encode(List.of(List.of(1022, 320, 816, 531, 539, 320, 1023)), Set.of("last_hidden_state"))
                    .get(0)
                    .output("last_hidden_state");
        }
    }

    private static double distance(Tensor a, Tensor b) {
        double most = 0;
        for (int i = 0; i < a.size(); i++) {
            most = Math.max(most, Math.abs(a.data()[i] - b.data()[i]));
        }
        return most;
    }

    @Test
    void theDigestTellsLorasApart() {
        ModelFolder plain = ModelFolder.read("tiny-sd", model);

        assertThat(plain.as(Variant.PLAIN.withLoras(List.of(one("a")))).digest())
                .isNotEqualTo(plain.digest());
        assertThat(plain.as(Variant.PLAIN.withLoras(List.of(one("a")))).parts().keySet())
                .contains(model + "/unet with [a x 1.0]", model + "/vae_decoder");
    }
}
