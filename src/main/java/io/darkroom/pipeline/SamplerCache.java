package io.darkroom.pipeline;

import io.darkroom.sampling.Sampler;
import io.darkroom.sampling.ScheduleRequest;
import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.sampling.SchedulerException;
import io.darkroom.sampling.Schedulers;
import java.util.Map;
import java.util.Optional;

/**
 * What jobs of the same settings share: configs read and samplers made, the latest of them. Both are immutable. A
 * thousand training timesteps are worked through for each, and every request needs them twice: checked, and run.
 */
final class SamplerCache {
    private static final int KEPT = 64;

    private record Made(SchedulerConfig config, ScheduleRequest request) {}

    private record Run(Sampler sampler, int index) {}

    private final Map<String, Object> file;
    private final Latest<Map<String, Object>, SchedulerConfig> configs = new Latest<>(KEPT);
    private final Latest<Made, Sampler> samplers = new Latest<>(KEPT);
    private final Latest<Run, Optional<String>> obstacles = new Latest<>(KEPT);

    /** @param file the model's {@code scheduler_config.json} */
    SamplerCache(Map<String, Object> file) {
        this.file = file;
    }

    /**
     * The model's config with a request's keys over it.
     *
     * @throws SchedulerException as {@link SchedulerConfig#from(Map, Map)}
     */
    SchedulerConfig config(Map<String, Object> override) {
        return configs.get(override, keys -> SchedulerConfig.from(file, keys));
    }

    /** @throws SchedulerException as {@link Schedulers#create} */
    Sampler sampler(SchedulerConfig config, ScheduleRequest request) {
        return samplers.get(new Made(config, request), made -> Schedulers.create(made.config(), made.request()));
    }

    /** As {@link Sampler#obstacle}. */
    Optional<String> obstacle(Sampler sampler, int index) {
        return obstacles.get(
                new Run(sampler, index),
                run -> Optional.ofNullable(run.sampler().obstacle(run.index())));
    }
}
