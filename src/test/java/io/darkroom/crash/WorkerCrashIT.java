package io.darkroom.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.crash.KillPoint.Moment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A worker is killed with SIGKILL once before and once after each of its effects, and another takes its place. Each case's
 * second worker is the next one's first.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkerCrashIT {
    private static final int STEPS = 2;
    private static final int KILLED = 128 + 9;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private Surroundings surroundings;
    private WorkerProcess worker;
    private List<byte[]> undisturbed;

    @BeforeAll
    void renderUndisturbed(@TempDir Path folder) {
        surroundings = new Surroundings("crash", folder);
        worker = surroundings.startWorker();
        surroundings.send("undisturbed", Jobs.request("undisturbed", STEPS));
        surroundings.awaitEnd(List.of("undisturbed"));
        JsonNode data = Jobs.requireCompletedOnce(surroundings.end, "undisturbed");
        undisturbed = Jobs.pictures(surroundings.end, data);
    }

    @AfterAll
    void stop() {
        surroundings.close();
    }

    static Stream<KillPoint> killPoints() {
        return KillPoint.around(EnumSet.complementOf(EnumSet.of(Effect.OFFSET)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("killPoints")
    void aJobWhoseWorkerIsKilledEndsOnceAndWhole(KillPoint point) {
        String job = point.slug();
        WorkerProcess victim = running();
        CompletableFuture<Void> killed = surroundings.tripwire.arm(point, job, victim);

        surroundings.send(job, Jobs.request(job, STEPS));
        assertThat(victim.exit()).as("status, %s", point).isEqualTo(KILLED);
        assertThat(killed).succeedsWithin(PATIENCE);
        worker = surroundings.startWorker();
        surroundings.awaitEnd(List.of(job));

        JsonNode data = Jobs.requireCompletedOnce(surroundings.end, job);
        assertThat(Jobs.pictures(surroundings.end, data))
                .usingElementComparator(WorkerCrashIT::compare)
                .containsExactlyElementsOf(undisturbed);
        assertThat(data.path("attempt").intValue()).isEqualTo(attempts(point));
        assertThat(Jobs.record(surroundings.end, job))
                .containsExactlyElementsOf(
                        attempts(point) == 1
                                ? List.of("attempt-1", "outcome")
                                : List.of("attempt-1", "attempt-2", "outcome"));
        assertThat(surroundings.end.terminalEvents(job).size())
                .as("copies of the event")
                .isBetween(1, copies(point));
        assertThat(surroundings.end.deadLetters()).isEmpty();
    }

    /** The last case's worker, or a new one where that failed. */
    private WorkerProcess running() {
        if (!worker.alive()) {
            worker = surroundings.startWorker();
        }
        return worker;
    }

    /** An attempt counts from its creation until the result is stored, which the next worker takes over. */
    private static int attempts(KillPoint point) {
        boolean lost = point.compareTo(new KillPoint(Effect.ATTEMPT, Moment.AFTER)) >= 0
                && point.compareTo(new KillPoint(Effect.RESULT, Moment.BEFORE)) <= 0;
        return lost ? 2 : 1;
    }

    /** The next worker announces what is not committed, whether it was announced or not. */
    private static int copies(KillPoint point) {
        boolean sent = point.compareTo(new KillPoint(Effect.EVENT, Moment.AFTER)) >= 0
                && point.compareTo(new KillPoint(Effect.COMMIT, Moment.BEFORE)) <= 0;
        return sent ? 2 : 1;
    }

    private static int compare(byte[] one, byte[] other) {
        return java.util.Arrays.compare(one, other);
    }
}
