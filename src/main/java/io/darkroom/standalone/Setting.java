package io.darkroom.standalone;

/** The names of the settings that this package reads or hands over. */
public final class Setting {
    /** Whether to be standalone, where the other settings leave it open or speak against it. */
    public static final String ENABLED = "darkroom.standalone.enabled";

    /** The folder under which broker and store keep everything. */
    public static final String DATA_DIR = "darkroom.standalone.data-dir";

    /** The broker's port. */
    public static final String KAFKA_PORT = "darkroom.standalone.kafka-port";

    /** The S3 server's port. */
    public static final String S3_PORT = "darkroom.standalone.s3-port";

    /** Which parts this process holds. */
    public static final String ROLES = "darkroom.standalone.roles";

    /** Where clients find the broker. */
    public static final String BOOTSTRAP_SERVERS = "kafka.bootstrap.servers";

    /** Where clients find the store. */
    public static final String STORAGE_ENDPOINT = "darkroom.storage.endpoint";

    /** The bucket. */
    public static final String STORAGE_BUCKET = "darkroom.storage.bucket";

    /** The store's region, which is part of a request's signature. */
    public static final String STORAGE_REGION = "darkroom.storage.region";

    /** Who we are to the store. */
    public static final String STORAGE_ACCESS_KEY = "darkroom.storage.access-key";

    /** The secret that goes with it. */
    public static final String STORAGE_SECRET_KEY = "darkroom.storage.secret-key";

    private Setting() {}
}
