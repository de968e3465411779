package io.darkroom.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.goldens.Goldens;
import io.darkroom.goldens.Npy;
import io.darkroom.goldens.Png;
import io.darkroom.model.Denoiser;
import io.darkroom.model.ElementType;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.Variant;
import io.darkroom.noise.NoiseSource;
import io.darkroom.noise.TorchGenerator;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.tensor.Tensor;
import io.darkroom.text.Tokenizer;
import io.darkroom.text.Tokenizers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Every recorded run of a diffusers pipeline, from the prompt to the pixels, within the tolerance that the goldens'
 * README calls fair. Cases of families and tasks that are not served yet are skipped, saying so.
 */
@Tag("golden")
class PipelineGoldenTest {
    private static final Set<String> MODES =
            Set.of("txt2img", "img2img", "inpaint", "class-conditional", "ddim-inversion", "controlnet");
    private static final NoiseFactory TORCH = new TorchNoise(TorchGenerator.DEFAULT_CUDA_THREADS);
    private static final Set<String> HIDDEN = Set.of("encoder_hidden_states");
    private static final Set<String> POOLED = Set.of("text_embeds", "pooled_projections");
    /** What makes a case one of a feature that comes later. */
    private static final Set<String> LATER = Set.of("vae_tiling");

    @TestFactory
    Stream<DynamicTest> equalsDiffusers() {
        return Goldens.cases().stream()
                .map(GoldenCase::read)
                .filter(c -> c.json().has("pipeline") && c.json().has("arguments"))
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
    }

    private static void check(GoldenCase golden) throws IOException {
        Assumptions.assumeTrue(
                MODES.stream().anyMatch(golden.mode()::startsWith), () -> golden.mode() + " is not served yet");
        LATER.forEach(key -> Assumptions.assumeFalse(golden.json().has(key), () -> key + " is not served yet"));
        Optional<ModelFolder> folder = golden.model();
        Assumptions.assumeTrue(
                folder.isPresent(), () -> "no folder " + golden.json().get("pipeline"));
        checkTokens(golden, folder.get());
        try (LoraModel model = LoraModel.of(golden, folder.get())) {
            for (Variant variant : model.variants()) {
                check(golden, model.folder().as(variant));
            }
        }
    }

    private static void check(GoldenCase golden, ModelFolder folder) {
        Draws draws = new Draws(golden);
        try (Pipeline pipeline =
                planner(folder).open(new OnnxLoader(new Device.Cpu(), (k, r, n) -> {}), draws::generator)) {
            new Run(golden, pipeline, draws).check();
        }
    }

    private static Planner planner(ModelFolder folder) {
        try {
            return Families.planner(folder);
        } catch (ArgumentsException e) {
            Assumptions.assumeFalse(e.unsupported(), e::getMessage);
            throw e;
        }
    }

    private static void checkTokens(GoldenCase golden, ModelFolder folder) {
        golden.json().path("tokens").properties().forEach(e -> checkTokens(e.getValue(), folder.component(e.getKey())));
    }

    private static void checkTokens(JsonNode tokens, Path folder) {
        Tokenizer tokenizer = Tokenizers.read(folder, 77);
        int length = tokens.get("max_length").intValue();
        for (int i = 0; i < tokens.get("prompts").size(); i++) {
            Tokenizer.Tokens actual =
                    tokenizer.encode(tokens.get("prompts").get(i).textValue(), length);
            if (tokens.has("input_ids_padded")) {
                assertThat(actual.ids())
                        .isEqualTo(ids(tokens.get("input_ids_padded").get(i)));
            }
            if (tokens.has("input_ids_unpadded")) {
                assertThat(actual.ids().subList(0, actual.used()))
                        .isEqualTo(ids(tokens.get("input_ids_unpadded").get(i)));
                assertThat(actual.ids().subList(actual.used(), length))
                        .allMatch(id -> id == tokens.get("pad_id").intValue());
            }
        }
    }

    private static List<Integer> ids(JsonNode list) {
        List<Integer> ids = new ArrayList<>();
        list.forEach(id -> ids.add(id.intValue()));
        return ids;
    }

    /**
     * The generators of a case, which note what was drawn. A float16 model's recorded run started from the float32 draw
     * rounded to half, so there that draw is played back.
     */
    private static final class Draws {
        private final GoldenCase golden;
        private final Map<Long, List<Tensor>> drawn = new HashMap<>();

        Draws(GoldenCase golden) {
            this.golden = golden;
        }

        NoiseSource generator(String device, long seed, ElementType type) {
            List<Tensor> noted = drawn.computeIfAbsent(seed, s -> new ArrayList<>());
            NoiseSource torch = TORCH.of(device, seed, type);
            NoiseSource source = type == ElementType.FLOAT16 ? shape -> played(torch.next(shape), seed) : torch;
            return shape -> {
                Tensor next = source.next(shape);
                noted.add(next);
                return next;
            };
        }

