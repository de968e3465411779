package io.darkroom.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.crash.UnwillingStore.Mood;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The store is there, and yet does not do as it should. No job loses an attempt, and none is announced too early. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StoreFaultsIT {
    private Surroundings surroundings;
    private UnwillingStore store;
    private WorkerProcess worker;

    @BeforeAll
    void start(@TempDir Path folder) {
        surroundings = new Surroundings("store-faults", folder);
        store = new UnwillingStore(surroundings.storeProxy.port());
        worker = surroundings.startWorker(
                Map.of("darkroom.storage.endpoint", "http://" + TcpProxy.LOOPBACK + ":" + store.port()));
        awaitReadiness(200);
    }

    @AfterEach
    void mend() {
        store.mood(Mood.WILLING);
    }

    @AfterAll
    void stop() {
        store.close();
        surroundings.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"BUSY_ONCE", "ANSWER_LOST_ONCE"})
    void aCreateThatFailsOrOnlySeemsToIsMadeGood(Mood mood) {
        String job = mood.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        store.mood(mood);

        surroundings.send(job, Jobs.request(job, 2));
        surroundings.awaitEnd(List.of(job));

        assertThat(store.struck())
                .contains(job + "/attempt-1", job + "/0.png", job + "/1.png", job + "/result.json", job + "/outcome");
        requireFirstAttempt(job);
    }

    @Test
    void aPictureThatIsStoredWithoutAnAnswerIsAnnouncedOnceItIsKnownToBeThere() {
        surroundings.send("silent", Jobs.request("silent", 20));
        surroundings.await().until(() -> !surroundings.end.progress("silent").isEmpty());
        store.mood(Mood.SILENT_ONCE);
        surroundings.await().until(() -> store.struck().contains("silent/0.png"));
        store.mood(Mood.WILLING);

        assertThat(surroundings.end.terminalEvents("silent")).isEmpty();
        surroundings.awaitEnd(List.of("silent"));

        requireFirstAttempt("silent");
    }

    @Test
    void aStoreWithoutRoomPausesTheWorkerAndAnnouncesNothing() {
        store.mood(Mood.FULL);
        surroundings.send("full", Jobs.request("full", 2));
        surroundings.await().until(() -> store.struck().contains("full/attempt-1"));
        awaitReadiness(503);
        assertThat(surroundings.end.terminalEvents("full")).isEmpty();

        store.mood(Mood.WILLING);
        surroundings.awaitEnd(List.of("full"));

        requireFirstAttempt("full");
        awaitReadiness(200);
    }

    private void requireFirstAttempt(String job) {
        assertThat(Jobs.requireCompletedOnce(surroundings.end, job)
                        .path("attempt")
                        .intValue())
                .isEqualTo(1);
        assertThat(Jobs.record(surroundings.end, job)).containsExactly("attempt-1", "outcome");
        assertThat(surroundings.end.deadLetters()).isEmpty();
        assertThat(worker.alive()).isTrue();
    }

    private void awaitReadiness(int status) {
        surroundings.await().untilAsserted(() -> assertThat(worker.readiness().status())
                .as("readiness")
                .isEqualTo(status));
    }
}
