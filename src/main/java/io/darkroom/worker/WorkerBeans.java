package io.darkroom.worker;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.engine.CallMeter;
import io.darkroom.engine.CudaMemory;
import io.darkroom.engine.Engine;
import io.darkroom.engine.ModelCheck;
import io.darkroom.engine.RowLoader;
import io.darkroom.engine.SystemMemory;
import io.darkroom.job.Announcer;
import io.darkroom.job.Intake;
import io.darkroom.job.Limits;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.RequestParser;
import io.darkroom.model.BuiltInModels;
import io.darkroom.model.NetworkLoader;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.Devices;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.TorchNoise;
import io.darkroom.storage.MinioObjectStore;
import io.darkroom.storage.StoreConfig;
import io.darkroom.storage.StoreCredentials;
import io.darkroom.storage.StoreSelfCheck;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Puts the worker together: from settings to store, engine and deliveries. */
@Singleton
class WorkerBeans {
    private static final Logger LOG = Logger.getLogger(WorkerBeans.class);
    /** Two pictures are encoded at the same time: enough to stay ahead of a device, and it leaves cores to the CPU one. */
    private static final int ENCODERS = 2;

    private static final int FETCHERS = 4;
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
        DarkroomConfig.Storage given = config.storage();
        return new MinioObjectStore(StoreConfig.of(
                URI.create(given.endpoint().orElseThrow(() -> missing("endpoint"))),
                given.bucket(),
                given.region(),
                credentials(given)));
    }

    private static StoreCredentials credentials(DarkroomConfig.Storage given) {
        if (given.webIdentity()) {
            return new StoreCredentials.WebIdentity(given.stsEndpoint().orElse(null));
        }
        if (given.credentialsFile().isPresent()) {
            return new StoreCredentials.Rotated(given.credentialsFile().get());
        }
        return new StoreCredentials.Keys(
                given.accessKey().orElseThrow(() -> missing("access-key")),
                given.secretKey().orElseThrow(() -> missing("secret-key")));
    }

    void close(@Disposes MinioObjectStore store) {
        store.close();
    }

    private static IllegalArgumentException missing(String key) {
        return new IllegalArgumentException("darkroom.storage." + key + " is not set");
    }

    @Produces
    @Singleton
    StoreReadiness storeReadiness(ObjectStore store, StoreProbe probe) {
        DarkroomConfig.Storage given = config.storage();
        return () -> {
            StoreSelfCheck.run(store, given.bucket(), "at " + given.endpoint().orElse(""));
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
    CallMeter calls(MeterRegistry meters) {
        return new CallMeter(new CallFigures(meters));
    }

    @Produces
    @Singleton
    Device device() {
        List<Device> devices = Devices.of(config.devices());
        if (devices.size() > 1) {
            LOG.warnf("One process uses one device so far: %s, and none of the others", devices.get(0));
        }
        return devices.get(0);
    }

    @Produces
    @Singleton
    Models models(CallMeter calls, Device device) {
        TorchNoise noise = new TorchNoise(config.noise().cudaThreads());
        return new Models(
                config.models().path(),
                BuiltInModels.starter(),
                config.models().defaultModel(),
                config.models().memory().asLongValue(),
                loader(device, calls),
                noise);
    }

    /** Bits depend on the rows of a call on CUDA alone, and only there a new number of rows costs a search. */
    private NetworkLoader loader(Device device, CallMeter calls) {
        NetworkLoader onnx = new OnnxLoader(device, calls);
        Optional<Integer> fixed = config.engine().fixedRows();
        if (fixed.isPresent()) {
            return RowLoader.fixed(onnx, fixed.get());
        }
        return device instanceof Device.Cuda ? RowLoader.rungs(onnx) : onnx;
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
                limits, new ModelCheck(models, limits), config.tenants().topics());
    }

    @Produces
    @Singleton
    Engine engine(
            Device device,
            Models models,
            CallMeter calls,
            ObjectStore store,
            Limits limits,
            Instance<DeliveryLoop> deliveries) {
        boolean fragile = device instanceof Device.Cuda;
        Engine engine = new Engine(
                device.toString(),
                models,
                calls,
                new Engine.Settings(
                        config.engine().jobs(),
                        config.engine().fixedRows().orElse(config.engine().rows()),
                        fragile,
                        config.engine().idle(),
                        limits),
                new Engine.Helpers(
                        new StoredInputs(store, new Places(config.storage()), limits),
                        Threads.pool("fetch", FETCHERS),
                        Threads.pool("encode", ENCODERS),
                        cause -> broken(cause, deliveries.get()),
                        device instanceof Device.Cuda cuda ? new CudaMemory(cuda.index()) : new SystemMemory(),
                        config.engine().checkpointInterval()));
        engine.start();
        return engine;
    }

    void close(@Disposes Engine engine) {
        engine.close();
    }

    /**
     * Nothing can be rendered any more: the process ends, and its jobs go to other workers. Those that were on the device
     * are written down as unclean ends first, for one of them may have broken it.
     */
    private static void broken(Throwable cause, DeliveryLoop deliveries) {
        LOG.error("The device cannot be used any more: this process ends", cause);
        deliveries.abandon(String.valueOf(cause)).whenComplete((left, fault) -> Quarkus.asyncExit(1));
    }

    @Produces
    @Singleton
    DeliveryLoop deliveries(
            RequestParser parser,
            ObjectStore store,
            Engine engine,
            Announcer announcer,
            Intake intake,
            MeterRegistry meters) {
        TerminalBar bar = new TerminalBar(System.out, TerminalBar.isWatched());
        DeliveryLoop.Settings shipped =
                DeliveryLoop.Settings.of(workerName(), config.storage().bucket());
        return new DeliveryLoop(
                new DeliveryLoop.Settings(
                        shipped.worker(),
                        shipped.bucket(),
                        config.worker().maxAttempts(),
                        config.engine().jobs(),
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
                        engine,
                        new WatchedAnnouncer(announcer, bar, meters),
                        intake,
                        new JobJournal(meters, bar)),
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
    WorkerHealth health(Engine engine, DeliveryLoop deliveries, StoreProbe store, Models models) {
        return new WorkerHealth() {
            @Override
            public String stoppedThreads() {
                return engine.isAlive() ? "" : "device";
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
