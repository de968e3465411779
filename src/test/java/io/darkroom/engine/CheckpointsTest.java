package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.job.Bytes;
import io.darkroom.job.Checkpoint;
import io.darkroom.job.CheckpointName;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.JobKey;
import io.darkroom.job.Limits;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RenderJob;
import io.darkroom.job.Rendered;
import io.darkroom.job.RequestCheck;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.TestModels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Jobs on the starter that are written down after each step, and taken up by another engine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CheckpointsTest {
    private static final RequestParser PARSER = new RequestParser(Limits.DEFAULTS, RequestCheck.none());
    private static final String FIELDS =
            """
            "prompt":"a red apple","num_inference_steps":5,"num_images_per_prompt":2,"scheduler":"dpmpp_2m_sde",
            "guider":{"_class_name":"AdaptiveProjectedGuidance","adaptive_projected_guidance_momentum":-0.5}
            """;
    private static final RenderJob JOB = job(FIELDS, 1, null);

    private final ExecutorService beside = Executors.newFixedThreadPool(2);
    private Engine engine;
    private Heard undisturbed;
    private Rendered expected;

    @BeforeAll
    void renderUndisturbed(@TempDir Path noModels) throws InterruptedException {
        engine = engine(noModels);
        undisturbed = render(JOB);
        expected = undisturbed.pictures();
    }

    @AfterAll
    void close() {
        engine.close();
        beside.shutdown();
    }

    private Engine engine(Path noModels) {
        CallMeter meter = new CallMeter((kind, rows, nanos) -> {});
        Models models = TestModels.starter(noModels, new OnnxLoader(new Device.Cpu(), meter));
        Engine made = new Engine(
                "cpu",
                models,
                meter,
                // One picture's rows a call: then it is known which steps there are.
                new Engine.Settings(2, 2, false),
                new Engine.Helpers(
                        (field, at) -> {
                            throw new IllegalStateException("no input pictures here");
                        },
                        beside,
                        beside,
                        broken -> {
                            throw new IllegalStateException(broken);
                        },
                        Memory.UNKNOWN,
                        Duration.ofNanos(1)));
        made.start();
        return made;
    }

    private static RenderJob job(String fields, int attempt, Checkpoint.@Nullable Stored checkpoint) {
        Bytes json = Bytes.utf8("{\"id\":\"a\"," + fields + "}");
        IncomingRecord record = new IncomingRecord(new Source("requests", 0, 0, null), "t", 0, null, json, List.of());
        if (PARSER.parse(record) instanceof ParsedRequest.Valid valid) {
            return new RenderJob(valid.key(), valid.request(), attempt, attempt > 1, checkpoint);
        }
        throw new AssertionError("not valid: " + PARSER.parse(record));
    }

    private Heard render(RenderJob job) {
        Heard heard = new Heard();
        engine.render(job, heard);
        return heard;
    }

    private Checkpoint.Stored made(int step) {
        Checkpoint found = undisturbed.checkpoints.stream()
                .filter(c -> c.step() == step)
                .findFirst()
                .orElseThrow();
        return new Checkpoint.Stored(new CheckpointName(1, step), found.content());
    }

    @Test
    void afterEachStepButTheLastThereIsACheckpoint() {
        assertThat(undisturbed.checkpoints)
                .extracting(Checkpoint::step)
                .containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void aJobThatGoesOnFromAnyCheckpointEndsInTheSameFilesAndMakesOnlyTheStepsThatAreLeft() throws Exception {
        for (int step = 1; step <= 9; step++) {
            Heard resumed = render(job(FIELDS, 2, made(step)));

            Rendered actual = resumed.pictures();

            assertThat(actual.pictures()).isEqualTo(expected.pictures());
            assertThat(resumed.resumed).hasSize(1);
            assertThat(resumed.resumed.get(0).keySet()).containsExactly(1);
            assertThat(resumed.news.stream().filter(n -> n.startsWith("step")))
                    .first()
                    .isEqualTo("step " + (step + 1) + "/10");
        }
    }

    @Test
    void aCheckpointOfAResumedJobTellsWhatEachAttemptSpent() throws Exception {
        Heard second = render(job(FIELDS, 2, made(4)));
        second.pictures();
        Checkpoint later = second.checkpoints.stream()
                .filter(c -> c.step() == 8)
                .findFirst()
                .orElseThrow();

        Heard third = render(job(FIELDS, 3, new Checkpoint.Stored(new CheckpointName(2, 8), later.content())));

        assertThat(third.pictures().pictures()).isEqualTo(expected.pictures());
        assertThat(third.resumed.get(0).keySet()).containsExactlyInAnyOrder(1, 2);
        assertThat(third.resumed.get(0).get(2)).isEqualTo(later.deviceMs());
    }

    @Test
    void aDamagedCheckpointIsRefusedAlone() throws Exception {
        byte[] damaged = made(4).content().array().clone();
        damaged[damaged.length - 5] ^= 1;

        Heard heard = render(job(FIELDS, 2, new Checkpoint.Stored(new CheckpointName(1, 4), Bytes.of(damaged))));

        assertThat(heard.nextUnusable()).isFalse();
        assertThat(heard.news).isEmpty();
    }

    @Test
    void aCheckpointOfAnotherModelRequestOrVersionIsRefusedWithAllOfItsAttempt() throws Exception {
        CheckpointFile file = CheckpointFile.read(made(4).content());
        for (String key : List.of("version", "model_digest", "request_digest", "plan_digest", "job", "format")) {
            Map<String, String> other = new LinkedHashMap<>(file.metadata());
            other.put(key, "0");
            Bytes content = new CheckpointFile(other, file.tensors()).write();

            Heard heard = render(job(FIELDS, 2, new Checkpoint.Stored(new CheckpointName(1, 4), content)));

            assertThat(heard.nextUnusable()).as(key).isTrue();
            assertThat(heard.news).isEmpty();
        }
        Heard heard = render(job(FIELDS.replace("apple", "pear"), 2, made(4)));
        assertThat(heard.nextUnusable()).isTrue();
    }

    @Test
    void aJobThatIsTakenOutHandsOverWhatItHasComeTo() throws Exception {
        Heard first = render(job(FIELDS.replace(":5", ":50"), 1, null));
        assertThat(first.firstStep.await(20, TimeUnit.SECONDS)).isTrue();
        engine.save(new JobKey("a", 0));
        Checkpoint left = first.nextSaved().orElseThrow();

        Heard second = render(job(
                FIELDS.replace(":5", ":50"),
                2,
                new Checkpoint.Stored(new CheckpointName(1, left.step()), left.content())));

        Rendered actual = second.pictures();
        Rendered whole = render(job(FIELDS.replace(":5", ":50"), 1, null)).pictures();
        assertThat(actual.pictures()).isEqualTo(whole.pictures());
        assertThat(second.resumed.get(0)).isEqualTo(Map.of(1, left.deviceMs()));
    }
}
