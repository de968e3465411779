package io.darkroom.engine;

import io.darkroom.model.DeviceException;
import io.darkroom.model.DeviceMemoryException;
import io.darkroom.model.Lease;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.Pipeline;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Memory of the device that can be had back: models that are not in use, and what those in use keep for later calls. Owned
 * by the device's thread.
 */
final class Room {
    private static final Logger LOG = Logger.getLogger(Room.class);

    private final Flights flights;
    private final Models models;
    private final BatchSizes sizes;

    Room(Flights flights, Models models, BatchSizes sizes) {
        this.flights = flights;
        this.models = models;
        this.sizes = sizes;
    }

    /**
     * Does what cannot be done in smaller parts. Where the device has no room for it, it is done once more after all is
     * given back that can be.
     *
     * @throws DeviceMemoryException where there was no room even so
     */
    <T> T made(Supplier<T> work) {
        try {
            return work.get();
        } catch (DeviceMemoryException e) {
            LOG.infof("%s: models that are not in use are closed, and it is tried again", e.getMessage());
            models.closeIdle();
            shrink();
            return work.get();
        }
    }

    /** Whether so many bytes are more than the device has in all. */
    boolean isTooSmall(long bytes) {
        return sizes.isTooSmall(bytes);
    }

    /** What is free, for the end of a message. */
    String free() {
        return sizes.free();
    }

    /**
     * Looks whether one row can fit, before the first call of its shape. As {@link BatchSizes#require}, in all the room
     * that can be made. A shape that fitted before gets the room of models that are not in use, if it needs it.
     */
    void require(Shape shape) {
        if (sizes.isTight(shape)) {
            LOG.infof("%s: models that are not in use are closed", sizes.figures(shape, 1));
            models.closeIdle();
        }
        var unused = made(() -> {
            sizes.require(shape);
            return shape;
        });
    }

    /**
     * Has every loaded model give back what it keeps beyond its smallest call.
     *
     * @throws DeviceException where that has broken the device
     */
    void shrink() {
        DeviceException broken = null;
        for (Lease<Pipeline> loaded : models.leaseLoaded()) {
            broken = shrink(loaded, broken);
        }
        sizes.shrunk();
        if (broken != null) {
            throw broken;
        }
    }

    /** Gives the lease back in any case; on a broken device nothing more is tried. */
    private @Nullable DeviceException shrink(Lease<Pipeline> loaded, @Nullable DeviceException broken) {
        try (loaded) {
            if (broken == null) {
                loaded.model().shrink();
            }
        } catch (DeviceMemoryException e) {
            LOG.debugf(e, "a model keeps its memory");
        } catch (DeviceException e) {
            LOG.warnf("a model keeps its memory: %s", e.getMessage());
            return flights.breaks(e) ? e : null;
        } catch (RuntimeException e) { // a bug, which is not to keep the other models leased
            LOG.error("a model keeps its memory: unexpected", e);
        }
        return broken;
    }
}
