package io.darkroom.worker;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.engine.ModelCheck;
import io.darkroom.job.Announcer;
import io.darkroom.job.Intake;
import io.darkroom.job.Limits;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.RequestParser;
import io.darkroom.pipeline.Models;
import io.darkroom.storage.MinioObjectStore;
import io.darkroom.storage.StoreSelfCheck;
import io.darkroom.telemetry.JobFigures;
import io.darkroom.telemetry.OtelTraces;
import io.darkroom.telemetry.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts the worker together: from settings and devices to store and deliveries. */
@Singleton
class WorkerBeans {
    private static final int STORE_CALLS = 16;

    private final DarkroomConfig config;

    WorkerBeans(DarkroomConfig config) {
        this.config = config;
    }

    @Produces
    @Singleton
    Limits limits() {
        DarkroomConfig.Limits given = config.limits();
        return new Limits(
                Math.toIntExact(given.requestBytes().asLongValue()),
                Math.toIntExact(given.promptBytes().asLongValue()),
                given.pixels(),
                given.steps(),
                given.pictures(),
                given.sweep(),
                given.pixelSteps().orElse(Long.MAX_VALUE),
                given.inputBytes().asLongValue(),
                given.inputPixels(),
                Limits.DEFAULTS.deadLetterBytes());
    }

    @Produces
    @Singleton
    MinioObjectStore store() {
        return ConfiguredStore.minio(config.storage());
    }

    @Produces
    @Singleton
    ModelSupply modelSupply() {
        return ModelSupply.of(config.models(), () -> ConfiguredStore.config(config.storage()));
    }

    void close(@Disposes ModelSupply supply) {
        supply.close();
    }

    void close(@Disposes MinioObjectStore store) {
        store.close();
    }

    @Produces
    @Singleton
    StoreReadiness storeReadiness(ObjectStore store, StoreProbe probe) {
        DarkroomConfig.Storage given = config.storage();
        return () -> {
            StoreSelfCheck.run(store, given.bucket(), "at " + given.endpoint().orElse(""), given.timeout());
            probe.answered();
        };
    }

    @Produces
    @Singleton
    JobArchive archive(ObjectStore store) {
        return new JobArchive(store, config.storage().bucket());
    }

    @Produces
    @Singleton
    ModelList modelList(Models models) {
        return new ModelList(models);
    }

    @Produces
    @Singleton
    RequestParser parser(Limits limits, Models models) {
        return new RequestParser(
                limits,
                new ModelCheck(models, limits).and(new Places(config.storage())),
                config.tenants().topics());
    }

    @Produces
    @Singleton
    JobFigures figures(MeterRegistry meters) {
        DarkroomConfig.Metrics given = config.metrics();
        return new JobFigures(meters, Clock.systemUTC(), given.tenants(), given.label());
    }

    /** Where nothing is exported no spans are made. */
    @Produces
    @Singleton
    Traces traces(OpenTelemetry telemetry, @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean off) {
        return off ? Traces.OFF : new OtelTraces(telemetry.getTracer("io.darkroom"));
    }

    @Produces
    @Singleton
    DeliveryLoop deliveries(
            RequestParser parser,
            ObjectStore store,
            Engines engines,
            Announcer announcer,
            Intake intake,
            JobFigures figures,
            Traces traces) {
        TerminalBar bar = new TerminalBar(System.out, TerminalBar.isWatched());
        DeliveryLoop.Settings shipped =
                DeliveryLoop.Settings.of(workerName(), config.storage().bucket());
        return new DeliveryLoop(
                new DeliveryLoop.Settings(
                        shipped.worker(),
                        shipped.bucket(),
                        config.worker().maxAttempts(),
                        engines.fleet().room(),
                        STORE_CALLS,
                        shipped.firstBackoff(),
                        shipped.longestBackoff(),
                        shipped.leaving(),
                        config.topics().requests(),
                        quotas(),
                        config.events().exactlyOnce()),
                parser,
                new DeliveryLoop.Ports(
                        store,
                        engines.fleet(),
                        new WatchedAnnouncer(announcer, bar, figures),
                        intake,
                        new JobJournal(figures, bar),
                        traces),
                Clock.systemUTC(),
                new SecureRandom());
    }

    void close(@Disposes DeliveryLoop deliveries) {
        deliveries.close();
    }

    private TenantQuotas quotas() {
        return new TenantQuotas(
                quota(config.tenants().each()),
                config.tenants().named().entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, named -> quota(named.getValue()))));
    }

    private static TenantQuotas.Quota quota(DarkroomConfig.Quota given) {
        return new TenantQuotas.Quota(
                given.jobs().orElse(null), given.deviceTimePerHour().orElse(null));
    }

    @Produces
    @Singleton
    StoreProbe storeProbe(ObjectStore store) {
        StoreProbe probe = new StoreProbe(store, config.storage().bucket());
        probe.start();
        return probe;
    }

    void close(@Disposes StoreProbe probe) {
        probe.close();
    }

    @Produces
    @Singleton
    WorkerHealth health(Engines engines, DeliveryLoop deliveries, StoreProbe store, DeviceModels models) {
        return new WorkerHealth() {
            @Override
            public String stoppedThreads() {
                return engines.stopped();
            }

            @Override
            public Optional<String> heldUp() {
                return deliveries.trouble();
            }

            @Override
            public Optional<String> storeTrouble() {
                return store.trouble();
            }

            @Override
            public Map<String, String> modelProblems() {
                return models.problems();
            }
        };
    }

    private String workerName() {
        return config.worker().name().orElseGet(() -> {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                return "worker-" + ProcessHandle.current().pid();
            }
        });
    }
}
