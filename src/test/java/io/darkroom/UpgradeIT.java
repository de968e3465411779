package io.darkroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * This release goes on with what an earlier one has left: offsets with what is done above them, job records, a job under way
 * with its checkpoints, requests, cancellations, dead letters. Some of it is gone after a while: the broker deletes events that
 * are older than their topic keeps them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ParameterizedClass
@ValueSource(strings = {"2026-11-23", "2026-11-28"})
class UpgradeIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final String COMPLETIONS = "darkroom.completions";
    private static final String UNDER_WAY =
            """
            {"id":"%s","prompt":"a blue house","num_inference_steps":160,"seed":7,"priority":5,\
            "output":{"metadata":false}}""";

    @Parameter
    @SuppressWarnings({"NullAway.Init", "UnusedVariable"}) // Without it JUnit would ask for a constructor.
    private String release;

    @SuppressWarnings("NullAway.Init") // by goOn
    private Path store;

    @SuppressWarnings("NullAway.Init") // by goOn
    private AppProcess app;

    /** The step of the job under way that was written down last, in its second attempt. */
    private int step;

    @BeforeParameterizedClassInvocation
    void goOn(String named, @TempDir Path folder) throws IOException {
        EarlierRelease.unpack(named, folder.resolve("darkroom-data"));
        store = folder.resolve("darkroom-data/store/darkroom");
        try (Stream<Path> checkpoints = Files.list(store.resolve(".darkroom/jobs/under-way/checkpoints"))) {
            step = checkpoints
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("2-"))
                    .mapToInt(name -> Integer.parseInt(name.substring(2)))
                    .max()
                    .orElseThrow();
        }
        app = AppProcess.start(folder, "log").awaitReady();
    }

    @AfterParameterizedClassInvocation
    void stop() {
        app.close();
    }

    @Test
    void aJobUnderWayGoesOnFromItsCheckpointToThePictureOfAnUndisturbedOne() throws Exception {
        JsonNode job = ended("under-way");
        post(UNDER_WAY.formatted("undisturbed"));

        assertThat(job.path("status").asText()).as(job.toString()).isEqualTo("completed");
        assertThat(job.path("attempt").asInt()).isEqualTo(3);
        assertThat(app.log())
                .contains("under-way goes on at step %d of 160 from checkpoint 2-%d".formatted(step, step));
        assertThat(sha256(job)).isEqualTo(sha256(ended("undisturbed")));
    }

    @Test
    void aRequestThatWaitedIsRendered() {
        assertThat(ended("waiting").path("status").asText()).isEqualTo("completed");
    }

    /** The last two stand above a job that has not ended: their offsets are only in the commit's metadata. */
    @ParameterizedTest
    @CsvSource({"invalid, failed", "canceled, canceled", "grouped, canceled", "above-1, completed", "above-2, completed"
    })
    void whatHasEndedIsKnownAndNotDoneAgain(String job, String status) throws IOException {
        ended("under-way");

        assertThat(ended(job).path("status").asText()).isEqualTo(status);
        assertThat(attempts(job)).containsExactly("attempt-1");
        assertThat(events(job)).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void aDuplicateOfAnEarlierRequestIsAnsweredAsItWasThen() throws Exception {
        byte[] outcome = Files.readAllBytes(store.resolve(".darkroom/jobs/done/outcome"));
        List<Long> before = offsets("done");

        post(
                """
                {"id":"done","prompt":"a red apple on a wooden table","num_inference_steps":2,"seed":42,\
                "labels":{"of":"another"},"output":{"metadata":false,"format":"jpeg","quality":40}}""");
        await().atMost(SOON).until(() -> !before.containsAll(offsets("done")));

        assertThat(events("done"))
                .allSatisfy(event -> assertThat(event.value()).isEqualTo(outcome))
                .extracting(event -> text(event, "ce_id"))
                .containsOnly("done~0");
        assertThat(attempts("done")).containsExactly("attempt-1");
    }

    @Test
    void anEarlierIdWithAnotherContentIsAConflictAndEachDeadLetterCanBeReplayed() throws Exception {
        post("{\"id\":\"unknown\",\"prompt\":\"something else\",\"num_inference_steps\":1}");
        post("{\"id\":\"unknown\",\"prompt\":\"one more\",\"num_inference_steps\":1}");
        await().atMost(SOON).untilAsserted(() -> assertThat(app.records("darkroom.requests.dead"))
                .filteredOn(letter -> "unknown".equals(letter.key()))
                .extracting(letter -> text(letter, "darkroom-dead-reason"))
                .containsExactly("id_conflict", "id_conflict"));

        AppProcess.Ended replay = app.command("replay", "--dead-letters", "--reason", "id_conflict");

        assertThat(replay.output())
                .containsSubsequence(
                        "unknown (id_conflict): sent to darkroom.requests", "as generation 1",
                        "unknown (id_conflict): sent to darkroom.requests", "as generation 2");
        assertThat(replay.status()).isZero();
        awaitEvent("unknown", "unknown~1");
        awaitEvent("unknown", "unknown~2");
        assertThat(app.records(COMPLETIONS))
                .filteredOn(event -> List.of("unknown~1", "unknown~2").contains(text(event, "ce_id")))
                .extracting(event -> JSON.readTree(event.value())
                        .path("parameters")
                        .path("prompt")
                        .asText())
                .containsExactlyInAnyOrder("something else", "one more");

        AppProcess.Ended again = app.command("replay", "--dead-letters", "--reason", "id_conflict");

        assertThat(again.output())
                .contains("left alone, its generation 1 has begun", "left alone, its generation 2 has begun")
                .doesNotContain("sent to");
    }

    @Test
    void whatFailedIsReplayedOnceAsItsNextGeneration() throws Exception {
        byte[] outcome = Files.readAllBytes(store.resolve(".darkroom/jobs/expired/outcome"));
        post("{\"id\":\"late\",\"prompt\":\"x\",\"num_inference_steps\":1,\"expires_at\":\"2026-11-23T00:00:00Z\"}");
        assertThat(ended("late").path("status").asText()).isEqualTo("failed");

        AppProcess.Ended only = app.command("replay", "--code", "expired", "--dry-run");
        AppProcess.Ended replay = app.command("replay", "--code", "expired", "--id", "expired", "--id", "nobody");
        awaitEvent("late", "late~1");
        awaitEvent("expired", "expired~1");
        AppProcess.Ended again = app.command("replay", "--code", "expired");

        assertThat(only.output()).contains("late (failed, expired): would be sent to darkroom.requests");
        assertThat(replay.output())
                .contains("late (failed, expired): sent", "expired (failed, expired): sent", "as generation 1")
                .contains("nobody: no record of a job that has ended");
        assertThat(replay.status()).as("one of three cannot be sent").isEqualTo(1);
        assertThat(again.output())
                .contains("left alone, its generation 1 has begun")
                .doesNotContain("sent to");
        assertThat(again.status()).isZero();
        assertThat(ended("expired").path("outputs").path(0).path("key").asText())
                .isEqualTo("renders/expired~1/0.png");
        assertThat(attempts("expired~1")).containsExactly("attempt-1");
        assertThat(store.resolve(".darkroom/jobs/expired/outcome")).hasBinaryContent(outcome);
    }

    @Test
    void aFailedJobIsReplayedAlsoWhereAnothersRequestHasItsNextGeneration() throws Exception {
        post("{\"id\":\"both\",\"prompt\":\"x\",\"num_inference_steps\":1,\"expires_at\":\"2026-11-23T00:00:00Z\"}");
        assertThat(ended("both").path("status").asText()).isEqualTo("failed");
        post("{\"id\":\"both\",\"prompt\":\"another's\",\"num_inference_steps\":1}");
        await().atMost(SOON).until(() -> app.records("darkroom.requests.dead").stream()
                .anyMatch(letter -> "both".equals(letter.key())));
        app.command("replay", "--dead-letters", "--reason", "id_conflict");
        awaitEvent("both", "both~1");

        AppProcess.Ended failed = app.command("replay", "--code", "expired", "--dry-run");
        AppProcess.Ended owner = app.command("replay", "--id", "both");
        awaitEvent("both", "both~2");
        AppProcess.Ended after = app.command("replay", "--code", "expired", "--dry-run");
        AppProcess.Ended more = app.command("replay", "--id", "both", "--dry-run");

        assertThat(failed.output())
                .contains("both (failed, expired): would be sent to darkroom.requests as generation 2");
        assertThat(owner.output()).contains("both (failed, expired): sent", "as generation 2");
        assertThat(after.output()).contains("both (failed, expired): left alone, its generation 2 has begun");
        assertThat(more.output()).contains("both", "would be sent to darkroom.requests as generation 3");
    }

    private void awaitEvent(String job, String id) {
        await().atMost(SOON).untilAsserted(() -> assertThat(events(job))
                .extracting(event -> text(event, "ce_id"))
                .contains(id));
    }

    private void post(String request) throws IOException, InterruptedException {
        var answer = app.post(request, "Content-Type", "application/json");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }

    private JsonNode ended(String id) {
        return await().atMost(SOON)
                .until(
                        () -> JSON.readTree(app.get("/api/renders/" + id).body()),
                        state -> state.path("status").asText().matches("completed|failed|canceled"));
    }

    private List<ConsumerRecord<String, byte[]>> events(String job) {
        return app.records(COMPLETIONS).stream()
                .filter(event -> job.equals(event.key()))
                .toList();
    }

    private List<Long> offsets(String job) {
        return events(job).stream().map(ConsumerRecord::offset).toList();
    }

    private List<String> attempts(String job) throws IOException {
        try (Stream<Path> record = Files.list(store.resolve(".darkroom/jobs/" + job))) {
            return record.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("attempt-"))
                    .toList();
        }
    }

    private static String sha256(JsonNode job) {
        return job.path("outputs").path(0).path("sha256").asText();
    }

    private static String text(ConsumerRecord<?, ?> record, String header) {
        return new String(record.headers().lastHeader(header).value(), StandardCharsets.UTF_8);
    }
}
