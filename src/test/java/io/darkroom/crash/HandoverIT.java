package io.darkroom.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker has all of two partitions' jobs, under way or waiting, when a second worker comes. */
class HandoverIT {
    /** So many that they are under way when the second worker has started and its group has shared anew, on any machine. */
    private static final int STEPS = 400;

    private static final int JOBS_A_TOPIC = 2;

    /** Of jobs that wait: more than the first worker begins, and does, in the time in which the second one starts. */
    private static final int BACKLOG_A_TOPIC = 24;

    private static final int BACKLOG_STEPS = 40;

    @ParameterizedTest
    @ValueSource(strings = {"consumer", "classic"})
    void aNewWorkerGetsWorkThatIsUnderWayAndGoesOnWithIt(String protocol, @TempDir Path folder) throws IOException {
        Map<String, String> settings = Map.of(
                "darkroom.topics.requests",
                Surroundings.REQUESTS + "," + Surroundings.BULK,
                "darkroom.worker.group-protocol",
                protocol,
                "darkroom.handover",
                "2S",
                // All rows of all jobs share each call, so that none is at its end before another has begun.
                "darkroom.engine.fixed-rows",
                "16",
                // The jobs take longer than this, which is to be no matter.
                "kafka.max.poll.interval.ms",
                "5000");
        List<String> urgent = jobs("urgent");
        List<String> bulk = jobs("bulk");
        List<String> jobs = Stream.of(urgent, bulk).flatMap(List::stream).toList();
        try (Surroundings surroundings = new Surroundings("handover-" + protocol, folder)) {
            surroundings.startWorker(settings);
            urgent.forEach(job -> surroundings.send(job, Jobs.request(job, STEPS)));
            bulk.forEach(job -> surroundings.send(
                    Surroundings.BULK, job, Jobs.request(job, STEPS).getBytes(StandardCharsets.UTF_8)));
            // The first event tells that it has begun, the second that a step was made.
            surroundings.await().until(() -> jobs.stream()
                    .allMatch(job -> surroundings.end.progress(job).size() > 1));

            WorkerProcess second = surroundings.startWorker(settings);
            surroundings
                    .await()
                    .atMost(Duration.ofMinutes(8))
                    .until(() -> surroundings.end.terminalEvents().size() >= jobs.size());

            String log = Files.readString(Surroundings.LOGS.resolve(second + ".log"));
            List<String> moved = jobs.stream()
                    .filter(job -> worker(surroundings, job).equals(second.toString()))
                    .toList();
            assertThat(moved).as("jobs that the second worker has ended").isNotEmpty();
            assertThat(moved).allSatisfy(job -> {
                assertThat(log).containsPattern(job + " goes on at step [1-9]");
                byte[] end = surroundings.end.object(".darkroom/jobs/" + job + "/attempt-1-end");
                assertThat(EndState.json(end).path("clean").booleanValue()).isTrue();
            });
            for (String job : jobs) {
                JsonNode data = Jobs.requireCompletedOnce(surroundings.end, job);
                assertThat(data.path("attempt").intValue())
                        .as("attempts of %s", job)
                        .isEqualTo(moved.contains(job) ? 2 : 1);
                assertThat(data.path("device_ms_lost").doubleValue())
                        .as("lost of %s", job)
                        .isZero();
            }
        }
    }

    @Test
    void aWorkerThatComesToABacklogGetsWorkAndNothingBeginsAgain(@TempDir Path folder) {
        Map<String, String> settings = Map.of(
                "darkroom.topics.requests", Surroundings.REQUESTS + "," + Surroundings.BULK, "darkroom.handover", "1S");
        List<String> urgent = jobs("urgent", BACKLOG_A_TOPIC);
        List<String> bulk = jobs("bulk", BACKLOG_A_TOPIC);
        List<String> jobs = Stream.of(urgent, bulk).flatMap(List::stream).toList();
        try (Surroundings surroundings = new Surroundings("handover-backlog", folder)) {
            WorkerProcess first = surroundings.startWorker(settings);
            urgent.forEach(job -> surroundings.send(job, Jobs.request(job, BACKLOG_STEPS)));
            bulk.forEach(job -> surroundings.send(
                    Surroundings.BULK, job, Jobs.request(job, BACKLOG_STEPS).getBytes(StandardCharsets.UTF_8)));
            surroundings.await().until(() -> !surroundings.end.terminalEvents().isEmpty());

            WorkerProcess second = surroundings.startWorker(settings);
            surroundings
                    .await()
                    .atMost(Duration.ofMinutes(8))
                    .until(() -> surroundings.end.terminalEvents().size() >= jobs.size());

            Map<String, Integer> attempts = new HashMap<>();
            for (String job : jobs) {
                JsonNode data = Jobs.requireCompletedOnce(surroundings.end, job);
                int attempt = data.path("attempt").intValue();
                if (attempt > 1) {
                    byte[] end = surroundings.end.object(".darkroom/jobs/" + job + "/attempt-1-end");
                    assertThat(EndState.json(end).path("clean").booleanValue())
                            .as("%s was handed over", job)
                            .isTrue();
                }
                assertThat(data.path("device_ms_lost").doubleValue())
                        .as("lost of %s", job)
                        .isZero();
                attempts.merge(worker(surroundings, job) + ", attempt " + attempt, 1, Integer::sum);
            }
            assertThat(attempts)
                    .as("jobs by worker and attempt")
                    .containsKeys(first + ", attempt 1", second + ", attempt 1");
        }
    }

    private static List<String> jobs(String prefix) {
        return jobs(prefix, JOBS_A_TOPIC);
    }

    private static List<String> jobs(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + "-" + i).toList();
    }

    private static String worker(Surroundings surroundings, String job) {
        return surroundings.end.terminalEvents(job).get(0).json().path("worker").textValue();
    }
}
