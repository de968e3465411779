package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.darkroom.goldens.Goldens;
import io.darkroom.image.LatentColours;
import io.darkroom.job.Bytes;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Limits;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RenderJob;
import io.darkroom.job.Rendered;
import io.darkroom.job.Renderer;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.model.Lease;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.pipeline.Arguments;
import io.darkroom.pipeline.InputImage;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.Pipeline;
import io.darkroom.pipeline.Sampling;
import io.darkroom.pipeline.TestModels;
import io.darkroom.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Previews of jobs on the starter and on the recorded small models, run by ONNX Runtime on the CPU. */
class PreviewsTest {
    /** How far a latent's colour may be off, of 255: the mean over colours and latents. */
    private static final double NEAR = 20;

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int BASE64_MOST = 32 * 1024;
    private static final String LAKE = "\"prompt\":\"a lake at sunset\",\"seed\":7,\"num_inference_steps\":8";

    private ExecutorService beside;
    private RequestParser parser;
    private Engine engine;

    @BeforeEach
    void start() {
        beside = Executors.newFixedThreadPool(2);
        CallMeter meter = new CallMeter((kind, rows, nanos) -> {});
        Models models = models(meter);
        parser = new RequestParser(Limits.DEFAULTS, new ModelCheck(models, Limits.DEFAULTS));
        engine = new Engine(
                "cpu",
                models,
                meter,
                new Engine.Settings(4, 16, false),
                new Engine.Helpers((field, at) -> picture(), beside, beside, broken -> {}));
        engine.start();
    }

    @AfterEach
    void stop() {
        engine.close();
        beside.shutdown();
    }

    private static Models models(CallMeter meter) {
        return TestModels.starter(Goldens.repository().resolve("pipelines"), new OnnxLoader(new Device.Cpu(), meter));
    }

    private static InputImage picture() {
        byte[] rgb = new byte[3 * 64 * 64];
        new Random(5).nextBytes(rgb);
        return new InputImage(rgb, 64, 64);
    }

    /** A finished job, and its steps with previews in their order. */
    private record Told(Rendered rendered, List<Renderer.Step> previews) {
        List<Integer> steps() {
            return previews.stream().map(Renderer.Step::step).toList();
        }

        BufferedImage picture() throws IOException {
            return image(rendered.pictures().get(0).content());
        }

        BufferedImage preview(int which) throws IOException {
            return image(Objects.requireNonNull(previews.get(which).preview()).content());
        }
    }

