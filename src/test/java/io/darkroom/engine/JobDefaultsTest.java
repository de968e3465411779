package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.goldens.ModelCopies;
import io.darkroom.job.Bytes;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Limits;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.Problem;
import io.darkroom.job.RenderRequest;
import io.darkroom.job.RequestCheck;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.model.BuiltInModels;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.TorchNoise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a model's {@code darkroom.json} says of its jobs, in requests as they are read. */
class JobDefaultsTest {
    private static final String CAT = "\"model\":\"tiny-sd\",\"prompt\":\"a cat\"";
    private static final String IMAGE = "\"image\":{\"key\":\"a.png\"}";
    private static final String PICTURE = "\"id\":\"a\",\"model\":\"tiny-sd\"," + IMAGE;

    @TempDir
    private Path directory;

    private Path defaults;
    private Models models;
    private RequestParser parser;

    @BeforeEach
    void start() throws IOException {
        defaults = ModelCopies.copy("tiny-sd", directory.resolve("tiny-sd")).resolve("darkroom.json");
        models = models();
        parser = new RequestParser(Limits.DEFAULTS, new ModelCheck(models, Limits.DEFAULTS));
    }

    @AfterEach
    void stop() {
        models.close();
    }

    private Models models() {
        return new Models(
                directory,
                List.of(BuiltInModels.starter()),
                Optional.empty(),
                1L << 30,
                new OnnxLoader(new Device.Cpu(), (kind, rows, nanos) -> {}),
                new TorchNoise(270_336),
                folder -> ModelCheck.checkDefaults(folder, Limits.DEFAULTS));
    }

    @Test
    void whatARequestLeavesOpenTheModelFillsIn() throws IOException {
        Files.writeString(
                defaults,
                "{\"priority\": 8, \"tenant\": \"acme\", \"group\": \"turbo\", \"labels\": {\"a\": \"b\"},"
                        + " \"expires_at\": \"2030-01-31T12:00:00Z\","
                        + " \"output\": {\"prefix\": \"turbo\", \"presign_seconds\": 60}}");

        RenderRequest request = valid(CAT);

        assertThat(request.priority()).isEqualTo(8);
        assertThat(request.tenant()).isEqualTo("acme");
        assertThat(request.group()).isEqualTo("turbo");
        assertThat(request.labels()).containsExactly(Map.entry("a", "b"));
        assertThat(request.expiresAt()).isEqualTo(Instant.parse("2030-01-31T12:00:00Z"));
        assertThat(request.output().prefix()).isEqualTo("turbo");
        assertThat(request.output().presignSeconds()).isEqualTo(60);
        assertThat(valid("\"prompt\":\"a cat\"").priority())
                .as("of the only model, unnamed")
                .isEqualTo(8);
    }

    @Test
    void theRequestGoesBefore() throws IOException {
        Files.writeString(
                defaults,
                "{\"priority\": 8, \"labels\": {\"a\": \"b\"}, \"output\": {\"prefix\": \"turbo\", \"presign_seconds\": 60}}");

        RenderRequest request = valid(
                CAT + ",\"priority\":0,\"labels\":{\"c\":\"d\"},\"output\":{\"prefix\":\"own\",\"format\":\"jpeg\"}");

        assertThat(request.priority()).isZero();
        assertThat(request.labels()).containsExactly(Map.entry("c", "d"));
        assertThat(request.output().prefix()).isEqualTo("own");
        assertThat(request.output().format()).isEqualTo(RenderRequest.Format.JPEG);
        assertThat(request.output().presignSeconds()).isEqualTo(60);
    }

    /** So that a request that comes again is known, whatever the worker that reads it has in its file. */
    @Test
    void theDigestIsOfTheRequestAsGiven() throws IOException {
        String plain = valid(CAT).digest();
        Files.writeString(defaults, "{\"group\": \"turbo\"}");

        try (Models anew = models()) {
            parser = new RequestParser(Limits.DEFAULTS, new ModelCheck(anew, Limits.DEFAULTS));
            assertThat(valid(CAT).group()).isEqualTo("turbo");
            assertThat(valid(CAT).digest()).isEqualTo(plain);
        }
    }

    @Test
    void whatTheRequestGivesIsNotSweptByDefault() throws IOException {
        Files.writeString(
                defaults, "{\"sweep\": {\"guidance_scale\": [1, 3], \"seed\": [5, 6], \"contact_sheet\": true}}");

        assertThat(sweep(CAT)).containsOnlyKeys("guidance_scale", "seed");
        assertThat(sweep(CAT + ",\"guidance_scale\":7.5")).containsOnlyKeys("seed");
        assertThat(valid(CAT + ",\"guidance_scale\":7.5,\"seed\":1").sweep()).isNull();
        assertThat(sweep(CAT + ",\"sweep\":{\"eta\":[0,1]}")).containsOnlyKeys("eta");
    }

