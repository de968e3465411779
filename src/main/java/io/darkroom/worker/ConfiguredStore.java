package io.darkroom.worker;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.ObjectStore;
import io.darkroom.storage.MinioObjectStore;
import io.darkroom.storage.StoreConfig;
import io.darkroom.storage.StoreCredentials;
import java.net.URI;

/** The store that the settings name. Owns its connections. */
public final class ConfiguredStore implements AutoCloseable {
    private final MinioObjectStore store;

    private ConfiguredStore(MinioObjectStore store) {
        this.store = store;
    }

    /**
     * Opens it; nothing is asked of it yet.
     *
     * @throws IllegalArgumentException if a setting is missing, naming it
     */
    public static ConfiguredStore open(DarkroomConfig.Storage given) {
        return new ConfiguredStore(minio(given));
    }

    /** The store itself. */
    public ObjectStore store() {
        return store;
    }

    @Override
    public void close() {
        store.close();
    }

    static MinioObjectStore minio(DarkroomConfig.Storage given) {
        return new MinioObjectStore(config(given));
    }

    static StoreConfig config(DarkroomConfig.Storage given) {
        return StoreConfig.of(
                        URI.create(given.endpoint().orElseThrow(() -> missing("endpoint"))),
                        given.bucket(),
                        given.region(),
                        credentials(given))
                .withTimeout(given.timeout());
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

    private static IllegalArgumentException missing(String key) {
        return new IllegalArgumentException("darkroom.storage." + key + " is not set");
    }
}
