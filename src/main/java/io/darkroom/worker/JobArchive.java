package io.darkroom.worker;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.darkroom.job.CheckpointName;
import io.darkroom.job.JobKey;
import io.darkroom.job.JobRecord;
import io.darkroom.job.JobRecords;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.TerminalEvent;
import java.util.Optional;
import java.util.function.Function;

/** Where a job is by its record in the store, which outlives every process and topic. */
public final class JobArchive {
    /** Above what a picture of the most pixels, or a contact sheet, takes. */
    private static final long LARGEST_PICTURE = 256L << 20;

    private final ObjectStore store;
    private final String bucket;

    JobArchive(ObjectStore store, String bucket) {
        this.store = store;
        this.bucket = bucket;
    }

    /** As {@link #find(JobKey)}, of the newest generation that anybody has begun: each is made once the one before has ended. */
    public Optional<ObjectNode> find(String id) {
        return newest(id, this::find);
    }

    /** As {@link #outcome(JobKey)}, of the newest generation that has ended. */
    public Optional<TerminalEvent> outcome(String id) {
        return newest(id, this::outcome);
    }

    private static <T> Optional<T> newest(String id, Function<JobKey, Optional<T>> known) {
        Optional<T> newest = Optional.empty();
        for (int generation = 0; ; generation++) {
            Optional<T> next = known.apply(new JobKey(id, generation));
            if (next.isEmpty()) {
                return newest;
            }
            newest = next;
        }
    }

    /**
     * The terminal event's data; {@code running} where a worker has begun it; empty where none has. Blocks.
     *
     * <p>Of a job under way the record knows as many steps as its furthest checkpoint has. How many there are in all stands
     * in no name, so {@code steps} is 0, as wherever a job's plan is not known yet.
     *
     * @throws io.darkroom.job.SurroundingsException where the store does not answer
     */
    Optional<ObjectNode> find(JobKey key) {
        JobRecord record = JobRecords.read(store, bucket, key);
        TerminalEvent outcome = record.outcome() == null ? null : TerminalEvent.read(key, record.outcome());
        if (outcome != null) {
            return Optional.of(outcome.json().deepCopy());
        }
        return record.attempts().isEmpty()
                ? Optional.empty()
                : Optional.of(JsonNodeFactory.instance
                        .objectNode()
                        .put("id", key.id())
                        .put("status", "running")
                        .put("step", step(record))
                        .put("steps", 0));
    }

    private static int step(JobRecord record) {
        return record.checkpoints().stream()
                .findFirst()
                .map(CheckpointName::step)
                .orElse(0);
    }

    /**
     * How a job ended, as its worker wrote it down; empty where it has not. What topics tell is not asked: whoever may
     * write there could name any object. Blocks.
     *
     * @throws io.darkroom.job.SurroundingsException where the store does not answer
     */
    Optional<TerminalEvent> outcome(JobKey key) {
        return Optional.ofNullable(JobRecords.outcome(store, bucket, key));
    }

    /**
     * A picture's file; empty where it is gone. Blocks.
     *
     * @throws io.darkroom.job.SurroundingsException where the store does not answer
     */
    public Optional<byte[]> file(ObjectStore.Location picture) {
        return Optional.ofNullable(store.read(picture, LARGEST_PICTURE));
    }
}
