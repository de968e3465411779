package io.darkroom.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.crash.EndState.Event;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job ends every worker that renders it, with SIGKILL; others are rendered beside it at first. */
class PoisonIT {
    private static final int LONG = 100;
    private static final int ATTEMPTS = 3;
    private static final List<String> NEIGHBOURS = List.of("neighbour-1", "neighbour-2");

    private Surroundings surroundings;

    @BeforeEach
    void start(@TempDir Path folder) {
        surroundings = new Surroundings("poison", folder);
    }

    @AfterEach
    void stop() {
        surroundings.close();
    }

    @Test
    void aJobThatKillsItsWorkersIsGivenUpAndItsNeighboursAreNot() {
        for (String job : List.of("neighbour-1", "poison", "neighbour-2")) {
            surroundings.send(job, Jobs.request(job, LONG));
        }

        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            WorkerProcess victim = surroundings.startWorker();
            int number = attempt;
            surroundings.await().until(() -> started("poison", number) && (number > 1 || started("neighbour-1", 1)));
            victim.kill();
        }
        WorkerProcess last = surroundings.startWorker();
        surroundings.awaitEnd(List.of("neighbour-1", "poison", "neighbour-2"));

        NEIGHBOURS.forEach(job -> Jobs.requireCompletedOnce(surroundings.end, job));
        JsonNode error = surroundings.end.terminalEvents("poison").get(0).json().path("error");
        assertThat(error.path("code").textValue()).isEqualTo("attempts_exhausted");
        assertThat(error.path("message").textValue()).contains("3 attempts").contains("poison-3 ended without a word");
        assertThat(surroundings.end.deadLetters())
                .singleElement()
                .extracting(Event::key)
                .isEqualTo("poison");
        assertThat(last.alive()).isTrue();
    }

    private boolean started(String job, int attempt) {
        return surroundings.end.progress(job).stream()
                .anyMatch(event -> event.json().path("attempt").intValue() == attempt);
    }
}
