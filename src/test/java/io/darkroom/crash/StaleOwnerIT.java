package io.darkroom.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker stands still in the middle of a job until another has it, and then goes on. */
class StaleOwnerIT {
    private static final int LONG = 300;
    private static final String JOB = "taken";
    private static final String SECOND_ATTEMPT = "attempt-2";

    @Test
    void aWorkerThatWasTakenForDeadWritesNothingMoreOfItsJobs(@TempDir Path folder) {
        try (Surroundings surroundings = new Surroundings("stale-owner", folder)) {
            WorkerProcess stale = surroundings.startWorker();
            surroundings.send(JOB, Jobs.request(JOB, LONG));
            surroundings.await().until(() -> !surroundings.end.progress(JOB).isEmpty());

            stale.freeze();
            surroundings.startWorker();
            surroundings.await().until(() -> Jobs.record(surroundings.end, JOB).contains(SECOND_ATTEMPT));
            stale.wake();
            surroundings.awaitEnd(List.of(JOB));

            JsonNode data = Jobs.requireCompletedOnce(surroundings.end, JOB);
            assertThat(data.path("attempt").intValue()).isEqualTo(2);
            assertThat(Jobs.record(surroundings.end, JOB)).containsExactly("attempt-1", SECOND_ATTEMPT, "outcome");
            surroundings.await().until(() -> stale.readiness().status() == 200);
        }
    }
}
