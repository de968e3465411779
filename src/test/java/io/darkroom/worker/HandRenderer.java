package io.darkroom.worker;

import io.darkroom.job.Bytes;
import io.darkroom.job.Checkpoint;
import io.darkroom.job.JobKey;
import io.darkroom.job.RenderJob;
import io.darkroom.job.Rendered;
import io.darkroom.job.Renderer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A renderer that is worked by hand. */
final class HandRenderer implements Renderer {
    /** A job that was given in. */
    record Given(RenderJob job, Listener listener) {
        void finish(String picture) {
            listener.started("starter", 20);
            listener.finished(rendered(picture));
        }
    }

    final BlockingQueue<Given> given = new LinkedBlockingQueue<>();
    final List<JobKey> stopped = new CopyOnWriteArrayList<>();
    final BlockingQueue<JobKey> saved = new LinkedBlockingQueue<>();

    @Override
    public void render(RenderJob job, Listener listener) {
        given.add(new Given(job, listener));
    }

    @Override
    public void stop(JobKey key) {
        stopped.add(key);
    }

    @Override
    public void save(JobKey key) {
        saved.add(key);
    }

    /** The next job that is given in. */
    Given next() throws InterruptedException {
        Given next = given.poll(20, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no job was given to the renderer");
        }
        return next;
    }

    /** The next job, which goes on from a checkpoint. */
    Given next(String checkpoint) throws InterruptedException {
        Given next = next();
        Checkpoint.Stored stored = next.job().checkpoint();
        if (stored == null || !stored.name().toString().equals(checkpoint)) {
            throw new AssertionError("given is " + stored + ", expected " + checkpoint);
        }
        return next;
    }

    /** The next job that is to be given up with what it has come to. */
    JobKey nextSaved() throws InterruptedException {
        JobKey next = saved.poll(20, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no job was to be saved");
        }
        return next;
    }

    static Rendered rendered(String picture) {
        return new Rendered(
                "starter",
                "sha256:00",
                List.of(new Rendered.Picture("0.png", Bytes.utf8(picture), "image/png", 128, 128, 1L, Map.of())),
                Map.of("seed", 1),
                Map.of("denoise", 10L),
                List.of(),
                Map.of(),
                12.34);
    }
}
