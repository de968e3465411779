package io.darkroom;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.standalone.Ports;
import io.darkroom.standalone.Role;
import io.darkroom.standalone.Setting;
import io.darkroom.standalone.Standalone;
import io.darkroom.standalone.StandaloneConfig;
import io.darkroom.standalone.StandaloneException;
import io.darkroom.standalone.StandaloneTopics;
import io.darkroom.standalone.StoreAccess;
import io.darkroom.worker.DeviceCheck;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.SmallRyeConfig;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The few settings that are needed before the application starts, from the same sources and in the same order as it
 * reads them.
 */
final class StartSettings {
    static final String HTTP_PORT = "quarkus.http.port";

    /** Read in application.properties: no traces are made unless somebody takes them. */
    private static final String TRACES_OFF = "darkroom-traces-off";

    private static final String EXPORTER = "otel.exporter.otlp.";
    private static final String QUARKUS = "quarkus.";

    /** What OpenTelemetry's own variables ({@code OTEL_EXPORTER_OTLP_...}) and Quarkus's settings both have. */
    private static final List<String> EXPORTERS = Stream.of("", "traces.")
            .flatMap(of -> Stream.of("endpoint", "protocol", "headers").map(what -> EXPORTER + of + what))
            .toList();

    private static final String HTTP_HOST = "quarkus.http.host";
    private static final String TOPICS = "darkroom.topics.";
    private static final String STORAGE_CREDENTIALS_FILE = "darkroom.storage.credentials-file";
    private static final String STORAGE_WEB_IDENTITY = "darkroom.storage.web-identity";
    private static final String REQUEST_BYTES = "darkroom.limits.request-bytes";
    private static final String PROMPT_BYTES = "darkroom.limits.prompt-bytes";
    private static final List<String> IN_MEMORY = List.of(REQUEST_BYTES, PROMPT_BYTES);
    private static final String TENANTS_TOPICS = "darkroom.tenants.topics";
    private static final int USUAL_HTTP_PORT = 8080;

    private final SmallRyeConfig config;

    StartSettings(SmallRyeConfig config) {
        this.config = config;
    }

    static StartSettings load() {
        return new StartSettings(ConfigUtils.configBuilder().build());
    }

    /**
     * All settings for a client of what runs already: where neither broker nor store is named, this machine's standalone.
     *
     * @throws StandaloneException with every problem, a line each
     */
    static SmallRyeConfig clients() {
        StartSettings settings = load();
        settings.check();
        if (Standalone.decide(settings.given()) == Standalone.Mode.STANDALONE) {
            settings.standalone().addresses().forEach(System::setProperty);
        }
        return ConfigUtils.configBuilder().withMapping(DarkroomConfig.class).build();
    }

    /**
     * Holds every setting of Darkroom's own against what is accepted, before anything is started.
     *
     * @throws StandaloneException with every problem, a line each
     */
    void check() {
        List<String> problems = new ArrayList<>(SettingsCheck.problems(config, ConfigUtils.configBuilder()));
        problems.addAll(topicsOfTenants());
        problems.addAll(credentials());
        problems.addAll(requestBytes());
        problems.addAll(beyondAnArray());
        if (!problems.isEmpty()) {
            throw new StandaloneException(String.join("\n", problems));
        }
    }

    /** A tenant's topic that is not read would look as if nobody else could write there. */
    private List<String> topicsOfTenants() {
        List<String> read = topics().requests();
        return config.getOptionalValues(TENANTS_TOPICS, String.class, String.class).orElse(Map.of()).keySet().stream()
                .filter(topic -> !read.contains(topic))
                .map(topic -> TENANTS_TOPICS + ".\"" + topic
                        + "\": accepted are the topics of darkroom.topics.requests, " + String.join(", ", read))
                .toList();
    }

    /** What is read as a whole fits into one array of Java's. */
    private List<String> beyondAnArray() {
        return IN_MEMORY.stream()
                .filter(setting -> bytes(setting)
                        .filter(size -> size.compareTo(BigInteger.valueOf(Integer.MAX_VALUE)) > 0)
                        .isPresent())
                .map(setting -> setting + ": \"" + text(setting, "") + "\": at most " + Integer.MAX_VALUE
                        + " bytes are accepted")
                .toList();
    }

    private Optional<BigInteger> bytes(String setting) {
        try {
            return config.getOptionalValue(setting, MemorySize.class).map(MemorySize::asBigInteger);
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // no size, which is told with the other settings
        }
    }

    /** A limit above what the embedded broker's topics take would let no larger request through: the broker refuses it to its producer. */
    private List<String> requestBytes() {
        if (value(Setting.BOOTSTRAP_SERVERS, String.class).isPresent()) {
            return List.of(); // whose topics are as their operator made them
        }
        return bytes(REQUEST_BYTES)
                .filter(size -> size.compareTo(BigInteger.valueOf(StandaloneTopics.LARGEST_VALUE)) > 0)
                .map(size -> REQUEST_BYTES + ": \"" + text(REQUEST_BYTES, "") + "\": at most 2M is accepted, which is"
                        + " what the topics of requests and of dead letters take")
                .stream()
                .toList();
    }