    @Test
    void aBadOneIsTheModelsFaultAndItsJobsWait() throws IOException {
        Files.writeString(defaults, "{\"priority\": 10, \"labels\": 3}");

        assertThat(models.problems().get("tiny-sd"))
                .contains("darkroom.json: ")
                .contains("priority: expected a whole number from 0 to 9, got 10")
                .contains("labels: expected an object of up to 16 short texts, got 3");
        assertThat(valid(CAT).priority()).isEqualTo(5);
    }

    @Test
    void whileAFolderIsExchangedWhatItSaidLastHolds() throws IOException {
        Files.writeString(defaults, "{\"priority\": 8}");
        assertThat(valid(CAT).priority()).isEqualTo(8);

        Files.writeString(defaults.resolveSibling("unet").resolve("model.onnx"), "half of it");
        assertThatThrownBy(() -> models.lease("tiny-sd")).isInstanceOf(ModelUnavailableException.class);
        Files.writeString(defaults, "{\"priority\": 1");

        assertThatThrownBy(() -> models.planner("tiny-sd")).isInstanceOf(ModelUnavailableException.class);
        assertThat(valid(CAT).priority()).isEqualTo(8);
    }

    /** Whether one of them is filled in where it is accepted: two packages have these names. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"task\": \"reconstruct\"",
                "\"sweep\": {\"guidance_scale\": [1, 3]}",
                "\"priority\": 8",
                "\"tenant\": \"a\"",
                "\"group\": \"a\"",
                "\"labels\": {\"a\": \"b\"}",
                "\"expires_at\": \"2030-01-31T12:00:00Z\"",
                "\"output\": {\"prefix\": \"a\"}",
                "\"output\": {\"presign_seconds\": 9}"
            })
    void eachIsAsIfTheRequestHadGivenIt(String field) throws IOException {
        String request = field.contains("task") ? PICTURE : PICTURE + ",\"prompt\":\"a cat\"";
        RenderRequest given = valid(request + "," + field);
        Files.writeString(defaults, "{" + field + "}");

        try (Models anew = models()) {
            parser = new RequestParser(Limits.DEFAULTS, new ModelCheck(anew, Limits.DEFAULTS));
            assertThat(anew.problems()).doesNotContainKey("tiny-sd");
            assertThat(valid(request))
                    .usingRecursiveComparison()
                    .ignoringFieldsMatchingRegexes(".*digest", ".*fieldsGiven")
                    .isEqualTo(given);
        }
    }

    @Test
    void ofADefaultSweepOnlyHoldsWhatGoesWithTheRequest() throws IOException {
        Files.writeString(
                defaults,
                "{\"sweep\": {\"strength\": [0.5, 1], \"controlnet_conditioning_scale\": [0, 1],"
                        + " \"num_inference_steps\": [4, 8]}}");

        assertThat(sweep(CAT)).containsOnlyKeys("num_inference_steps");
        assertThat(sweep(CAT + "," + IMAGE)).containsOnlyKeys("strength", "num_inference_steps");
        assertThat(sweep(CAT + ",\"scheduler\":\"ddpm\",\"timesteps\":[900,100]"))
                .isEmpty();
        assertThat(sweep(PICTURE + ",\"task\":\"reconstruct\"")).isEmpty();
    }

    @Test
    void aProblemOfAFieldThatTheRequestDoesNotHaveSaysWhereItIs() throws IOException {
        Files.writeString(defaults, "{\"output\": {\"prefix\": \"turbo\"}}");
        RequestCheck places = request -> List.of(new Problem("output.prefix", "expected another"));
        parser = new RequestParser(Limits.DEFAULTS, new ModelCheck(models, Limits.DEFAULTS).and(places));

        assertThat(problem(CAT + ",\"output\":{\"format\":\"jpeg\"}")).contains("darkroom.json");
        assertThat(problem(CAT)).contains("darkroom.json");
        assertThat(problem(CAT + ",\"output\":{\"prefix\":\"own\"}")).doesNotContain("darkroom.json");
    }

    private String problem(String fields) {
        return ((ParsedRequest.Invalid) parser.parse(record(fields)))
                .failure()
                .problems()
                .get(0)
                .message();
    }

    private Map<String, List<Object>> sweep(String fields) {
        RenderRequest.Sweep sweep = valid(fields).sweep();
        return sweep == null ? Map.of() : sweep.values();
    }

    private RenderRequest valid(String fields) {
        ParsedRequest parsed = parser.parse(record(fields));
        assertThat(parsed).isInstanceOf(ParsedRequest.Valid.class);
        return ((ParsedRequest.Valid) parsed).request();
    }

    private static IncomingRecord record(String fields) {
        return new IncomingRecord(
                new Source("requests", 0, 0, null), "t", 0, null, Bytes.utf8("{" + fields + "}"), List.of());
    }
}
