package io.darkroom.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker stands still (SIGSTOP) in the middle of a job for longer than its session, another takes over, and it wakes up. */
class StaleOwnerIT {
    private static final int STEPS = 50;

    @ParameterizedTest(name = "exactly once: {0}")
    @ValueSource(booleans = {false, true})
    void aWorkerThatWakesUpWhenAnotherRendersItsJobWritesNothingThatCounts(boolean exactlyOnce, @TempDir Path folder) {
        Map<String, String> settings = Map.of("darkroom.events.exactly-once", Boolean.toString(exactlyOnce));
        try (Surroundings surroundings = new Surroundings("stale-" + exactlyOnce, folder)) {
            WorkerProcess stale = surroundings.startWorker(settings);
            surroundings.send("job", Jobs.request("job", STEPS));
            surroundings.await().until(() -> surroundings.end.progress("job").size() > 1);

            stale.signal("STOP");
            surroundings.await().until(() -> surroundings.end.members() == 0);
            WorkerProcess owner = surroundings.startWorker(settings);
            surroundings.await().until(() -> surroundings.end.progress("job").stream()
                    .anyMatch(event -> event.json().path("attempt").intValue() == 2));
            stale.signal("CONT");
            surroundings.awaitEnd(List.of("job"));
            surroundings.await().until(() -> surroundings.end.members() == 2);
            // What it would write it has written when it has ended.
            stale.terminate();
            stale.exit();

            assertThat(Jobs.requireCompletedOnce(surroundings.end, "job")
                            .path("worker")
                            .textValue())
                    .isEqualTo(owner.toString());
            assertThat(surroundings.end.committedEvents("job")).hasSize(1);
            // But that it lives, so that its attempt is none that counts against the job.
            assertThat(Jobs.record(surroundings.end, "job"))
                    .containsExactly("attempt-1", "attempt-1-end", "attempt-2", "outcome");
            byte[] end = surroundings.end.object(".darkroom/jobs/job/attempt-1-end");
            assertThat(EndState.json(end).path("clean").booleanValue()).isTrue();
            surroundings.send("next", Jobs.request("next", 1));
            surroundings.awaitEnd(List.of("next"));
        }
    }
}
