package io.darkroom.worker;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.mirror.ModelSourceException;
import io.quarkus.runtime.PreventFurtherStepsException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.interceptor.Interceptor;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jboss.logging.Logger;

/**
 * Brings the models, and loads the default one, before the worker joins its group: one that still loads, for minutes
 * perhaps, must not hold partitions whose requests another could render, nor call a model unknown that is on its way. It
 * goes on where loading fails; readiness tells.
 */
@ApplicationScoped
class ModelStart {
    private static final Logger LOG = Logger.getLogger(ModelStart.class);
    private static final String WORKER = "worker";
    private static final String WEB = "web";

    /** Before SmallRye opens its channels, which it does at a priority of a library. */
    void load(
            @Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event,
            DarkroomConfig config,
            ModelSupply supply,
            Instance<Engines> engines) {
        List<String> roles = config.standalone().roles();
        if (roles.contains(WORKER) || roles.contains(WEB)) {
            bring(supply);
        }
        if (roles.contains(WORKER) && config.models().load().equals("start")) {
            long start = System.nanoTime();
            engines.get().warm().join();
            LOG.debugf("The default model was loaded in %d ms", (System.nanoTime() - start) / 1_000_000);
        }
    }

    /** Without its models the worker must not go on: it would answer that they are unknown. */
    private static void bring(ModelSupply supply) {
        try {
            supply.bring();
        } catch (ModelSourceException e) {
            LOG.errorf("Darkroom cannot start. %s", e.getMessage());
            throw end();
        } catch (CancellationException e) {
            LOG.infof("Stopping: %s", e.getMessage());
            throw end();
        }
    }

    /** To be thrown: what would have started next is left out, and the process ends. */
    private static PreventFurtherStepsException end() {
        Quarkus.asyncExit(1);
        return new PreventFurtherStepsException();
    }
}
