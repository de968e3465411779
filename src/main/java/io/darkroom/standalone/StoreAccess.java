package io.darkroom.standalone;

/** The bucket of the S3 server, and who may use it. */
public record StoreAccess(String bucket, String region, String accessKey, String secretKey) {
    /** As shipped: the server is reached from this machine only. */
    public static StoreAccess shipped() {
        return new StoreAccess("darkroom", "us-east-1", "darkroom", "darkroom-secret");
    }

    /** Without the secret, so that it gets into no log. */
    @Override
    public String toString() {
        return "StoreAccess[bucket=" + bucket + ", region=" + region + ", accessKey=" + accessKey + "]";
    }
}
