package io.darkroom.worker;

import io.darkroom.job.CheckpointName;
import io.darkroom.job.JobKey;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.ObjectStore.Location;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes checkpoints and deletes them. A job may be through, and its checkpoints deleted, while one is still on its way to
 * a slow store: that one is deleted as soon as it is there, for nobody else would ever. Safe for use from any thread;
 * blocks, and throws what the store throws.
 */
final class CheckpointWrites {
    private static final String BINARY = "application/octet-stream";

    /** What is on its way for one job. */
    private static final class Writing {
        int writes;
        boolean over;
    }

    private final ObjectStore store;
    // Guarded by this.
    /** By the folder of a job's checkpoints. */
    private final Map<String, Writing> writing = new HashMap<>();

    CheckpointWrites(ObjectStore store) {
        this.store = store;
    }

    /**
     * One is going to be created, perhaps after it has waited for a thread: its job may be over by then. Does not block.
     */
    synchronized void announce(Location at) {
        writing.computeIfAbsent(folder(at), key -> new Writing()).writes++;
    }

    /** Creates an announced one. Where it is there already it is the same: its name says how far it is. */
    void create(Location at, byte[] content) {
        String folder = folder(at);
        try {
            store.create(at, content, BINARY);
        } finally {
            if (written(folder)) {
                store.delete(at);
            }
        }
    }

    private static String folder(Location at) {
        return at.key().substring(0, at.key().lastIndexOf('/') + 1);
    }

    /** Whether the job is through meanwhile. */
    private synchronized boolean written(String folder) {
        Writing of = writing.getOrDefault(folder, new Writing());
        if (--of.writes <= 0) {
            writing.remove(folder);
        }
        return of.over;
    }

    /** Deletes all of a job, those too that are still on their way. */
    void delete(String bucket, JobKey job) {
        String folder = CheckpointName.folder(job);
        synchronized (this) {
            Writing of = writing.get(folder);
            if (of != null) {
                of.over = true;
            }
        }
        for (String key : store.list(bucket, folder)) {
            store.delete(new Location(bucket, key));
        }
    }
}
