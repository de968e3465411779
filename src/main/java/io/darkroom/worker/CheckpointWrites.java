package io.darkroom.worker;

import io.darkroom.job.CheckpointName;
import io.darkroom.job.JobKey;
import io.darkroom.job.JobRecords;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.ObjectStore.Location;

/**
 * Writes checkpoints and deletes them. A job may be through, and its checkpoints deleted, while one is still on its way to
 * a slow store, or held by a worker that stood still while another took over: that one is deleted as soon as it is there,
 * for nobody else would ever. Safe for use from any thread; blocks, and throws what the store throws.
 */
final class CheckpointWrites {
    private static final String BINARY = "application/octet-stream";

    private final ObjectStore store;

    CheckpointWrites(ObjectStore store) {
        this.store = store;
    }

    /**
     * Creates one. Where it is there already it is the same: its name says how far it is. Whoever deletes a job's checkpoints
     * has seen its outcome before: either it finds this one, or the outcome is there now.
     */
    void create(Location at, byte[] content) {
        store.create(at, content, BINARY);
        Location outcome = new Location(at.bucket(), CheckpointName.outcomeKey(at.key()));
        if (store.read(outcome, JobRecords.LARGEST) != null) {
            store.delete(at);
        }
    }

    /** Deletes all of a job that are there. */
    void delete(String bucket, JobKey job) {
        String folder = CheckpointName.folder(job);
        for (String key : store.list(bucket, folder)) {
            store.delete(new Location(bucket, key));
        }
    }
}