        /** What the run was recorded with, once torch's own draw in half is seen to be right. */
        private Tensor played(Tensor drawn, long seed) {
            JsonNode first = golden.json().get("native_float16_draw").get("first8");
            for (int i = 0; i < first.size(); i++) {
                assertThat(drawn.data()[i]).isCloseTo(first.get(i).floatValue(), within(1e-6f));
            }
            return Halves.rounded(
                    Npy.row(golden.original().array("draw_0"), golden.seeds().indexOf(seed)));
        }
    }

    /** One case under way. */
    private record Run(GoldenCase golden, Pipeline pipeline, Draws draws) {

        void check() {
            List<Plan> plans = golden.requests().stream().map(pipeline::plan).toList();
            List<PhasedSampling> pictures = plans.stream()
                    .flatMap(p -> pipeline.begin(p).stream())
                    .map(PhasedSampling.class::cast)
                    .toList();
            checkBeginning(plans, pictures);
            while (!pictures.get(0).done()) {
                String phase = pictures.get(0).phase();
                int before = pictures.get(0).step();
                advanceTogether(pictures);
                checkStep(phase, before, pictures, plans);
            }
            checkEnd(pictures);
        }

        /** All pictures in one call, as the engine would. */
        private void advanceTogether(List<PhasedSampling> pictures) {
            List<Denoiser.Row> rows =
                    pictures.stream().flatMap(p -> p.rows().stream()).toList();
            List<Tensor> outputs = pipeline.evaluate(rows);
            int width = outputs.size() / pictures.size();
            for (int i = 0; i < pictures.size(); i++) {
                List<Tensor> own = outputs.subList(i * width, (i + 1) * width);
                if (pictures.get(i).step() == 0 && golden.has("first_step_guided_output")) {
                    assertClose("first_step_guided_output", pictures.get(i).guided(own), i);
                }
                pictures.get(i).advance(own);
            }
        }

        private void checkBeginning(List<Plan> plans, List<PhasedSampling> pictures) {
            for (int i = 0; i < pictures.size(); i++) {
                PhasedSampling picture = pictures.get(i);
                if (golden.has("first_step_input")) {
                    assertClose("first_step_input", picture.sample(), i);
                }
                List<Denoiser.Row> rows = picture.rows();
                int prompt = plans.size() == 1 ? 0 : i;
                checkText("prompt_embeds", HIDDEN, rows.get(rows.size() - 1), prompt);
                checkText("source_prompt_embeds", HIDDEN, rows.get(rows.size() - 1), prompt);
                checkText("pooled_prompt_embeds", POOLED, rows.get(rows.size() - 1), prompt);
                if (rows.size() == 2) {
                    checkText("negative_prompt_embeds", HIDDEN, rows.get(0), prompt);
                    checkText("negative_pooled_prompt_embeds", POOLED, rows.get(0), prompt);
                }
                if (golden.has("encoded_latents")) {
                    assertClose("encoded_latents", picture.sample(), i);
                }
            }
        }

        /** @param inputs the names that the denoisers have for it */
        private void checkText(String file, Set<String> inputs, Denoiser.Row row, int prompt) {
            if (golden.has(file)) {
                String input = inputs.stream()
                        .filter(row.conditioning().tensors()::containsKey)
                        .findFirst()
                        .orElseThrow();
                Tensor actual = row.conditioning().tensor(input);
                assertThat(worst(actual, Npy.row(golden.array(file), prompt)))
                        .as(file)
                        .isLessThanOrEqualTo(5e-5);
            }
        }

        private void checkStep(String phase, int before, List<PhasedSampling> pictures, List<Plan> plans) {
            int inversionSteps = phase.equals("denoise") && plans.get(0).task() == Task.INVERSION
                    ? pictures.get(0).steps() / 3 * 2
                    : 0;
            String file =
                    switch (phase) {
                        case "denoise" -> "latents_after_step_" + (before - inversionSteps);
                        case "invert" -> "inverted_after_step_" + before;
                        default -> "";
                    };
            if (golden.has(file) && !golden.json().has("native_float16_draw")) {
                for (int i = 0; i < pictures.size(); i++) {
                    assertClose(file, pictures.get(i).sample(), i);
                }
            }
        }

