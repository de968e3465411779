package io.darkroom.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** With events and offsets in one transaction: who reads committed records sees each event once, whatever happens. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExactlyOnceIT {
    private static final int STEPS = 2;
    private static final int KILLED = 128 + 9;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Map<String, String> EXACTLY_ONCE =
            Map.of("darkroom.events.exactly-once", "true", "kafka.transaction.timeout.ms", "3000");

    private Surroundings surroundings;
    private WorkerProcess worker;

    @BeforeAll
    void start(@TempDir Path folder) {
        surroundings = new Surroundings("exactly-once", folder);
        worker = surroundings.startWorker(EXACTLY_ONCE);
    }

    @AfterAll
    void stop() {
        surroundings.close();
    }

    static Stream<KillPoint> killPoints() {
        return KillPoint.around(EnumSet.range(Effect.OUTCOME, Effect.COMMIT));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("killPoints")
    void anEventIsSeenOnceThoughItsWorkerIsKilled(KillPoint point) {
        String job = point.slug();
        if (!worker.alive()) {
            worker = surroundings.startWorker(EXACTLY_ONCE);
        }
        CompletableFuture<Void> killed = surroundings.tripwire.arm(point, job, worker);

        surroundings.send(job, Jobs.request(job, STEPS));
        assertThat(worker.exit()).as("status, %s", point).isEqualTo(KILLED);
        assertThat(killed).succeedsWithin(PATIENCE);
        worker = surroundings.startWorker(EXACTLY_ONCE);
        awaitCommitted(job);

        Jobs.requireCompletedOnce(surroundings.end, job);
        assertThat(surroundings.end.committedEvents(job)).hasSize(1);
    }

    @Test
    void aDuplicateRequestIsNotAnsweredTwice() {
        surroundings.send("duplicate", Jobs.request("duplicate", 1));
        surroundings.send("duplicate", Jobs.request("duplicate", 1));
        awaitCommitted("duplicate");

        assertThat(surroundings.end.committedEvents("duplicate")).hasSize(1);
    }

    @Test
    void transactionMarkersAreNoWorkThatIsLeftAndAbortedRequestsAreNone() {
        surroundings.sendInTransaction(true, "sent-1", "sent-2");
        surroundings.sendInTransaction(false, "taken-back");
        awaitCommitted("sent-1");
        awaitCommitted("sent-2");

        assertThat(surroundings.end.committedEvents("sent-1")).hasSize(1);
        assertThat(surroundings.end.terminalEvents("taken-back")).isEmpty();
        assertThat(Jobs.record(surroundings.end, "taken-back")).isEmpty();
    }

    private void awaitCommitted(String job) {
        surroundings.await().untilAsserted(() -> {
            assertThat(surroundings.end.lag()).as("requests not committed").isZero();
            assertThat(surroundings.end.committedEvents(job)).isNotEmpty();
        });
    }
}