    /** A store that is configured wants keys from one place. */
    private List<String> credentials() {
        if (value(Setting.STORAGE_ENDPOINT, String.class).isEmpty()) {
            return List.of();
        }
        boolean anyKey = isSet(Setting.STORAGE_ACCESS_KEY) || isSet(Setting.STORAGE_SECRET_KEY);
        boolean role = "true".equals(text(STORAGE_WEB_IDENTITY, "false"));
        List<String> given = new ArrayList<>();
        if (anyKey) {
            given.add(Setting.STORAGE_ACCESS_KEY + " and " + Setting.STORAGE_SECRET_KEY);
        }
        if (isSet(STORAGE_CREDENTIALS_FILE)) {
            given.add(STORAGE_CREDENTIALS_FILE);
        }
        if (role) {
            given.add(STORAGE_WEB_IDENTITY);
        }
        if (given.size() > 1) {
            return List.of("The store's keys come from one place; set are " + String.join(", and ", given));
        }
        if (given.isEmpty() || (anyKey && !(isSet(Setting.STORAGE_ACCESS_KEY) && isSet(Setting.STORAGE_SECRET_KEY)))) {
            return List.of(Setting.STORAGE_ENDPOINT + " is set, but not who asks there: set "
                    + Setting.STORAGE_ACCESS_KEY + " and " + Setting.STORAGE_SECRET_KEY + ", or "
                    + STORAGE_CREDENTIALS_FILE + ", or " + STORAGE_WEB_IDENTITY + "=true");
        }
        return List.of();
    }

    private boolean isSet(String name) {
        return !text(name, "").isBlank();
    }

    /**
     * Holds the devices that are asked for by name against those that are there.
     *
     * @throws StandaloneException where one is not, saying why
     */
    void checkDevices() {
        if (roles().contains(Role.WORKER)) {
            DeviceCheck.problem(text("darkroom.devices", "auto")).ifPresent(problem -> {
                throw new StandaloneException(problem);
            });
        }
    }

    /**
     * What the exporter of traces is to be told: OpenTelemetry's own settings under the names that Quarkus reads, but for
     * those that are given by these names, and whether there is nothing to export to.
     */
    Map<String, String> traces() {
        Map<String, String> traces = new HashMap<>();
        for (String name : EXPORTERS) {
            if (isSet(name) && !isSet(QUARKUS + name)) {
                traces.put(QUARKUS + name, text(name, ""));
            }
        }
        boolean off = EXPORTERS.stream()
                .filter(name -> name.endsWith("endpoint"))
                .noneMatch(name -> isSet(name) || isSet(QUARKUS + name));
        traces.put(TRACES_OFF, Boolean.toString(off));
        return traces;
    }

    String httpHost() {
        return text(HTTP_HOST, Ports.LOOPBACK);
    }

    int httpPort() {
        return number(HTTP_PORT, USUAL_HTTP_PORT);
    }

    Standalone.Given given() {
        return new Standalone.Given(
                text(Setting.BOOTSTRAP_SERVERS, ""),
                text(Setting.STORAGE_ENDPOINT, ""),
                value(Setting.ENABLED, Boolean.class).orElse(null),
                System.getenv("KUBERNETES_SERVICE_HOST"));
    }

    /** @throws StandaloneException where a port cannot be one, or two of page, broker and store have the same */
    StandaloneConfig standalone() {
        StandaloneConfig standalone = new StandaloneConfig(
                Path.of(text(Setting.DATA_DIR, StandaloneConfig.DATA_DIR)),
                number(Setting.KAFKA_PORT, StandaloneConfig.KAFKA_PORT),
                number(Setting.S3_PORT, StandaloneConfig.S3_PORT),
                roles(),
                topics(),
                store(),
                StandaloneConfig.GROUP_SESSION_TIMEOUT);
        // On their own address each port is free when it is looked at, so that only the second server would tell.
        requireOther(Setting.KAFKA_PORT, standalone.kafkaPort());
        requireOther(Setting.S3_PORT, standalone.s3Port());
        return standalone;
    }

    private void requireOther(String setting, int port) {
        if (port != 0 && port == httpPort()) {
            throw new StandaloneException(
                    HTTP_PORT + " and " + setting + " are both " + port + ": each needs a port of its own");
        }
    }

    Set<Role> roles() {
        return config.getOptionalValues(Setting.ROLES, String.class)
                .map(Role::parse)
                .orElseGet(Role::all);
    }

    private StandaloneTopics topics() {
        StandaloneTopics shipped = StandaloneTopics.shipped();
        List<String> requests =
                config.getOptionalValues(TOPICS + "requests", String.class).orElse(shipped.requests());
        return new StandaloneTopics(
                requests,
                text(TOPICS + "cancellations", shipped.cancellations()),
                text(TOPICS + "completions", shipped.completions()),
                text(TOPICS + "progress", shipped.progress()),
                text(TOPICS + "dead", shipped.dead()));
    }

    private StoreAccess store() {
        StoreAccess shipped = StoreAccess.shipped();
        return new StoreAccess(
                text(Setting.STORAGE_BUCKET, shipped.bucket()),
                text(Setting.STORAGE_REGION, shipped.region()),
                text(Setting.STORAGE_ACCESS_KEY, shipped.accessKey()),
                text(Setting.STORAGE_SECRET_KEY, shipped.secretKey()));
    }

    private String text(String name, String otherwise) {
        return value(name, String.class).orElse(otherwise);
    }

    private int number(String name, int otherwise) {
        return value(name, Integer.class).orElse(otherwise);
    }

    private <T> Optional<T> value(String name, Class<T> type) {
        try {
            return config.getOptionalValue(name, type);
        } catch (IllegalArgumentException e) {
            throw new StandaloneException(name + " cannot be read: " + e.getMessage(), e);
        }
    }
}