        private void checkEnd(List<PhasedSampling> pictures) {
            GoldenCase expected = golden.has("latents_final") ? golden : golden.original();
            List<Tensor> pixels =
                    pipeline.decode(pictures.stream().map(Sampling::latents).toList());
            if (golden.json().has("native_float16_draw")) {
                for (int i = 0; i < pictures.size(); i++) {
                    checkPsnr(pixels.get(i), golden.array("image"), i);
                    checkPsnr(pixels.get(i), golden.original().array("image"), i);
                }
                return;
            }
            List<Png> pngs = expected.pictures();
            assertThat(pngs).hasSize(pictures.size());
            for (int i = 0; i < pictures.size(); i++) {
                assertClose(expected, "latents_final", pictures.get(i).latents(), i);
                if (golden.has("inverted_final")) {
                    assertClose("inverted_final", pictures.get(i).ends().get(0), i);
                }
                if (golden.has("reconstructed_latents")) {
                    Tensor reconstructed = pictures.get(i).ends().get(1);
                    assertClose("reconstructed_latents", reconstructed, i);
                    checkPng(pipeline.decode(List.of(reconstructed)).get(0), golden.picture("reconstructed"));
                }
                if (expected.has("image")) {
                    assertThat(worst(pixels.get(i), chw(expected.array("image"), i)))
                            .as("image")
                            .isLessThanOrEqualTo(2e-4);
                }
                checkPng(pixels.get(i), pngs.get(i));
            }
            checkDraws();
        }

        private void checkDraws() {
            for (int i = 0; i < golden.seeds().size(); i++) {
                List<Tensor> drawn = draws.drawn.getOrDefault(golden.seeds().get(i), List.of());
                for (int k = 0; k < drawn.size(); k++) {
                    Optional<Tensor> recorded = golden.draw(i, k);
                    if (recorded.isPresent()) {
                        assertThat(worst(drawn.get(k), recorded.get()))
                                .as(golden.name() + " draw " + k)
                                .isLessThanOrEqualTo(2e-6);
                    }
                }
                if (golden.draws().isPresent()) {
                    assertThat(drawn).hasSize(golden.draws().getAsInt());
                }
            }
        }

        private void assertClose(String file, Tensor actual, int row) {
            assertClose(golden, file, actual, row);
        }

        private static void assertClose(GoldenCase golden, String file, Tensor unpacked, int row) {
            Tensor expected = Npy.row(golden.array(file), row);
            // FLUX's latents are recorded as patches.
            Tensor actual = expected.rank() == 2 ? Flux.pack(unpacked) : unpacked;
            double largest = largest(expected);
            double fair = 2e-4 + 3e-5 * largest;
            if (golden.isPndm()) {
                fair = Math.max(fair, 1e-4 * largest);
            }
            assertThat(worst(actual, expected)).as(golden.name() + " " + file).isLessThanOrEqualTo(fair);
        }

        /** One level in at most one of a hundred values. */
        private static void checkPng(Tensor pixels, Png expected) {
            assertThat(pixels.shape()).containsExactly(3, expected.height(), expected.width());
            int differing = 0;
            int size = expected.height() * expected.width();
            for (int i = 0; i < size; i++) {
                for (int c = 0; c < 3; c++) {
                    int level = (int) Math.rint(pixels.data()[c * size + i] * 255f);
                    int difference = Math.abs(level - (expected.rgb()[i * 3 + c] & 0xFF));
                    assertThat(difference).as("levels").isLessThanOrEqualTo(1);
                    differing += difference;
                }
            }
            assertThat(differing).as("values that differ").isLessThanOrEqualTo(3 * size / 100);
        }

        private void checkPsnr(Tensor pixels, Tensor image, int row) {
            Tensor expected = chw(image, row);
            double sum = 0;
            for (int i = 0; i < pixels.size(); i++) {
                double d = (double) pixels.data()[i] - expected.data()[i];
                sum += d * d;
            }
            assertThat(-10 * Math.log10(sum / pixels.size()))
                    .as(golden.name() + " PSNR in dB")
                    .isGreaterThanOrEqualTo(45);
        }

        private static Tensor chw(Tensor nhwc, int row) {
            Tensor hwc = Npy.row(nhwc, row);
            int pixels = hwc.dim(0) * hwc.dim(1);
            float[] out = new float[3 * pixels];
            IntStream.range(0, out.length).forEach(i -> out[i % 3 * pixels + i / 3] = hwc.data()[i]);
            return Tensor.of(out, 3, hwc.dim(0), hwc.dim(1));
        }

        private static double largest(Tensor tensor) {
            double largest = 0;
            for (float v : tensor.data()) {
                largest = Math.max(largest, Math.abs(v));
            }
            return largest;
        }

        private static double worst(Tensor actual, Tensor expected) {
            assertThat(actual.shape()).isEqualTo(expected.shape());
            double worst = 0;
            for (int i = 0; i < actual.size(); i++) {
                double d = Math.abs((double) actual.data()[i] - expected.data()[i]);
                worst = Double.isNaN(d) ? Double.POSITIVE_INFINITY : Math.max(worst, d);
            }
            return worst;
        }
    }
}
