package io.darkroom.standalone;

import org.jspecify.annotations.Nullable;

/** Whether this process brings a broker and a store of its own. */
public final class Standalone {
    /** How a process runs. */
    public enum Mode {
        /** With an own broker and store, or as a client of another standalone process on this machine. */
        STANDALONE,
        /** As a client of the broker and the store that are configured. */
        CLUSTER
    }

    /**
     * What the decision rests on; null or blank where a setting is not given.
     *
     * @param bootstrapServers {@code kafka.bootstrap.servers}
     * @param storageEndpoint {@code darkroom.storage.endpoint}
     * @param enabled {@code darkroom.standalone.enabled}
     * @param kubernetesServiceHost the environment's {@code KUBERNETES_SERVICE_HOST}
     */
    public record Given(
            @Nullable String bootstrapServers,
            @Nullable String storageEndpoint,
            @Nullable Boolean enabled,
            @Nullable String kubernetesServiceHost) {}

    private Standalone() {}

    /**
     * Standalone where neither broker nor store is configured, unless this is a pod of Kubernetes, where it has to be
     * asked for.
     *
     * @throws StandaloneException if only one of the two is configured, if neither is and standalone is off, or if it
     *     is asked for beside a broker and a store that are configured
     */
    public static Mode decide(Given given) {
        boolean broker = isGiven(given.bootstrapServers);
        boolean store = isGiven(given.storageEndpoint);
        if (broker != store) {
            throw new StandaloneException(onlyOne(
                    broker ? Setting.BOOTSTRAP_SERVERS : Setting.STORAGE_ENDPOINT,
                    broker ? Setting.STORAGE_ENDPOINT : Setting.BOOTSTRAP_SERVERS));
        }
        if (broker) {
            if (Boolean.TRUE.equals(given.enabled)) {
                throw new StandaloneException(Setting.ENABLED + " is true, but " + Setting.BOOTSTRAP_SERVERS + " and "
                        + Setting.STORAGE_ENDPOINT + " are set too: set either that, or these two");
            }
            return Mode.CLUSTER;
        }
        if (Boolean.TRUE.equals(given.enabled)) {
            return Mode.STANDALONE;
        }
        if (Boolean.FALSE.equals(given.enabled)) {
            throw new StandaloneException(Setting.ENABLED + " is false: set " + both());
        }
        if (isGiven(given.kubernetesServiceHost)) {
            throw new StandaloneException("In Kubernetes Darkroom needs a broker and a store: set " + both() + " (or "
                    + Setting.ENABLED + "=true, for a broker and a store inside this one pod)");
        }
        return Mode.STANDALONE;
    }

    private static String onlyOne(String configured, String missing) {
        return configured + " is set, but " + missing + " is not: set both, to use a broker and a store that are there,"
                + " or neither, to run standalone with a broker and a store inside this process";
    }

    private static String both() {
        return Setting.BOOTSTRAP_SERVERS + " and " + Setting.STORAGE_ENDPOINT;
    }

    private static boolean isGiven(@Nullable String value) {
        return value != null && !value.isBlank();
    }
}
