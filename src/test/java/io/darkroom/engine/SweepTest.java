package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.darkroom.goldens.Goldens;
import io.darkroom.goldens.Png;
import io.darkroom.image.PngWriter;
import io.darkroom.job.Bytes;
import io.darkroom.job.Failure;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Limits;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.Problem;
import io.darkroom.job.RenderJob;
import io.darkroom.job.Rendered;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.model.BuiltInModels;
import io.darkroom.noise.TorchGenerator;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.pipeline.InputImage;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.TorchNoise;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** Sweeps on the recorded small models, run by ONNX Runtime on the CPU. */
class SweepTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path PIPELINES = Goldens.repository().resolve("pipelines");
    private static final String CAT =
            "{\"model\":\"tiny-sd\",\"prompt\":\"a photo of a cat\",\"width\":64,\"height\":64,"
                    + "\"num_inference_steps\":3,\"seed\":5,";

    private static ExecutorService beside;
    private static Models models;
    private static Engine engine;
    private static RequestParser parser;

    @BeforeAll
    static void start() {
        beside = Executors.newFixedThreadPool(2);
        models = new Models(
                PIPELINES,
                List.of(BuiltInModels.starter()),
                Optional.of("tiny-sd"),
                Long.MAX_VALUE,
                new OnnxLoader(new Device.Cpu(), (kind, rows, nanos) -> {}),
                new TorchNoise(TorchGenerator.DEFAULT_CUDA_THREADS));
        parser = new RequestParser(Limits.DEFAULTS, new ModelCheck(models, Limits.DEFAULTS));
        engine = new Engine(
                "cpu",
                models,
                new CallMeter((kind, rows, nanos) -> {}),
                new Engine.Settings(4, 16, false),
                new Engine.Helpers((field, at) -> picture(at.key()), beside, beside, broken -> {}));
        engine.start();
    }

    @AfterAll
    static void stop() {
        engine.close();
        beside.shutdown();
    }

    private static InputImage picture(String name) {
        Png png = Png.read(PIPELINES.resolve("inputs").resolve(name));
        return new InputImage(png.rgb(), png.width(), png.height());
    }

    private static ParsedRequest parse(String json) {
        return parser.parse(
                new IncomingRecord(new Source("requests", 0, 0, null), "t", 0, null, Bytes.utf8(json), List.of()));
    }

    private static Rendered render(String json) throws InterruptedException {
        if (parse(json) instanceof ParsedRequest.Valid valid) {
            Heard heard = new Heard();
            engine.render(new RenderJob(valid.key(), valid.request(), 1), heard);
            return heard.pictures();
        }
        throw new AssertionError(json + ": " + parse(json));
    }

    private static List<String> wrong(String json) {
        Failure failure = ((ParsedRequest.Invalid) parse(json)).failure();
        return failure.problems().stream().map(Problem::field).toList();
    }

    private static JsonNode json(Map<String, Object> values) {
        return JSON.valueToTree(values);
    }

    /** The request that the file itself holds. */
    private static ObjectNode recipe(Rendered.Picture picture) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        reader.setInput(ImageIO.createImageInputStream(
                new ByteArrayInputStream(picture.content().array())));
        Node root = reader.getImageMetadata(0).getAsTree("javax_imageio_png_1.0");
        NodeList texts = ((IIOMetadataNode) root).getElementsByTagName("iTXtEntry");
        for (int i = 0; i < texts.getLength(); i++) {
            IIOMetadataNode text = (IIOMetadataNode) texts.item(i);
            if (text.getAttribute("keyword").equals(PngWriter.KEYWORD)) {
                return (ObjectNode) JSON.readTree(text.getAttribute("text"));
            }
        }
        throw new AssertionError("no text called " + PngWriter.KEYWORD);
    }

    /** Each picture's file, its own recipe in it, is byte for byte the one that the recipe makes as a job of its own. */
    @TestFactory
    Stream<DynamicTest> everyPictureIsTheOneThatItsRecipeMakesAlone() {
        return Stream.of(
                        CAT + "\"negative_prompt\":\"blurry\",\"sweep\":{\"guidance_scale\":[1,3,7.5],"
                                + "\"num_inference_steps\":[1,4]}}",
                        CAT + "\"eta\":0.5,\"sweep\":{\"scheduler\":[\"ddim\",\"euler_ancestral\","
                                + "{\"_class_name\":\"DPMSolverMultistepScheduler\",\"use_karras_sigmas\":true},"
                                + "\"heun\"],\"seed\":[0,9007199254740993]}}",
                        CAT + "\"sweep\":{\"prompt\":[\"a red fox\",\"a blue boat\"],\"width\":[64,128],"
                                + "\"guidance_rescale\":[0,0.7]}}",
                        CAT
                                + "\"num_images_per_prompt\":2,\"scheduler\":\"euler\",\"sweep\":{\"timesteps\":[[900,400],[800]]}}",
                        CAT + "\"image\":{\"key\":\"image64.png\"},\"sweep\":{\"strength\":[0.4,1],\"seed\":[1,2]}}",
                        CAT + "\"image\":{\"key\":\"image64.png\"},\"inversion\":{\"prompt\":\"a cat\"},"
                                + "\"sweep\":{\"guidance_scale\":[1,4]}}",
                        CAT.replace("tiny-sd", "tiny-sdxl") + "\"sweep\":{\"crops_coords_top_left\":[[0,0],[8,8]],"
                                + "\"negative_prompt\":[\"blurry\",\"\"]}}",
                        CAT.replace("tiny-sd", "tiny-sd3") + "\"max_sequence_length\":16,"
                                + "\"sweep\":{\"guidance_scale\":[1,5]}}",
                        CAT.replace("tiny-sd", "tiny-flux") + "\"sweep\":{\"guidance_scale\":[1,3.5],"
                                + "\"max_sequence_length\":[16,32]}}",
                        "{\"model\":\"tiny-dit\",\"seed\":3,\"num_inference_steps\":2,"
                                + "\"sweep\":{\"class_labels\":[1,[2,3]],\"guidance_scale\":[1,4]}}")
                .map(request -> DynamicTest.dynamicTest(request, () -> check(request)));
    }

    private static void check(String request) throws Exception {
        List<Rendered.Picture> swept = render(request).pictures();

        assertThat(swept).hasSizeGreaterThan(1);
        List<Bytes> files = new ArrayList<>();
        for (Rendered.Picture picture : swept) {
            List<Rendered.Picture> alone = render(recipe(picture).toString()).pictures();
            assertThat(alone).hasSize(1);
            assertThat(recipe(alone.get(0)).toString())
                    .isEqualTo(recipe(picture).toString());
            assertThat(alone.get(0).content().array())
                    .as("%s", recipe(picture))
                    .isEqualTo(picture.content().array());
            files.add(picture.content());
        }
        assertThat(files).doesNotHaveDuplicates();
    }

    @Test
    void aRecipeMakesAnInpaintingAndAReconstructionAgainToo() throws Exception {
        for (String fields : List.of(
                "\"mask_image\":{\"key\":\"mask64.png\"},\"prompt\":\"a cat\",\"num_inference_steps\":2",
                "\"task\":\"reconstruct\"")) {
            Rendered.Picture picture = render(
                            "{\"model\":\"tiny-sd\",\"seed\":1,\"image\":{\"key\":\"image64.png\"}," + fields + "}")
                    .pictures()
                    .get(0);

            assertThat(render(recipe(picture).toString())
                            .pictures()
                            .get(0)
                            .content()
                            .array())
                    .isEqualTo(picture.content().array());
        }
    }

    @Test
    void outputsComeInTheOrderOfTheFieldsTheLastVaryingFastest() throws Exception {
        Rendered rendered = render(CAT + "\"num_images_per_prompt\":2,"
                + "\"sweep\":{\"num_inference_steps\":[2,1],\"contact_sheet\":true,\"guidance_scale\":[1,7.5]}}");

        List<Rendered.Picture> pictures = rendered.pictures();
        assertThat(pictures)
                .extracting(Rendered.Picture::fileName)
                .containsExactly(
                        "0.png", "1.png", "2.png", "3.png", "4.png", "5.png", "6.png", "7.png", "contact_sheet.png");
        assertThat(pictures).extracting(Rendered.Picture::seed).containsExactly(5L, 6L, 5L, 6L, 5L, 6L, 5L, 6L, null);
        assertThat(pictures.stream().map(p -> json(p.swept()).toString()))
                .containsExactly(
                        "{\"num_inference_steps\":2,\"guidance_scale\":1}",
                        "{\"num_inference_steps\":2,\"guidance_scale\":1}",
                        "{\"num_inference_steps\":2,\"guidance_scale\":7.5}",
                        "{\"num_inference_steps\":2,\"guidance_scale\":7.5}",
                        "{\"num_inference_steps\":1,\"guidance_scale\":1}",
                        "{\"num_inference_steps\":1,\"guidance_scale\":1}",
                        "{\"num_inference_steps\":1,\"guidance_scale\":7.5}",
                        "{\"num_inference_steps\":1,\"guidance_scale\":7.5}",
                        "{}");
    }

    @Test
    void parametersSayWhatAllPicturesShareAndTheSweepAsResolved() throws Exception {
        JsonNode parameters =
                json(render(CAT + "\"sweep\":{\"scheduler\":[\"ddim\",\"euler\"],\"guidance_scale\":[2]}}")
                        .parameters());

        assertThat(parameters.path("num_inference_steps").asInt()).isEqualTo(3);
        assertThat(parameters.path("seed").asInt()).isEqualTo(5);
        assertThat(parameters.has("scheduler")).isFalse();
        assertThat(parameters.has("guidance_scale")).isFalse();
        assertThat(parameters.path("sweep").path("guidance_scale").path(0).asDouble())
                .isEqualTo(2);
        assertThat(parameters.path("sweep").path("scheduler").findValuesAsText("_class_name"))
                .containsExactly("DDIMScheduler", "EulerDiscreteScheduler");
        assertThat(parameters.path("sweep").path("contact_sheet").asBoolean()).isFalse();
    }

    @Test
    void aSweptFieldThatIsAlsoGivenTakesTheSweptValues() throws Exception {
        Rendered rendered = render(CAT + "\"guidance_scale\":7.5,\"sweep\":{\"guidance_scale\":[1,2]}}");

        assertThat(rendered.pictures()).hasSize(2);
        assertThat(recipe(rendered.pictures().get(0)).path("guidance_scale").asDouble())
                .isEqualTo(1);
    }

    @Test
    void withoutASeedAllPicturesHaveTheSame() throws Exception {
        Rendered rendered =
                render("{\"id\":\"a\",\"prompt\":\"x\",\"num_inference_steps\":1,\"width\":64,\"height\":64,"
                        + "\"sweep\":{\"guidance_scale\":[1,2,3]}}");

        assertThat(rendered.pictures().stream().map(Rendered.Picture::seed).distinct())
                .hasSize(1)
                .doesNotContainNull();
    }

    @Test
    void whatATaskMeasuresIsToldOfEachPicture() throws Exception {
        JsonNode measured =
                json(render(CAT + "\"image\":{\"key\":\"image64.png\"},\"inversion\":{\"prompt\":\"a cat\"},"
                                + "\"sweep\":{\"num_inference_steps\":[2,4]}}")
                        .measurements());

        assertThat(StreamSupport.stream(measured.path("outputs").spliterator(), false)
                        .map(Object::toString))
                .hasSize(2)
                .doesNotHaveDuplicates()
                .noneMatch("{}"::equals);
    }

    @Test
    void aCutPromptIsToldByItsPlaceInTheSweep() throws Exception {
        String words = "cat ".repeat(100).strip();

        Rendered rendered = render(CAT + "\"sweep\":{\"prompt\":[\"a cat\",\"" + words + "\"],\"seed\":[1,2]}}");

        assertThat(rendered.warnings()).extracting(Rendered.Warning::field).containsExactly("sweep.prompt[1]");
    }

    @Test
    void everyBadValueIsNamedByItsPlaceAndOnce() {
        assertThat(wrong(CAT + "\"sweep\":{\"guidance_scale\":[1,2,\"x\"],\"seed\":[1,-1]}}"))
                .containsExactlyInAnyOrder("sweep.guidance_scale[2]", "sweep.seed[1]");
        assertThat(wrong(CAT + "\"sweep\":{\"width\":[64,65],\"scheduler\":[\"ddim\",\"dimm\"]}}"))
                .containsExactlyInAnyOrder("sweep.width[1]", "sweep.scheduler[1]._class_name");
        assertThat(wrong(CAT + "\"sweep\":{\"scheduler\":[{\"use_karras_sigma\":true},\"euler\"],\"seed\":[1,2]}}"))
                .containsExactly("sweep.scheduler[0].use_karras_sigma");
        assertThat(wrong(CAT + "\"sweep\":{\"strength\":[0.5,1]}}"))
                .containsExactlyInAnyOrder("sweep.strength[0]", "sweep.strength[1]");
        assertThat(wrong("{\"model\":\"tiny-sd\",\"sweep\":{\"prompt\":[\"a\",5],\"seed\":[1]}}"))
                .containsExactly("sweep.prompt[1]");
        assertThat(wrong(CAT + "\"timesteps\":[900,500],\"sweep\":{\"sigmas\":[[1,0.5]],\"seed\":[1,2]}}"))
                .containsOnlyOnce("sweep.sigmas[0]");
        assertThat(wrong(CAT + "\"sweep\":{\"image\":[{\"key\":\"a.png\"}],\"output\":[{}],\"model\":[\"a\"]}}"))
                .containsExactlyInAnyOrder("sweep.image", "sweep.output", "sweep.model");
        assertThat(wrong(CAT + "\"sweep\":{\"vae\":[\"a\"]}}")).containsExactly("sweep.vae");
    }

    @Test
    void soManyPicturesAreTakenAndOneMoreIsNot() {
        String seeds = "\"seed\":[0,1,2,3,4,5,6,7]";
        String eight = "\"guidance_scale\":[1,2,3,4,5,6,7,8]";
        String nine = "\"guidance_scale\":[1,2,3,4,5,6,7,8,9]";

        assertThat(parse(CAT + "\"sweep\":{" + seeds + "," + eight + "}}")).isInstanceOf(ParsedRequest.Valid.class);
        assertThat(wrong(CAT + "\"sweep\":{" + seeds + "," + nine + "}}")).containsExactly("sweep");
        assertThat(wrong(CAT + "\"num_images_per_prompt\":2,\"sweep\":{" + seeds + ",\"eta\":[0,0.1,0.2,0.3,0.4]}}"))
                .containsExactly("num_images_per_prompt");
        assertThat(wrong("{\"model\":\"tiny-dit\",\"class_labels\":[1,2],\"sweep\":{" + seeds
                        + ",\"num_inference_steps\":[1,2,3,4,5]}}"))
                .containsExactly("class_labels");
    }
}
