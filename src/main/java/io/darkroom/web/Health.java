package io.darkroom.web;

import io.darkroom.kafka.BrokerProbe;
import io.darkroom.kafka.WorkerLife;
import io.darkroom.worker.WorkerHealth;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * What a probe is told. Liveness: our own threads are there; it never depends on broker or store, for restarting us would
 * mend neither. Readiness: broker, store and models are all usable. Startup: the first requests may be taken.
 */
@ApplicationScoped
public class Health {
    private final WorkerLife life;
    private final BrokerProbe broker;
    private final Instance<WorkerHealth> worker;

    Health(WorkerLife life, BrokerProbe broker, Instance<WorkerHealth> worker) {
        this.life = life;
        this.broker = broker;
        this.worker = worker;
    }

    @Produces
    @Liveness
    HealthCheck alive() {
        return () -> response("threads", life.renders() ? worker.get().stoppedThreads() : "");
    }

    @Produces
    @Startup
    HealthCheck started() {
        return () -> response("start", life.waitingFor());
    }

    @Produces
    @Readiness
    HealthCheck brokerReady() {
        return () -> response("broker", broker.trouble().orElse(""));
    }

    @Produces
    @Readiness
    HealthCheck storeReady() {
        return () ->
                response("store", life.renders() ? worker.get().storeTrouble().orElse("") : "");
    }

    @Produces
    @Readiness
    HealthCheck modelsReady() {
        return () -> {
            Map<String, String> problems = life.renders() ? worker.get().modelProblems() : Map.of();
            HealthCheckResponseBuilder response =
                    HealthCheckResponse.named("models").status(problems.isEmpty());
            problems.forEach(response::withData);
            return response.build();
        };
    }

    @Produces
    @Readiness
    HealthCheck requestsReady() {
        return () -> {
            String waiting = life.waitingFor();
            return response(
                    "requests",
                    waiting.isEmpty() && life.renders() ? worker.get().heldUp().orElse("") : waiting);
        };
    }

    /** Up where nothing is wrong. */
    private static HealthCheckResponse response(String name, String trouble) {
        HealthCheckResponseBuilder response = HealthCheckResponse.named(name).status(trouble.isEmpty());
        return (trouble.isEmpty() ? response : response.withData("reason", trouble)).build();
    }
}
