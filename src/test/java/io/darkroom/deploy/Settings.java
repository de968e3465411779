package io.darkroom.deploy;

import io.darkroom.config.DarkroomConfig;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The worker's settings as its environment gives them. */
public final class Settings {
    /** Around the drain: released jobs say so in their records (5 s), Quarkus closes (5 s), and a little more. */
    static final Duration AROUND_A_STOP = Duration.ofSeconds(15);

    /** What is neither Darkroom's nor in need of a check by its mapping. */
    public static final Set<String> OTHERS = Set.of(
            "KAFKA_BOOTSTRAP_SERVERS", "QUARKUS_HTTP_HOST", "QUARKUS_LOG_CONSOLE_JSON_ENABLED", "JAVA_TOOL_OPTIONS");

    private Settings() {}

    /** The names of all settings, as environment variables. */
    public static Set<String> names() {
        return ConfigMappings.getProperties(ConfigClass.configClass(DarkroomConfig.class)).keySet().stream()
                .map(name -> name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The settings as the worker reads them from its environment. */
    public static DarkroomConfig read(Map<String, String> environment) {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDiscoveredConverters()
                .withSources(new EnvConfigSource(environment, 300))
                .withMapping(DarkroomConfig.class)
                .build();
        return config.getConfigMapping(DarkroomConfig.class);
    }
}
