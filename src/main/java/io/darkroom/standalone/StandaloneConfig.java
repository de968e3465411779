package io.darkroom.standalone;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * What a standalone process is started with.
 *
 * @param dataDir where broker and store keep everything; created if it is not there
 * @param kafkaPort the broker's port on 127.0.0.1; 0 takes a free one
 * @param s3Port the S3 server's port on 127.0.0.1; 0 takes a free one
 * @param roles which parts this process holds
 * @param topics the topics to create
 * @param groupSessionTimeout after how long without a sign of life a consumer is taken for dead, and its partitions go
 *     to others: so long a worker that was killed holds up its successor
 */
public record StandaloneConfig(
        Path dataDir,
        int kafkaPort,
        int s3Port,
        Set<Role> roles,
        StandaloneTopics topics,
        StoreAccess store,
        Duration groupSessionTimeout) {
    /** The broker's usual port. */
    public static final int KAFKA_PORT = 9092;

    /** The S3 server's usual port. */
    public static final int S3_PORT = 9000;

    /** The usual folder, in the working directory. */
    public static final String DATA_DIR = "darkroom-data";

    /** What is waited for a killed worker, unless told otherwise. */
    public static final Duration GROUP_SESSION_TIMEOUT = Duration.ofSeconds(10);

    public StandaloneConfig {
        roles = Set.copyOf(roles);
        requirePort(Setting.KAFKA_PORT, kafkaPort);
        requirePort(Setting.S3_PORT, s3Port);
        if (kafkaPort == s3Port && kafkaPort != 0) {
            throw new StandaloneException(Setting.KAFKA_PORT + " and " + Setting.S3_PORT + " are both " + kafkaPort
                    + ": each needs a port of its own");
        }
    }

    /** Everything as it is without any setting. */
    public static StandaloneConfig shipped() {
        return new StandaloneConfig(
                Path.of(DATA_DIR),
                KAFKA_PORT,
                S3_PORT,
                Role.all(),
                StandaloneTopics.shipped(),
                StoreAccess.shipped(),
                GROUP_SESSION_TIMEOUT);
    }

    /** What clients on this machine are configured with. */
    public Map<String, String> addresses() {
        return Map.of(
                Setting.BOOTSTRAP_SERVERS,
                Ports.LOOPBACK + ":" + kafkaPort,
                Setting.STORAGE_ENDPOINT,
                "http://" + Ports.LOOPBACK + ":" + s3Port,
                Setting.STORAGE_BUCKET,
                store.bucket(),
                Setting.STORAGE_REGION,
                store.region(),
                Setting.STORAGE_ACCESS_KEY,
                store.accessKey(),
                Setting.STORAGE_SECRET_KEY,
                store.secretKey());
    }

    private static void requirePort(String setting, int port) {
        if (port < 0 || port > 65535) {
            throw new StandaloneException(setting + " is " + port + "; accepted are 1 to 65535, and 0 for a free port");
        }
    }
}
