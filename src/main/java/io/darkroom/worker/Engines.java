package io.darkroom.worker;

import io.darkroom.engine.Engine;
import io.darkroom.job.JobKey;
import io.darkroom.job.RenderRequest;
import io.darkroom.job.Renderer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The engines of all devices, and the one renderer over them. Owns their threads. */
final class Engines implements AutoCloseable {
    /**
     * A device that cannot be used any more.
     *
     * @param jobs that it had, one of which may have done it
     */
    record Broken(String device, Set<JobKey> jobs, Throwable cause) {}

    private record Named(String device, Engine engine) {}

    private final List<Named> all;
    private final Fleet fleet;

    private Engines(List<Named> all, Fleet fleet) {
        this.all = all;
        this.fleet = fleet;
    }

    /**
     * Starts an engine for each device.
     *
     * @param make makes one, given what to tell when its device has failed
     * @param jobs on each at the same time
     * @param plain a request that a model should be able to render ({@link SelfTested})
     * @param broken is told when one has failed
     */
    static Engines start(
            DeviceModels models,
            BiFunction<DeviceModels.One, Consumer<Throwable>, Engine> make,
            int jobs,
            Function<@Nullable String, Optional<RenderRequest>> plain,
            Consumer<Broken> broken) {
        AtomicReference<@Nullable Fleet> made = new AtomicReference<>();
        List<Named> all = new ArrayList<>();
        List<Fleet.Member> members = new ArrayList<>();
        for (DeviceModels.One one : models.each()) {
            String device = one.device().toString();
            Engine engine = make.apply(one, cause -> {
                Fleet fleet = made.get();
                broken.accept(new Broken(device, fleet == null ? Set.of() : fleet.on(device), cause));
            });
            all.add(new Named(device, engine));
            // What it had is not to blame: the test was nobody's job.
            Renderer tested =
                    new SelfTested(device, engine, plain, cause -> broken.accept(new Broken(device, Set.of(), cause)));
            members.add(new Fleet.Member(device, tested, jobs, one.models()::loadingMs));
        }
        Fleet fleet = new Fleet(members);
        made.set(fleet);
        all.forEach(each -> each.engine().start());
        return new Engines(List.copyOf(all), fleet);
    }

    Fleet fleet() {
        return fleet;
    }

    /** Loads the default model on every device at the same time. As {@link Engine#warm}. */
    CompletableFuture<@Nullable Void> warm() {
        return CompletableFuture.allOf(
                all.stream().map(each -> each.engine().warm()).toArray(CompletableFuture<?>[]::new));
    }

    /** The threads that should run and do not, separated by commas; empty where all do. */
    String stopped() {
        return all.stream()
                .filter(each -> !each.engine().isAlive())
                .map(each -> "device " + each.device())
                .collect(Collectors.joining(", "));
    }

    @Override
    public void close() {
        all.forEach(each -> each.engine().close());
    }
}
