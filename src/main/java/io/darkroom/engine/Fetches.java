package io.darkroom.engine;

import io.darkroom.job.Failure;
import io.darkroom.job.JobKey;
import io.darkroom.job.RenderJob;
import io.darkroom.job.Renderer;
import io.darkroom.job.SurroundingsException;
import io.darkroom.pipeline.Models;
import java.util.IdentityHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * What jobs need from stores and disks before they come to the device, while it is fetched beside its thread: the pictures
 * that they start from, and what a checkpoint is compared with. Of the device's thread alone.
 */
final class Fetches {
    private static final Logger LOG = Logger.getLogger(Fetches.class);

    private final InputPictures inputs;
    private final Models models;
    private final Executor blocking;
    private final Consumer<Runnable> onDevice;
    /** By listener: a job that was stopped may be given again while its first picture is still on its way. */
    private final IdentityHashMap<Renderer.Listener, JobKey> underWay = new IdentityHashMap<>();

    /**
     * @param inputs may block
     * @param models those of the device
     * @param blocking where it may
     * @param onDevice runs something on the device's thread
     */
    Fetches(InputPictures inputs, Models models, Executor blocking, Consumer<Runnable> onDevice) {
        this.inputs = inputs;
        this.models = models;
        this.blocking = blocking;
        this.onDevice = onDevice;
    }

    /** Whether a job needs anything. */
    static boolean needed(RenderJob job) {
        return Inputs.named(job.request().inputs()) || job.checkpoint() != null;
    }

    /** Fetches what a job starts from, and goes on with it on the device's thread unless the job is stopped meanwhile. */
    void begin(RenderJob job, Renderer.Listener listener, Consumer<Inputs> then) {
        underWay.put(listener, job.key());
        blocking.execute(() -> {
            Runnable next = fetch(job, listener, then);
            onDevice.accept(() -> {
                if (underWay.remove(listener) != null) {
                    next.run();
                }
            });
        });
    }

    private Runnable fetch(RenderJob job, Renderer.Listener listener, Consumer<Inputs> then) {
        try {
            Inputs fetched = Inputs.of(job.request().inputs(), inputs);
            if (job.checkpoint() != null) {
                digest(job, fetched);
            }
            return () -> then.accept(fetched);
        } catch (InputPictures.UnusableException e) {
            return () -> listener.failed(Failure.of(e.problems()));
        } catch (SurroundingsException e) {
            return () -> listener.faulted(e);
        } catch (RuntimeException e) {
            LOG.errorf(e, "%s: fetching its pictures failed", job.key().name());
            return () -> listener.failed(new Failure(Failure.Code.INTERNAL, "fetching the picture failed: " + e));
        } catch (OutOfMemoryError e) {
            LOG.errorf("%s: fetching its pictures: %s", job.key().name(), e);
            return () -> listener.failed(
                    new Failure(Failure.Code.OUT_OF_MEMORY, "fetching the pictures: " + e.getMessage()));
        }
    }

    /**
     * Reads the digest of the job's model, where nobody has asked for it yet, so that the device need not wait for that. What
     * goes wrong shows again, and is classified, when the job begins.
     */
    private void digest(RenderJob job, Inputs fetched) {
        try {
            String digest = models.digest(Arguing.model(job.request(), models), Arguing.of(job.request(), fetched));
            LOG.debugf("%s: its model is %s", job.key().name(), digest);
        } catch (RuntimeException e) {
            LOG.debugf(e, "%s: its model has no digest", job.key().name());
        }
    }

    /** Forgets a job, which has come to nothing yet. */
    void save(JobKey key) {
        underWay.entrySet().removeIf(each -> {
            boolean meant = each.getValue().equals(key);
            if (meant) {
                each.getKey().saved(null);
            }
            return meant;
        });
    }

    /** Forgets a job. */
    void stop(JobKey key) {
        underWay.values().removeIf(key::equals);
    }
}
