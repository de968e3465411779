package io.darkroom.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dead-letter topic that takes less than the topic of requests. */
class SmallTopicIT {
    private static final int SMALL = 4096;

    @Test
    void aRequestThatItDoesNotTakeIsPutAsideWithoutItsValueAndTheNextIsServed(@TempDir Path folder) throws Exception {
        try (Surroundings surroundings = new Surroundings("small-topic", folder)) {
            surroundings.limit(Surroundings.TOPICS.dead(), SMALL);
            WorkerProcess worker = surroundings.startWorker();

            surroundings.send("large", "no json".repeat(SMALL).getBytes(StandardCharsets.UTF_8));
            surroundings.send("small", "no json".getBytes(StandardCharsets.UTF_8));
            surroundings.send("next", Jobs.request("next", 1));
            surroundings.awaitEnd(List.of("next"));

            assertThat(surroundings.end.deadLetters())
                    .extracting(letter -> letter.key() + ": " + letter.text())
                    .containsExactlyInAnyOrder("large: ", "small: no json");
            assertThat(surroundings.end.terminalEvents()).hasSize(3);
            Jobs.requireCompletedOnce(surroundings.end, "next");
            assertThat(worker.alive()).isTrue();
        }
    }
}
