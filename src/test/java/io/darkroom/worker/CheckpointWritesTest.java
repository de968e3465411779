package io.darkroom.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.job.CheckpointName;
import io.darkroom.job.JobKey;
import io.darkroom.job.JobRecord;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.ObjectStore.Location;
import io.darkroom.job.SurroundingsException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

/** A store that is slow: something else happens just before it has an object, or just before it has deleted one. */
class CheckpointWritesTest {
    private static final JobKey JOB = new JobKey("a", 0);
    private static final Location FIRST = at(4);
    private static final Location SECOND = at(8);

    private final MemoryStore store = new MemoryStore();
    private Runnable beforeCreation = () -> {};
    private final CheckpointWrites writes = new CheckpointWrites(slow());

    private static Location at(int step) {
        return new Location("darkroom", new CheckpointName(1, step).key(JOB));
    }

    private ObjectStore slow() {
        return (ObjectStore) Proxy.newProxyInstance(
                ObjectStore.class.getClassLoader(), new Class<?>[] {ObjectStore.class}, (self, method, args) -> {
                    if (method.getName().equals("create")) {
                        beforeCreation.run();
                    }
                    try {
                        return method.invoke(store, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void create(Location at) {
        writes.create(at, new byte[1]);
    }

    private void end(JobKey job) {
        store.objects.put(JobRecord.outcomeKey(job), new byte[1]);
        writes.delete("darkroom", job);
    }

    @Test
    void aCheckpointThatArrivesAfterItsJobsWereDeletedIsDeletedToo() {
        create(FIRST);
        beforeCreation = () -> end(JOB);

        create(SECOND);

        assertThat(store.objects).containsOnlyKeys(JobRecord.outcomeKey(JOB));
    }

    /** Of a worker that stood still. */
    @Test
    void aCheckpointOfAJobThatAnotherWorkerHasEndedIsDeleted() {
        create(FIRST);
        end(JOB);

        new CheckpointWrites(store).create(SECOND, new byte[1]);

        assertThat(store.objects).containsOnlyKeys(JobRecord.outcomeKey(JOB));
    }

    @Test
    void aCheckpointOfAJobThatGoesOnIsKept() {
        create(FIRST);
        create(SECOND);

        assertThat(store.objects).containsOnlyKeys(FIRST.key(), SECOND.key());
    }

    @Test
    void whatIsDeletedConcernsOneJobAlone() {
        JobKey other = new JobKey("b", 0);
        beforeCreation = () -> end(other);

        create(FIRST);

        assertThat(store.objects).containsOnlyKeys(FIRST.key(), JobRecord.outcomeKey(other));
    }

    @Test
    void aFaultOfTheStoreIsHandedOn() {
        store.refused = "/checkpoints/";

        assertThatThrownBy(() -> create(FIRST)).isInstanceOf(SurroundingsException.class);
    }
}
