package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.darkroom.goldens.ModelCopies;
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
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.pipeline.InputImage;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model's own defaults for what is no argument of a pipeline, from the request to the file; run by ONNX Runtime. */
class CompletionTest {
    private static final String CAT = "\"model\":\"tiny-sd\",\"prompt\":\"a cat\",\"num_inference_steps\":4";

    @TempDir
    private Path directory;

    private Path defaults;
    private RequestParser parser;
    private Engine engine;

    @BeforeEach
    void start() throws IOException {
        defaults = ModelCopies.copy("tiny-sd", directory.resolve("tiny-sd")).resolve("darkroom.json");
        CallMeter meter = new CallMeter((kind, rows, nanos) -> {});
        Models models = TestModels.starter(directory, new OnnxLoader(new Device.Cpu(), meter));
        parser = new RequestParser(Limits.DEFAULTS, new ModelCheck(models, Limits.DEFAULTS));
        engine = new Engine(
                "cpu",
                models,
                meter,
                new Engine.Settings(1, 8, false),
                new Engine.Helpers(
                        (field, at) -> new InputImage(new byte[3], 1, 1), Runnable::run, Runnable::run, broken -> {}));
        engine.start();
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void whatARequestLeavesOpenTheModelFillsIn() throws Exception {
        Files.writeString(
                defaults,
                "{\"seed\": 77, \"preview_every\": 2, \"output\": {\"format\": \"jpeg\", \"quality\": 50, \"metadata\": false}}");

        Heard heard = render(CAT);
        Rendered rendered = (Rendered) heard.end();

        assertThat(rendered.pictures()).singleElement().satisfies(picture -> {
            assertThat(picture.fileName()).isEqualTo("0.jpg");
            assertThat(picture.seed()).isEqualTo(77);
        });
        assertThat(rendered.parameters())
                .containsEntry("seed", 77L)
                .containsEntry(
                        "output", Map.of("prefix", "renders", "format", "jpeg", "quality", 50, "metadata", false));
        // Those are made beside the device, and may be told after the end.
        await().untilAsserted(() -> assertThat(heard.steps)
                .filteredOn(step -> step.preview() != null)
                .hasSize(2));
    }

    @Test
    void theRequestGoesBeforeAndSoDoesWhatItSweeps() throws Exception {
        Files.writeString(defaults, "{\"seed\": 77, \"output\": {\"format\": \"jpeg\"}}");

        Rendered own = (Rendered)
                render(CAT + ",\"seed\":5,\"output\":{\"format\":\"png\"}").end();
        Rendered seeds = (Rendered) render(CAT + ",\"sweep\":{\"seed\":[5,6]}").end();
        Rendered scales =
                (Rendered) render(CAT + ",\"sweep\":{\"guidance_scale\":[1,2]}").end();

        assertThat(own.pictures()).extracting(Rendered.Picture::fileName).containsExactly("0.png");
        assertThat(own.pictures()).extracting(Rendered.Picture::seed).containsExactly(5L);
        assertThat(seeds.pictures()).extracting(Rendered.Picture::seed).containsExactly(5L, 6L);
        assertThat(scales.pictures()).extracting(Rendered.Picture::seed).containsExactly(77L, 77L);
    }

    @Test
    void picturesAreLimitedWithTheModelsOwnDefaults() throws IOException {
        Files.writeString(defaults, "{\"num_images_per_prompt\": 5}");

        assertThat(problems(CAT)).isEmpty();
        assertThat(problems(CAT + ",\"sweep\":{\"guidance_scale\":[1,2,3,4,5,6,7,8,9,10,11,12,13]}"))
                .containsExactly(new Problem(
                        "num_images_per_prompt",
                        "expected at most 64 pictures (darkroom.limits.sweep), got 65 pictures in all",
                        Failure.Code.TOO_LARGE));
    }

    /** Were it the request's fault, it would end; so it waits, and the file is read anew when its turn comes. */
    @Test
    void aFileThatIsMendedAfterTheRequestWasReadHolds() throws Exception {
        Files.writeString(defaults, "{\"sead\": 77}");

        ParsedRequest request = parse(CAT);
        Files.writeString(defaults, "{\"seed\": 77}");

        Rendered rendered = (Rendered) render(request).end();
        assertThat(rendered.pictures()).extracting(Rendered.Picture::seed).containsExactly(77L);
    }

    private List<Problem> problems(String fields) {
        return parse(fields) instanceof ParsedRequest.Invalid invalid
                ? invalid.failure().problems()
                : List.of();
    }

    private Heard render(String fields) {
        return render(parse(fields));
    }

    private Heard render(ParsedRequest request) {
        Heard heard = new Heard();
        engine.render(new RenderJob(request.key(), ((ParsedRequest.Valid) request).request(), 1), heard);
        return heard;
    }

    private ParsedRequest parse(String fields) {
        return parser.parse(new IncomingRecord(
                new Source("requests", 0, 0, null), "t", 0, null, Bytes.utf8("{" + fields + "}"), List.of()));
    }
}
