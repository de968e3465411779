package io.darkroom.storage;

import java.net.URI;
import java.time.Duration;

/**
 * Where the store is, and how long it is waited for.
 *
 * @param endpoint scheme, host and port; without a path
 * @param bucket Darkroom's own bucket, which has to be there
 * @param connectTimeout for a connection to come about
 * @param readTimeout between two packets
 * @param callTimeout for a request as a whole, with its body and the answer's; zero for any
 */
public record StoreConfig(
        URI endpoint,
        String bucket,
        String region,
        StoreCredentials credentials,
        Duration connectTimeout,
        Duration readTimeout,
        Duration callTimeout) {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration CALL = Duration.ofSeconds(60);

    public StoreConfig {
        String scheme = endpoint.getScheme();
        String path = endpoint.getPath();
        if (!("http".equals(scheme) || "https".equals(scheme))
                || endpoint.getHost() == null
                || !(path == null || path.isEmpty() || path.equals("/"))) {
            throw new IllegalArgumentException("darkroom.storage.endpoint is \"" + endpoint
                    + "\"; accepted is http or https, a host and a port, as in http://127.0.0.1:9000");
        }
    }

    /** With the usual time-outs. */
    public static StoreConfig of(URI endpoint, String bucket, String region, StoreCredentials credentials) {
        return new StoreConfig(endpoint, bucket, region, credentials, CONNECT, CALL, CALL).withTimeout(CALL);
    }

    /** With the usual time-outs, and two keys. */
    public static StoreConfig of(URI endpoint, String bucket, String region, String accessKey, String secretKey) {
        return of(endpoint, bucket, region, new StoreCredentials.Keys(accessKey, secretKey));
    }

    /**
     * With another time for a whole call, half of which may pass without a word: as long as a proxy may take to pass on what
     * it has taken at once.
     */
    public StoreConfig withTimeout(Duration timeout) {
        return withReadTimeout(timeout.dividedBy(2)).withCallTimeout(timeout);
    }

    /** With another time to wait for answers. */
    public StoreConfig withReadTimeout(Duration timeout) {
        return new StoreConfig(endpoint, bucket, region, credentials, connectTimeout, timeout, callTimeout);
    }

    /** With another time for a whole call; zero for any. */
    public StoreConfig withCallTimeout(Duration timeout) {
        return new StoreConfig(endpoint, bucket, region, credentials, connectTimeout, readTimeout, timeout);
    }

    /** Without the credentials, so that they get into no log. */
    @Override
    public String toString() {
        return "bucket " + bucket + " at " + endpoint;
    }
}
