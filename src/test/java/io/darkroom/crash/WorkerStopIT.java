package io.darkroom.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.crash.EndState.Event;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker is stopped with SIGTERM in the middle of a job, with others waiting behind it. */
class WorkerStopIT {
    private static final int LONG = 50;
    private static final int SHORT = 10;
    private static final int TERMINATED = 128 + 15;
    private static final List<String> JOBS = List.of("running", "waiting-1", "waiting-2", "waiting-3");

    private Surroundings surroundings;

    @BeforeEach
    void start(@TempDir Path folder) {
        surroundings = new Surroundings("stop", folder);
    }

    @AfterEach
    void stop() {
        surroundings.close();
    }

    @Test
    void aJobThatCanFinishInTimeDoesAndTheRestIsLeft() {
        WorkerProcess first = terminateAmidTheFirstJob("60S");

        assertThat(first.exit()).isIn(0, TERMINATED);
        assertThat(Jobs.requireCompletedOnce(surroundings.end, "running")
                        .path("attempt")
                        .intValue())
                .isEqualTo(1);

        surroundings.startWorker();
        requireAllCompleted();
    }

    @Test
    void aJobThatCannotFinishInTimeIsLeftToTheNextWorker() {
        WorkerProcess first = terminateAmidTheFirstJob("1ms");

        assertThat(first.exit()).isIn(0, TERMINATED);
        // The shorter ones may have ended before it: they go first.
        assertThat(surroundings.end.terminalEvents("running")).isEmpty();
        assertThat(surroundings.end.deadLetters()).isEmpty();
        assertThat(Jobs.record(surroundings.end, "running"))
                .hasSize(3)
                .contains("attempt-1", "attempt-1-end")
                .anyMatch(name -> name.startsWith("checkpoints/1-"));
        JsonNode ended = EndState.json(surroundings.end.object(".darkroom/jobs/running/attempt-1-end"));
        assertThat(ended.path("clean").booleanValue()).isTrue();

        surroundings.startWorker();
        requireAllCompleted();
    }

    @Test
    void aSecondSignalEndsItAtOnceAndNothingIsLost() {
        WorkerProcess first = terminateAmidTheFirstJob("300S");
        surroundings.await().until(() -> first.readiness().status() != 200);

        first.terminate();

        assertThat(first.exit()).isEqualTo(TERMINATED);
        surroundings.startWorker();
        requireAllCompleted();
    }

    private WorkerProcess terminateAmidTheFirstJob(String drain) {
        WorkerProcess worker = surroundings.startWorker(Map.of("darkroom.worker.drain", drain));
        JOBS.forEach(job -> surroundings.send(job, Jobs.request(job, job.equals("running") ? LONG : SHORT)));
        // The first tells that it has begun, the second that a step was made.
        surroundings.await().until(() -> surroundings.end.progress("running").size() > 1);
        worker.terminate();
        return worker;
    }

    private void requireAllCompleted() {
        surroundings.awaitEnd(JOBS);
        JOBS.forEach(job -> Jobs.requireCompletedOnce(surroundings.end, job));
        assertThat(surroundings.end.terminalEvents()).extracting(Event::key).hasSameElementsAs(JOBS);
        assertThat(surroundings.end.deadLetters()).isEmpty();
    }
}
