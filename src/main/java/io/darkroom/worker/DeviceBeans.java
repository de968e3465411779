package io.darkroom.worker;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.engine.CallMeter;
import io.darkroom.engine.CudaMemory;
import io.darkroom.engine.Engine;
import io.darkroom.engine.Memory;
import io.darkroom.engine.ModelCheck;
import io.darkroom.engine.RowLoader;
import io.darkroom.engine.SystemMemory;
import io.darkroom.job.Limits;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.RequestCheck;
import io.darkroom.job.RequestParser;
import io.darkroom.model.BuiltInModels;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.NetworkLoader;
import io.darkroom.onnx.Device;
import io.darkroom.onnx.Devices;
import io.darkroom.onnx.OnnxLoader;
import io.darkroom.pipeline.Models;
import io.darkroom.pipeline.TorchNoise;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** Puts the devices together: an engine and models of its own for each, and one renderer over all. */
@Singleton
class DeviceBeans {
    private static final Logger LOG = Logger.getLogger(DeviceBeans.class);
    /** Pictures that are encoded at the same time: enough to stay ahead of a CPU, to which it leaves cores. */
    private static final int FEWEST_ENCODERS = 2;

    private static final int FETCHERS = 4;

    private final DarkroomConfig config;

    DeviceBeans(DarkroomConfig config) {
        this.config = config;
    }

    @Produces
    @Singleton
    DeviceUse use() {
        return new DeviceUse();
    }

    @Produces
    @Singleton
    DeviceModels models(MeterRegistry meters, DeviceUse use, ModelSupply supply, Limits limits) {
        TorchNoise noise = new TorchNoise(config.noise().cudaThreads());
        List<ModelFolder> builtIn = BuiltInModels.all();
        return new DeviceModels(Devices.of(config.devices()).stream()
                .map(device -> {
                    CallMeter meter = new CallMeter(
                            use.watch(device.toString(), new CallFigures(meters, device.toString(), memory(device))));
                    Models models = new Models(
                            supply.folder(),
                            builtIn,
                            config.models().defaultModel(),
                            config.models().memory().asLongValue() / parts(device),
                            loader(device, meter),
                            noise,
                            folder -> ModelCheck.checkDefaults(folder, limits));
                    return new DeviceModels.One(device, models, meter);
                })
                .toList());
    }

    /** Into how many parts what the device runs on is divided: they have its memory in common. */
    private static int parts(Device device) {
        return device instanceof Device.Cpu cpu ? cpu.parts() : 1;
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

    /** For planning and lists. */
    @Produces
    @Singleton
    Models anyModels(DeviceModels models) {
        return models.any();
    }

    @Produces
    @Singleton
    Engines engines(
            DeviceModels models, ObjectStore store, Limits limits, Models catalog, Instance<DeliveryLoop> deliveries) {
        StoredInputs inputs = new StoredInputs(store, new Places(config.storage()), limits);
        Executor fetching = Threads.pool("fetch", FETCHERS);
        Executor encoding = Threads.pool("encode", encoders(models));
        return Engines.start(
                models,
                (one, broken) -> new Engine(
                        one.device().toString(),
                        one.models(),
                        one.meter(),
                        new Engine.Settings(
                                config.engine().jobs(),
                                config.engine()
                                        .fixedRows()
                                        .orElse(config.engine().rows()),
                                one.device() instanceof Device.Cuda,
                                config.engine().idle(),
                                limits),
                        new Engine.Helpers(
                                inputs,
                                fetching,
                                encoding,
                                broken,
                                memory(one.device()),
                                config.engine().checkpointInterval())),
                config.engine().jobs(),
                // What a device is tested with is written nowhere and no job: no place is refused, nothing filled in.
                new PlainRequests(new RequestParser(limits, RequestCheck.none().and(new ModelCheck(catalog, limits)))),
                broken(deliveries));
    }

    /** A GPU makes pictures faster than two threads encode, and leaves the cores idle. */
    private static int encoders(DeviceModels models) {
        boolean cpu = models.each().stream().anyMatch(one -> one.device() instanceof Device.Cpu);
        return cpu
                ? FEWEST_ENCODERS
                : Math.max(FEWEST_ENCODERS, Runtime.getRuntime().availableProcessors() / 2);
    }

    void close(@Disposes Engines engines) {
        engines.close();
    }

    private static Memory memory(Device device) {
        return device instanceof Device.Cuda cuda ? new CudaMemory(cuda.index()) : new SystemMemory(parts(device));
    }

    /**
     * Nothing can be rendered any more: the process ends, and its jobs go to other workers. Those that were on the device
     * are written down as unclean ends first, for one of them may have broken it.
     */
    private static Consumer<Engines.Broken> broken(Instance<DeliveryLoop> deliveries) {
        return what -> {
            LOG.errorf(what.cause(), "The device %s cannot be used any more: this process ends", what.device());
            deliveries
                    .get()
                    .abandon(what.cause().toString(), what.jobs()::contains)
                    .whenComplete((left, fault) -> Quarkus.asyncExit(1));
        };
    }
}