    private static BufferedImage image(Bytes content) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(content.array()));
    }

    private Told render(String fields) throws InterruptedException {
        Heard heard = given(fields);
        Rendered rendered = heard.pictures();
        // A preview may come after the picture; the next job's comes after it.
        Heard next = given("\"prompt\":\"\",\"num_inference_steps\":1,\"preview_every\":1");
        await().atMost(PATIENCE).until(() -> !next.steps.isEmpty());
        return new Told(
                rendered,
                heard.steps.stream()
                        .filter(s -> s.preview() != null)
                        .sorted(Comparator.comparingInt(Renderer.Step::step))
                        .toList());
    }

    private Heard given(String fields) {
        ParsedRequest parsed = parser.parse(new IncomingRecord(
                new Source("requests", 0, 0, null),
                "t",
                0,
                null,
                Bytes.utf8("{\"id\":\"a\"," + fields + "}"),
                List.of()));
        if (!(parsed instanceof ParsedRequest.Valid valid)) {
            throw new AssertionError(fields + ": " + parsed);
        }
        Heard heard = new Heard();
        engine.render(new RenderJob(valid.key(), valid.request(), 1), heard);
        return heard;
    }

    @Test
    void aPreviewComesEverySoManyStepsAndIsASmallJpeg() throws Exception {
        Told told = render(LAKE + ",\"preview_every\":3");

        assertThat(told.steps()).containsExactly(3, 6);
        assertThat(told.previews()).extracting(Renderer.Step::preview).allSatisfy(preview -> {
            Renderer.Preview seen = Objects.requireNonNull(preview);
            assertThat(seen.mediaType()).isEqualTo("image/jpeg");
            assertThat(seen.content().array()).startsWith(0xFF, 0xD8, 0xFF);
            assertThat(seen.content().size() * 4 / 3).isLessThan(BASE64_MOST);
        });
        assertThat(told.preview(0).getWidth()).isEqualTo(told.picture().getWidth());
        assertThat(told.preview(0).getHeight()).isEqualTo(told.picture().getHeight());
    }

    @Test
    void theLastPreviewLooksLikeThePicture() throws Exception {
        Told told = render(LAKE + ",\"preview_every\":8");

        double off = difference(blocks(told.preview(0)), blocks(told.picture()));

        assertThat(off).as("mean difference of 8x8 blocks, of 255").isLessThan(NEAR);
    }

    @Test
    void previewsChangeNothing() throws Exception {
        Told with = render(LAKE + ",\"preview_every\":1");
        Told without = render(LAKE);

        assertThat(with.steps()).hasSize(8);
        assertThat(without.previews()).isEmpty();
        assertThat(with.picture().getRGB(0, 0, 128, 128, null, 0, 128))
                .isEqualTo(without.picture().getRGB(0, 0, 128, 128, null, 0, 128));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny-sd", "tiny-sdxl", "tiny-sd3", "tiny-flux", "tiny-lcm", "tiny-sd-fp16"})
    void everyFamilyHasThem(String model) throws Exception {
        Told told = render("\"model\":\"" + model
                + "\",\"prompt\":\"a cat\",\"width\":64,\"height\":64,\"num_inference_steps\":4,\"preview_every\":2");

        assertThat(told.steps()).containsExactly(2, 4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // Half of the steps are left out.
                "\"image\":{\"key\":\"in.png\"},\"strength\":0.5,\"num_inference_steps\":8 | 2,4",
                // Up, down, and down again: 4 steps each.
                "\"image\":{\"key\":\"in.png\"},\"inversion\":{\"prompt\":\"a dog\"},\"num_inference_steps\":4 | 2,4,6,8,10,12"
            })
    void tasksThatStartFromAPictureHaveThem(String fields, String steps) throws Exception {
        Told told = render("\"prompt\":\"a cat\",\"width\":64,\"height\":64,\"preview_every\":2," + fields);

        assertThat(told.steps()).extracting(String::valueOf).containsExactly(steps.split(","));
    }

    @Test
    void stepsOfAnInversionSayWhatTheyAreFor() throws Exception {
        Heard heard = given("\"prompt\":\"a cat\",\"width\":64,\"height\":64,\"image\":{\"key\":\"in.png\"},"
                + "\"inversion\":{\"prompt\":\"a dog\"},\"num_inference_steps\":2");
        heard.pictures();

        assertThat(heard.steps)
                .extracting(step -> step.phase() + " " + step.step())
                .containsExactly("invert 1", "invert 2", "reconstruct 3", "reconstruct 4", "denoise 5", "denoise 6");
    }

    @Test
    void ofSeveralPicturesTheFirstIsSeen() throws Exception {
        Told told = render("\"prompt\":\"a cat\",\"width\":64,\"height\":64,\"num_inference_steps\":4,"
                + "\"num_images_per_prompt\":3,\"preview_every\":2");

        assertThat(told.rendered().pictures()).hasSize(3);
        assertThat(told.previews()).hasSizeBetween(2, 6);
    }

    @Test
    void ofASweepThePicturesThatTakeLongerAreSeenLater() throws Exception {
        Told told = render("\"prompt\":\"a cat\",\"width\":64,\"height\":64,\"preview_every\":2,"
                + "\"sweep\":{\"num_inference_steps\":[2,6]}");

        assertThat(told.rendered().pictures()).hasSize(2);
        assertThat(told.previews()).hasSizeBetween(3, 4);
    }

    @Test
    void theMapThatAModelIsFittedIsBetterThanNoneAndGetsBetterWithItsPictures() {
        CallMeter meter = new CallMeter((kind, rows, nanos) -> {});
        try (Models own = models(meter);
                Lease<Pipeline> lease = own.lease("starter")) {
            Pipeline pipeline = lease.model();
            Tensor latents = latents(pipeline);
            Tensor pixels = pipeline.decode(List.of(latents)).get(0);
            LatentColours fitted = Previews.fitted(pipeline::decode, latents.shape());
            Random random = new Random(3);
            LatentColours guessed = LatentColours.of(latents.dim(0));
            for (Tensor sample : SampleLatents.of(latents.shape(), 4, random)) {
                guessed = guessed.with(sample, noise(pixels.shape(), random), 1);
            }

            double off = difference(fitted.apply(latents), pixels);
            double offByChance = difference(guessed.apply(latents), pixels);
            double offOnceSeen = difference(fitted.with(latents, pixels, 1).apply(latents), pixels);

            assertThat(off).isLessThan(NEAR);
            assertThat(off).isLessThan(offByChance / 2);
            assertThat(offOnceSeen).isLessThan(off);
        }
    }

    private static Tensor latents(Pipeline pipeline) {
        Sampling picture = pipeline.begin(pipeline.plan(Arguments.builder()
                        .prompt("a lake at sunset")
                        .seed(7L)
                        .numInferenceSteps(8)
                        .build()))
                .get(0);
        while (!picture.done()) {
            picture.advance(pipeline.evaluate(picture.rows()));
        }
        return picture.latents();
    }

    private static Tensor noise(int[] shape, Random random) {
        float[] data = new float[Tensor.elements(shape)];
        for (int i = 0; i < data.length; i++) {
            data[i] = random.nextFloat();
        }
        return Tensor.of(data, shape);
    }

    /** Of a latent's colour from the mean of its pixels, of 255. */
    private static double difference(Tensor colours, Tensor pixels) {
        int h = colours.dim(1);
        int w = colours.dim(2);
        double[] means = new double[colours.size()];
        int factor = pixels.dim(1) / h;
        for (int i = 0; i < pixels.size(); i++) {
            int row = i / pixels.dim(2);
            means[row / factor * w + i % pixels.dim(2) / factor] += pixels.data()[i] / (double) (factor * factor);
        }
        double[] own = new double[means.length];
        for (int i = 0; i < own.length; i++) {
            own[i] = 255.0 * colours.data()[i];
            means[i] *= 255;
        }
        return difference(own, means);
    }

    private static double difference(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs(a[i] - b[i]);
        }
        return sum / a.length;
    }

    /** The mean colour of each 8x8 pixels. */
    private static double[] blocks(BufferedImage image) {
        int across = image.getWidth() / 8;
        double[] means = new double[3 * across * (image.getHeight() / 8)];
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                for (int c = 0; c < 3; c++) {
                    means[3 * (y / 8 * across + x / 8) + c] += (image.getRGB(x, y) >> (8 * c) & 0xFF) / 64.0;
                }
            }
        }
        return means;
    }
}
