package io.darkroom.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.darkroom.job.Bytes;
import io.darkroom.job.CheckpointName;
import io.darkroom.job.JobKey;
import io.darkroom.job.JobRecord;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.Source;
import org.junit.jupiter.api.Test;

class JobArchiveTest {
    private static final JobKey JOB = new JobKey("a", 0);

    private final MemoryStore store = new MemoryStore();
    private final JobArchive archive = new JobArchive(store, "darkroom");

    @Test
    void aJobThatWasBegunIsRunningAtTheStepOfItsFurthestCheckpoint() {
        put(JobRecord.folder(JOB) + "attempt-1", attempt().data());

        assertThat(found()).hasToString("{\"id\":\"a\",\"status\":\"running\",\"step\":0,\"steps\":0}");

        put(new CheckpointName(1, 9).key(JOB), Bytes.utf8("x"));
        put(new CheckpointName(1, 30).key(JOB), Bytes.utf8("x"));

        assertThat(found()).hasToString("{\"id\":\"a\",\"status\":\"running\",\"step\":30,\"steps\":0}");
    }

    @Test
    void aJobThatNobodyHasBegunIsUnknown() {
        assertThat(archive.find(JOB)).isEmpty();
        assertThat(archive.find("a")).isEmpty();
        assertThat(archive.outcome("a")).isEmpty();
    }

    @Test
    void aJobThatIsReplayedIsWhereItsNewestGenerationIs() {
        JobKey again = new JobKey("a", 1);
        put(JobRecord.folder(JOB) + "attempt-1", attempt().data());
        put(JobRecord.folder(JOB) + "outcome", ended(JOB, "failed"));
        assertThat(archive.find("a").orElseThrow().path("status").asText()).isEqualTo("failed");

        put(JobRecord.folder(again) + "attempt-1", attempt().data());
        assertThat(archive.find("a").orElseThrow().path("status").asText()).isEqualTo("running");
        assertThat(archive.outcome("a").orElseThrow().json().path("status").asText())
                .isEqualTo("failed");

        put(JobRecord.folder(again) + "outcome", ended(again, "canceled"));
        assertThat(archive.find("a").orElseThrow().path("status").asText()).isEqualTo("canceled");
        assertThat(archive.outcome("a").orElseThrow().json().path("status").asText())
                .isEqualTo("canceled");
    }

    private ObjectNode found() {
        return archive.find(JOB).orElseThrow();
    }

    private void put(String key, Bytes content) {
        store.create(new ObjectStore.Location("darkroom", key), content.array(), "application/octet-stream");
    }

    private static Bytes ended(JobKey key, String status) {
        return Bytes.utf8("{\"id\":\"" + key.id() + "\",\"status\":\"" + status + "\"}");
    }

    private static JobRecord.Attempt attempt() {
        return new JobRecord.Attempt(1, "sha256:0", "t", new Source("requests", 0, 0, null), "w", "p/1", 0, null);
    }
}
