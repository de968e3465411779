package io.darkroom.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The group's offsets are deleted: every request of the topic is read once more. */
class LostOffsetsIT {
    private static final List<String> ENDED = List.of("ended-1", "ended-2", "ended-3");

    @Test
    void everyJobEndsOnceAndNoneThatHadEndedIsRenderedAgain(@TempDir Path folder) throws Exception {
        try (Surroundings surroundings = new Surroundings("lost-offsets", folder)) {
            WorkerProcess first = surroundings.startWorker();
            ENDED.forEach(job -> surroundings.send(job, Jobs.request(job, 1)));
            surroundings.awaitEnd(ENDED);
            first.terminate();
            first.exit();
            try (Admin admin = Admin.create(
                    Map.of("bootstrap.servers", TcpProxy.LOOPBACK + ":" + surroundings.brokerProxy.port()))) {
                admin.deleteConsumerGroups(List.of(EndState.GROUP)).all().get(30, TimeUnit.SECONDS);
            }
            assertThat(surroundings.end.lag()).isEqualTo(ENDED.size());
            surroundings.send("waiting", Jobs.request("waiting", 1));

            surroundings.startWorker();
            surroundings.awaitEnd(List.of("waiting"));

            assertThat(ENDED).allSatisfy(job -> {
                Jobs.requireCompletedOnce(surroundings.end, job);
                assertThat(surroundings.end.terminalEvents(job))
                        .as("told again")
                        .hasSize(2);
                assertThat(Jobs.record(surroundings.end, job)).containsExactly("attempt-1", "outcome");
            });
            Jobs.requireCompletedOnce(surroundings.end, "waiting");
        }
    }
}
