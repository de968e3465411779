package io.darkroom.pipeline;

import io.darkroom.sampling.Sampler;
import io.darkroom.sampling.ScheduleRequest;
import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.sampling.SchedulerException;
import io.darkroom.sampling.Schedulers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What jobs of the same settings share: configs read and samplers made, the latest of them. Both are immutable. A
 * thousand training timesteps are worked through for each, and every request needs them twice: checked, and run.
 */
final class SamplerCache {
    private static final int KEPT = 64;

    private record Made(SchedulerConfig config, ScheduleRequest request) {}

    private final Map<String, Object> file;
    private final Map<Map<String, Object>, SchedulerConfig> configs = latest();
    private final Map<Made, Sampler> samplers = latest();

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
        return in(configs, override, keys -> SchedulerConfig.from(file, keys));
    }

    /** @throws SchedulerException as {@link Schedulers#create} */
    Sampler sampler(SchedulerConfig config, ScheduleRequest request) {
        return in(samplers, new Made(config, request), made -> Schedulers.create(made.config(), made.request()));
    }

    /** Two threads may make the same: either will do. */
    private static <K, V> V in(Map<K, V> cache, K key, Function<K, V> make) {
        synchronized (cache) {
            @Nullable V known = cache.get(key);
            if (known != null) {
                return known;
            }
        }
        V made = make.apply(key);
        synchronized (cache) {
            cache.put(key, made);
        }
        return made;
    }

    private static <K, V> Map<K, V> latest() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > KEPT;
            }
        };
    }
}
