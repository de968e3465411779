package io.darkroom.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backlog is there, larger than what the worker looks at, when something urgent comes. */
class OrderIT {
    private static final int BACKLOG = 40;
    private static final int STEPS = 2;

    @Test
    void aRequestOnAMoreUrgentTopicOvertakesTheBacklogOfAnother(@TempDir Path folder) {
        try (Surroundings surroundings = new Surroundings("order", folder)) {
            List<String> bulk =
                    IntStream.range(0, BACKLOG).mapToObj(i -> "bulk-" + i).toList();
            bulk.forEach(job -> surroundings.send(Surroundings.BULK, job, request(job)));
            surroundings.startWorker(Map.of(
                    "darkroom.topics.requests",
                    Surroundings.REQUESTS + "," + Surroundings.BULK,
                    "darkroom.worker.window-requests",
                    "10"));
            surroundings.await().until(() -> !surroundings.end.terminalEvents().isEmpty());

            surroundings.send("urgent", Jobs.request("urgent", STEPS));

            surroundings.await().until(() -> surroundings.end.terminalEvents().size() == BACKLOG + 1);
            List<String> order = surroundings.end.terminalEvents().stream()
                    .map(EndState.Event::key)
                    .toList();
            assertThat(order).doesNotHaveDuplicates().containsAll(bulk);
            assertThat(order.size() - order.indexOf("urgent"))
                    .as("how many came after the urgent one, which was sent when 1 of %s had ended", BACKLOG)
                    .isGreaterThan(BACKLOG / 4);
        }
    }

    private static byte[] request(String job) {
        return Jobs.request(job, STEPS).getBytes(StandardCharsets.UTF_8);
    }
}
