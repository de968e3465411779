package io.darkroom.standalone;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * The servers of a standalone process, and the settings with which the application becomes their client. A role that is
 * not this process's is expected from another one on this machine, on the same port.
 */
public final class StandaloneServices implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(StandaloneServices.class);

    /** To be closed from the last to the first. */
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    private final Map<String, String> settings = new LinkedHashMap<>();

    private StandaloneServices() {}

    /**
     * Starts what is this process's part.
     *
     * @throws StandaloneException if that cannot be; its message says what to change, and nothing is left running
     */
    public static StandaloneServices start(StandaloneConfig config) {
        StandaloneServices services = new StandaloneServices();
        boolean ready = false;
        try {
            services.startAll(config);
            ready = true;
            return services;
        } finally {
            if (!ready) {
                services.close();
            }
        }
    }

    /** What the application is to be configured with: where broker and store are, and the store's credentials. */
    public Map<String, String> settings() {
        return Map.copyOf(settings);
    }

    /** Stops the broker, then the store, then lets go of the data folder. Closed once more it does nothing. */
    @Override
    public synchronized void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                // The others have to be stopped all the same.
                LOG.warn("A part of the standalone servers did not stop as it should", e);
            }
        }
    }

    private void startAll(StandaloneConfig config) {
        Set<Role> roles = config.roles();
        boolean own = roles.contains(Role.BROKER) || roles.contains(Role.STORE);
        settings.putAll(config.addresses());
        if (own) {
            requireServersInBuild();
            DataFolder folder = DataFolder.open(config.dataDir());
            open.push(folder);
            if (roles.contains(Role.STORE)) {
                StandaloneStore store =
                        StandaloneStore.start(folder.path().resolve("store"), config.s3Port(), config.store());
                open.push(store);
                settings.put(Setting.STORAGE_ENDPOINT, store.endpoint().toString());
            }
            if (roles.contains(Role.BROKER)) {
                StandaloneBroker broker = StandaloneBroker.start(
                        folder.path().resolve("kafka"),
                        config.kafkaPort(),
                        config.topics().specs(),
                        config.groupSessionTimeout());
                open.push(broker);
                settings.put(Setting.BOOTSTRAP_SERVERS, broker.bootstrapServers());
            }
        }
        // The application need not find out once more.
        settings.put(Setting.ENABLED, "true");
        if (own) {
            LOG.warnf(
                    "Standalone: for one machine. What is in %s survives a killed process, not a lost disk.",
                    config.dataDir().toAbsolutePath().normalize());
        }
        LOG.infof(
                "Kafka on %s, S3 on %s, bucket %s",
                settings.get(Setting.BOOTSTRAP_SERVERS),
                settings.get(Setting.STORAGE_ENDPOINT),
                config.store().bucket());
    }

    private static void requireServersInBuild() {
        for (String name : new String[] {"kafka.server.KafkaRaftServer", "org.gaul.s3proxy.S3Proxy"}) {
            try {
                Class.forName(name, false, StandaloneServices.class.getClassLoader());
            } catch (ClassNotFoundException e) {
                throw new StandaloneException(
                        "This build of Darkroom has no broker and no store inside: set " + Setting.BOOTSTRAP_SERVERS
                                + " and " + Setting.STORAGE_ENDPOINT,
                        e);
            }
        }
    }
}
