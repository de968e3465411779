package io.darkroom.worker;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.SurroundingsException;
import io.darkroom.mirror.ModelMirror;
import io.darkroom.mirror.ModelSource;
import io.darkroom.storage.StoreConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Where this process finds its models: in the configured folder, or in what is kept of a bucket, which must be brought
 * first.
 */
public final class ModelSupply implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ModelSupply.class);
    private static final Duration AGAIN = Duration.ofSeconds(1);
    /** How often the log says again what the models wait for. */
    private static final Duration REMINDER = Duration.ofSeconds(30);

    private static final AtomicBoolean CANCELED = new AtomicBoolean();

    private final Path folder;
    private final @Nullable ModelMirror mirror;
    private boolean there;

    private ModelSupply(Path folder, @Nullable ModelMirror mirror) {
        this.folder = folder;
        this.mirror = mirror;
        this.there = mirror == null;
    }

    /** @param store asked for only where models come from there */
    static ModelSupply of(DarkroomConfig.Models models, Supplier<StoreConfig> store) {
        if (models.source().isEmpty()) {
            return new ModelSupply(models.path(), null);
        }
        ModelMirror mirror =
                new ModelMirror(ModelSource.parse(models.source().get()), models.cache(), store.get(), CANCELED::get);
        return new ModelSupply(mirror.models(), mirror);
    }

    /** The process is to stop: a sync that is under way ends soon, and keeps what it has. */
    public static void cancel() {
        CANCELED.set(true);
    }

    Path folder() {
        return folder;
    }

    /**
     * Brings the models, and waits for that: as long as the store cannot be reached, too, or the disk is full.
     *
     * @throws io.darkroom.mirror.ModelSourceException where waiting does not mend it
     * @throws CancellationException where the process is to stop
     */
    void bring() {
        long quietUntil = System.nanoTime();
        while (mirror != null && !there) {
            try {
                mirror.sync();
                there = true;
            } catch (SurroundingsException e) {
                if (System.nanoTime() - quietUntil >= 0) {
                    LOG.warnf("Waiting for the models: %s", e.getMessage());
                    quietUntil = System.nanoTime() + REMINDER.toNanos();
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            for (long ms = 0; ms < AGAIN.toMillis() && !CANCELED.get(); ms += 100) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            CANCELED.set(true);
        }
        if (CANCELED.get()) {
            throw new CancellationException("the process stops");
        }
    }

    @Override
    public void close() {
        if (mirror != null) {
            mirror.close();
        }
    }
}
