package io.darkroom.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store or the broker is away for a while: one job is under way then, and others come meanwhile. */
class OutageIT {
    private static final int LONG = 50;
    private static final int SHORT = 10;
    private static final int JOBS = 4;

    /** More than the outages take; and the broker allows no more than a minute. */
    private static final Duration LONG_SESSION = Duration.ofSeconds(45);

    @TempDir
    private Path folder;

    @Test
    void aStoreThatIsDownCostsNothing() {
        try (Surroundings surroundings = new Surroundings("store-outage", folder, LONG_SESSION)) {
            WorkerProcess worker = surroundings.startWorker();
            List<String> jobs = outage(surroundings, worker, "store", surroundings.storeProxy, () -> {});

            jobs.forEach(job -> requireFirstAttempt(surroundings, job));
        }
    }

    @Test
    void aBrokerThatIsDownCostsNothing() {
        try (Surroundings surroundings = new Surroundings("broker-outage", folder, LONG_SESSION)) {
            WorkerProcess worker = surroundings.startWorker();
            List<String> jobs = outage(surroundings, worker, "broker", surroundings.brokerProxy, () -> {});

            jobs.forEach(job -> requireFirstAttempt(surroundings, job));
        }
    }

    /** The job under way is rendered to its end meanwhile, and its event is sent past the producer's delivery time-out. */
    @Test
    void anEventWhoseSendingTimesOutIsToldWhenTheBrokerIsBack() {
        try (Surroundings surroundings = new Surroundings("send-outage", folder, LONG_SESSION)) {
            WorkerProcess worker = surroundings.startWorker(Map.of(
                    "mp.messaging.outgoing.completions.delivery.timeout.ms", "1000",
                    "mp.messaging.outgoing.completions.request.timeout.ms", "500"));
            List<String> jobs = outage(surroundings, worker, "broker", surroundings.brokerProxy, () -> {
                surroundings.await().until(() -> Jobs.record(surroundings.end, "broker-1")
                        .contains("outcome"));
                surroundings
                        .await()
                        .during(Duration.ofSeconds(3))
                        .until(() -> surroundings.end.terminalEvents("broker-1").isEmpty());
            });

            jobs.forEach(job -> requireFirstAttempt(surroundings, job));
        }
    }

    /** The worker's partitions are lost, and come back to it: what was rendered so far is given back, and counts not. */
    @Test
    void aBrokerThatIsDownForLongerThanTheSessionCostsNoAttempt() {
        try (Surroundings surroundings = new Surroundings("long-broker-outage", folder, Surroundings.SHORT_SESSION)) {
            WorkerProcess worker = surroundings.startWorker();
            List<String> jobs = outage(surroundings, worker, "broker", surroundings.brokerProxy, () -> surroundings
                    .await()
                    .until(() -> surroundings.end.members() == 0));

            jobs.forEach(job -> requireCleanAttempts(surroundings, job));
        }
    }

    private static List<String> outage(
            Surroundings surroundings, WorkerProcess worker, String part, TcpProxy server, Runnable meanwhile) {
        List<String> jobs =
                IntStream.rangeClosed(1, JOBS).mapToObj(i -> part + "-" + i).toList();
        String first = jobs.get(0);
        awaitReadiness(surroundings, worker, 200);
        surroundings.send(first, Jobs.request(first, LONG));
        surroundings.await().until(() -> !surroundings.end.progress(first).isEmpty());

        server.cut();
        jobs.stream().skip(1).forEach(job -> surroundings.send(job, Jobs.request(job, SHORT)));
        awaitReadiness(surroundings, worker, 503);
        // The job that meets the fault may tell before the probe that names the part.
        surroundings.await().untilAsserted(() -> assertThat(
                        EndState.json(worker.readiness().body().getBytes(StandardCharsets.UTF_8))
                                .path("checks"))
                .anySatisfy(check -> {
                    assertThat(check.path("name").textValue()).isEqualTo(part);
                    assertThat(check.path("status").textValue()).isEqualTo("DOWN");
                }));
        meanwhile.run();
        server.mend();

        awaitReadiness(surroundings, worker, 200);
        surroundings.awaitEnd(jobs);
        assertThat(surroundings.end.deadLetters()).isEmpty();
        assertThat(worker.alive()).isTrue();
        return jobs;
    }

    private static void requireFirstAttempt(Surroundings surroundings, String job) {
        JsonNode data = Jobs.requireCompletedOnce(surroundings.end, job);
        assertThat(data.path("attempt").intValue()).as("attempt of %s", job).isEqualTo(1);
        assertThat(Jobs.record(surroundings.end, job)).containsExactly("attempt-1", "outcome");
    }

    /** Every attempt but the one that completed the job was ended, and not by the job's fault. */
    private static void requireCleanAttempts(Surroundings surroundings, String job) {
        int last =
                Jobs.requireCompletedOnce(surroundings.end, job).path("attempt").intValue();
        for (int attempt = 1; attempt < last; attempt++) {
            byte[] end = surroundings.end.object(".darkroom/jobs/" + job + "/attempt-" + attempt + "-end");
            assertThat(EndState.json(end).path("clean").booleanValue()).isTrue();
        }
    }

    private static void awaitReadiness(Surroundings surroundings, WorkerProcess worker, int status) {
        surroundings.await().untilAsserted(() -> assertThat(worker.readiness().status())
                .as("readiness")
                .isEqualTo(status));
    }
}
