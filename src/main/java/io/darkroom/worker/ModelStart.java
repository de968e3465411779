package io.darkroom.worker;

import io.darkroom.config.DarkroomConfig;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.interceptor.Interceptor;
import org.jboss.logging.Logger;

/**
 * Loads the default model before the worker joins its group: one that still loads, for minutes perhaps, must not hold
 * partitions whose requests another could render. It goes on where loading fails; readiness tells.
 */
@ApplicationScoped
class ModelStart {
    private static final Logger LOG = Logger.getLogger(ModelStart.class);
    private static final String WORKER = "worker";

    /** Before SmallRye opens its channels, which it does at a priority of a library. */
    void load(
            @Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event,
            DarkroomConfig config,
            Instance<Engines> engines) {
        if (config.standalone().roles().contains(WORKER)
                && config.models().load().equals("start")) {
            long start = System.nanoTime();
            engines.get().warm().join();
            LOG.debugf("The default model was loaded in %d ms", (System.nanoTime() - start) / 1_000_000);
        }
    }
}
