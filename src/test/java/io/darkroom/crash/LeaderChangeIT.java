package io.darkroom.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.standalone.BrokerCluster;
import io.darkroom.standalone.StandaloneStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cluster of three brokers: what leads the topics and coordinates the group moves, and is lost, while jobs are rendered. */
class LeaderChangeIT {
    private static final int JOBS = 6;
    private static final int LONG = 60;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path folder;

    @ParameterizedTest(name = "exactly-once={0}")
    @ValueSource(booleans = {false, true})
    void leadersThatMoveAndABrokerThatIsLostCostNothing(boolean exactlyOnce) throws Exception {
        Surroundings.quiet();
        try (BrokerCluster brokers = new BrokerCluster(folder, Surroundings.TOPICS.specs(), Duration.ofSeconds(45));
                StandaloneStore store = StandaloneStore.start(folder.resolve("store"), 0, Surroundings.ACCESS);
                EndState end = new EndState(brokers.bootstrapServers(), store.endpoint());
                WorkerProcess worker = worker(brokers, store, exactlyOnce)) {
            brokers.lead(1);
            List<String> moved = send(brokers, "moved");
            awaitProgress(end, moved);
            brokers.lead(2);
            awaitEnd(end, moved);

            // Now of the group's and the transactions' coordinator too.
            brokers.lead(3);
            List<String> lost = send(brokers, "lost");
            awaitProgress(end, lost);
            brokers.stop(3);
            awaitEnd(end, lost);

            assertThat(worker.alive()).isTrue();
            moved.forEach(job -> requireFirstAttempt(end, job, exactlyOnce));
            lost.forEach(job -> requireFirstAttempt(end, job, exactlyOnce));
            assertThat(end.deadLetters()).isEmpty();
        }
    }

    private static WorkerProcess worker(BrokerCluster brokers, StandaloneStore store, boolean exactlyOnce) {
        String name = "leader-change-" + (exactlyOnce ? "exactly-once" : "at-least-once");
        return WorkerProcess.start(
                name,
                Surroundings.LOGS.resolve(name + ".log"),
                Map.of(
                        "kafka.bootstrap.servers", brokers.bootstrapServers(),
                        "darkroom.storage.endpoint", store.endpoint().toString(),
                        "darkroom.storage.access-key", Surroundings.ACCESS.accessKey(),
                        "darkroom.storage.secret-key", Surroundings.ACCESS.secretKey(),
                        "darkroom.models.default", "starter",
                        "darkroom.web.enabled", "false",
                        "darkroom.events.exactly-once", Boolean.toString(exactlyOnce)));
    }

    /** Jobs, the first of them a long one. */
    private static List<String> send(BrokerCluster brokers, String name) throws Exception {
        List<String> jobs =
                IntStream.rangeClosed(1, JOBS).mapToObj(i -> name + "-" + i).toList();
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", brokers.bootstrapServers(), "acks", "all"),
                new StringSerializer(),
                new ByteArraySerializer())) {
            for (String job : jobs) {
                byte[] request =
                        Jobs.request(job, job.equals(jobs.get(0)) ? LONG : 4).getBytes(StandardCharsets.UTF_8);
                producer.send(new ProducerRecord<>(Surroundings.REQUESTS, job, request))
                        .get(30, TimeUnit.SECONDS);
            }
        }
        return jobs;
    }

    private static void awaitProgress(EndState end, List<String> jobs) {
        Awaitility.await().atMost(PATIENCE).until(() -> !end.progress(jobs.get(0))
                .isEmpty());
    }

    private static void awaitEnd(EndState end, List<String> jobs) {
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(end.lag()).as("requests not committed").isZero();
            assertThat(end.terminalEvents()).extracting(EndState.Event::key).containsAll(jobs);
        });
    }

    private static void requireFirstAttempt(EndState end, String job, boolean exactlyOnce) {
        assertThat(Jobs.requireCompletedOnce(end, job).path("attempt").intValue())
                .as("attempt of %s", job)
                .isEqualTo(1);
        assertThat(Jobs.record(end, job)).containsExactly("attempt-1", "outcome");
        if (exactlyOnce) {
            assertThat(end.committedEvents(job)).hasSize(1);
        }
    }
}
