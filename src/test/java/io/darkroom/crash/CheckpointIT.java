package io.darkroom.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A worker ends in the middle of a long job, and the next goes on from what it has left: the picture is the same. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CheckpointIT {
    private static final int STEPS = 60;
    /** Of each picture, of two. */
    private static final int EVALUATIONS = 2 * STEPS;

    private static final int KILLED = 128 + 9;
    private static final int TERMINATED = 128 + 15;
    private static final Map<String, String> OFTEN =
            Map.of("darkroom.engine.checkpoint-interval", "100ms", "darkroom.worker.drain", "1ms");

    private Surroundings surroundings;
    private WorkerProcess worker;
    private List<byte[]> undisturbed;

    @BeforeAll
    void renderUndisturbed(@TempDir Path folder) {
        surroundings = new Surroundings("checkpoint", folder);
        worker = surroundings.startWorker(Map.of("darkroom.engine.checkpoint-interval", "0S"));
        surroundings.send("undisturbed", request("undisturbed"));
        surroundings.awaitEnd(List.of("undisturbed"));
        JsonNode data = Jobs.requireCompletedOnce(surroundings.end, "undisturbed");
        undisturbed = Jobs.pictures(surroundings.end, data);
        assertThat(data.path("device_ms_lost").intValue()).isZero();
        worker.terminate();
        worker.exit();
        worker = surroundings.startWorker(OFTEN);
    }

    @AfterAll
    void stop() {
        surroundings.close();
    }

    /** With everything that a checkpoint has to hold: a sampler with memory and noise, a guidance with memory. */
    private static String request(String job) {
        return """
                {"id": "%s", "model": "starter", "prompt": "a red apple on a wooden table", "seed": 42,
                 "num_inference_steps": %d, "num_images_per_prompt": 2, "scheduler": "dpmpp_2m_sde",
                 "guider": {"_class_name": "AdaptiveProjectedGuidance", "guidance_scale": 4.0,
                            "adaptive_projected_guidance_momentum": -0.5}}
                """
                .formatted(job, STEPS);
    }

    @Test
    void aJobWhoseWorkerIsKilledGoesOnFromItsLastCheckpoint() throws IOException {
        surroundings.send("killed", request("killed"));
        surroundings.await().until(() -> checkpoints("killed").size() >= 2);
        worker.kill();
        assertThat(worker.exit()).isEqualTo(KILLED);
        assertThat(checkpoints("killed")).allMatch(name -> name.startsWith("checkpoints/1-"));

        worker = surroundings.startWorker(OFTEN);
        JsonNode data = requireTheSamePicture("killed");

        assertThat(data.path("attempt").intValue()).isEqualTo(2);
        assertThat(data.path("device_ms").doubleValue()).isPositive();
        assertThat(log(worker)).contains("killed goes on at step ").contains(" of " + EVALUATIONS);
    }

    @Test
    void aJobWhoseWorkerIsStoppedIsWrittenDownAndNothingIsLost() throws IOException {
        surroundings.send("stopped", request("stopped"));
        surroundings.await().until(() -> !checkpoints("stopped").isEmpty());
        worker.terminate();
        assertThat(worker.exit()).isIn(0, TERMINATED);
        JsonNode end = EndState.json(surroundings.end.object(".darkroom/jobs/stopped/attempt-1-end"));
        assertThat(end.path("clean").booleanValue()).isTrue();

        worker = surroundings.startWorker(OFTEN);
        JsonNode data = requireTheSamePicture("stopped");

        assertThat(data.path("attempt").intValue()).isEqualTo(2);
        assertThat(data.path("device_ms").doubleValue())
                .isGreaterThan(end.path("device_ms").doubleValue());
        assertThat(data.path("device_ms_lost").doubleValue()).isZero();
        assertThat(log(worker)).contains("stopped goes on at step ").contains("checkpoint 1-");
    }

    private JsonNode requireTheSamePicture(String job) {
        surroundings.awaitEnd(List.of(job));
        JsonNode data = Jobs.requireCompletedOnce(surroundings.end, job);
        List<byte[]> pictures = Jobs.pictures(surroundings.end, data);
        assertThat(pictures).hasSameSizeAs(undisturbed);
        for (int i = 0; i < pictures.size(); i++) {
            assertThat(pictures.get(i)).isEqualTo(undisturbed.get(i));
        }
        assertThat(checkpoints(job)).as("left when the event is told").isEmpty();
        assertThat(surroundings.end.deadLetters()).isEmpty();
        return data;
    }

    private List<String> checkpoints(String job) {
        return Jobs.record(surroundings.end, job).stream()
                .filter(name -> name.startsWith("checkpoints/"))
                .toList();
    }

    private static String log(WorkerProcess of) throws IOException {
        return Files.readString(Surroundings.LOGS.resolve(of + ".log"));
    }
}
