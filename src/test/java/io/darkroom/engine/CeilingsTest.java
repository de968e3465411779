package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.goldens.Goldens;
import io.darkroom.job.Bytes;
import io.darkroom.job.Failure;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Limits;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.Problem;
import io.darkroom.job.RenderJob;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.model.BuiltInModels;
import io.darkroom.noise.TorchGenerator;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.pipeline.Arguments;
import io.darkroom.pipeline.InputImage;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.Plan;
import io.darkroom.pipeline.TorchNoise;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Limits on what a request comes to once model and input picture have had their say, on a recorded small model. */
class CeilingsTest {
    private static final long PIXELS = 128L * 128;
    private static final Limits LIMITS =
            new Limits(1 << 20, 1024, PIXELS, 50, 4, 8, 64 * 64 * 20, 1 << 20, 1 << 20, 1024);
    private static final int TOO_WIDE = 192;

    private static Models models;
    private static Engine engine;

    @BeforeAll
    static void start() {
        models = new Models(
                Goldens.repository().resolve("pipelines"),
                List.of(BuiltInModels.starter()),
                Optional.of("tiny-sd"),
                Long.MAX_VALUE,
                new OnnxLoader(new Device.Cpu(), (kind, rows, nanos) -> {}),
                new TorchNoise(TorchGenerator.DEFAULT_CUDA_THREADS));
        engine = new Engine(
                "cpu",
                models,
                new CallMeter((kind, rows, nanos) -> {}),
                new Engine.Settings(1, 1, false, Duration.ofSeconds(30), LIMITS),
                new Engine.Helpers(
                        (field, at) -> new InputImage(new byte[3 * TOO_WIDE * 128], TOO_WIDE, 128),
                        Runnable::run,
                        Runnable::run,
                        broken -> {}));
        engine.start();
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    @Test
    void stepsTimesPixelsTimesPicturesAreLimitedWithTheModelsOwnDefaults() {
        assertThat(problems("\"num_inference_steps\":20")).isEmpty();
        assertThat(problems("\"num_inference_steps\":10,\"num_images_per_prompt\":2"))
                .isEmpty();

        assertThat(problems("\"num_inference_steps\":21")).singleElement().satisfies(problem -> {
            assertThat(problem.field()).isEqualTo("num_inference_steps");
            assertThat(problem.code()).isEqualTo(Failure.Code.TOO_LARGE);
            assertThat(problem.message())
                    .isEqualTo("expected at most 81920 (darkroom.limits.pixel-steps), got "
                            + "64 x 64 pixels x 21 evaluations x 1 pictures = 86016");
        });
        assertThat(problems("\"num_inference_steps\":11,\"num_images_per_prompt\":2"))
                .hasSize(1);
        assertThat(problems("\"width\":128,\"num_inference_steps\":11")).hasSize(1);
    }

    @Test
    void aSweepCountsAsAWhole() {
        assertThat(problems("\"sweep\":{\"num_inference_steps\":[5,15]}")).isEmpty();
        assertThat(problems("\"sweep\":{\"num_inference_steps\":[5,16]}"))
                .extracting(Problem::field)
                .containsExactly("num_inference_steps");
    }

    @Test
    void whatIsTooLargeIsToldWithWhatIsWrongOtherwise() {
        assertThat(problems("\"width\":512,\"clip_skip\":3"))
                .extracting(Problem::field)
                .containsExactly("clip_skip", "width");
        assertThat(problems("\"clip_skip\":3,\"sweep\":{\"width\":[64,512]}"))
                .extracting(Problem::field)
                .contains("clip_skip", "width");
        assertThat(problems("\"width\":128,\"clip_skip\":3"))
                .extracting(Problem::field)
                .containsExactly("clip_skip");
    }

    /** A scheduler of the request's own making takes no more evaluations than its steps are worth. */
    @Test
    void evaluationsAreLimitedWithTheSteps() {
        Plan plan = models.planner("tiny-sd")
                .plan(Arguments.builder().prompt("a cat").seed(1L).build());
        Limits limits = new Limits(1 << 20, 1024, PIXELS, 50, 4, 8, Long.MAX_VALUE, 1 << 20, 1 << 20, 1024);

        assertThat(new Ceilings(limits).problems(List.of(evaluated(plan, 3 * 50 + 9)), false))
                .isEmpty();
        assertThat(new Ceilings(limits).problems(List.of(plan, evaluated(plan, 499_999)), true))
                .containsExactly(new Problem(
                        "num_inference_steps",
                        "expected at most 159 evaluations, those of 50 steps (darkroom.limits.steps), "
                                + "got 499999 evaluations of the model",
                        Failure.Code.TOO_LARGE));
    }

    private static Plan evaluated(Plan plan, int evaluations) {
        return new Plan(
                plan.task(),
                plan.arguments(),
                plan.scheduler(),
                plan.width(),
                plan.height(),
                evaluations,
                plan.parameters(),
                plan.warnings());
    }

    /** IPNDM runs as many steps as it has betas. */
    @Test
    void aSchedulersOwnBetasMakeNoMoreStepsThanAreAskedFor() {
        String ipndm = ",\"scheduler\":{\"_class_name\":\"IPNDMScheduler\",\"trained_betas\":[1,0.5,0.2,0]}";

        assertThat(problems("\"num_inference_steps\":3" + ipndm)).isEmpty();
        assertThat(problems("\"num_inference_steps\":1" + ipndm))
                .containsExactly(new Problem(
                        "scheduler.trained_betas",
                        "4 values for num_inference_steps = 1; IPNDMScheduler takes one more than steps, 2"));
    }

    @Test
    void aPictureThatWouldMakeALargerOneThanAllowedEndsItsJob() throws InterruptedException {
        Heard heard = new Heard();
        ParsedRequest request = parse("\"image\":{\"key\":\"a.png\"},\"strength\":0.5,\"num_inference_steps\":2");

        engine.render(new RenderJob(request.key(), ((ParsedRequest.Valid) request).request(), 1), heard);

        Failure failure = (Failure) heard.end();
        assertThat(failure.code()).isEqualTo(Failure.Code.TOO_LARGE);
        assertThat(failure.problems())
                .extracting(Problem::message)
                .containsExactly("expected at most 16384 pixels (darkroom.limits.pixels), got 192 x 128 pixels");
    }

    private static List<Problem> problems(String fields) {
        return parse(fields) instanceof ParsedRequest.Invalid invalid
                ? invalid.failure().problems()
                : List.of();
    }

    private static ParsedRequest parse(String fields) {
        String scheduler = fields.contains("scheduler") ? "" : "\"scheduler\":\"ddim\",";
        String json = "{\"id\":\"a\",\"prompt\":\"a cat\"," + scheduler + fields + "}";
        return new RequestParser(LIMITS, new ModelCheck(models, LIMITS))
                .parse(new IncomingRecord(
                        new Source("requests", 0, 0, null), "t", 0, null, Bytes.utf8(json), List.of()));
    }
}
