package io.darkroom.storage;

import io.darkroom.job.Bytes;
import io.darkroom.job.DamagedContentException;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.ObjectTooLargeException;
import io.minio.GetObjectArgs;
import io.minio.GetObjectResponse;
import io.minio.GetPresignedObjectUrlArgs;
import io.minio.Http;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveObjectArgs;
import io.minio.messages.Item;
import java.io.IOException;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The store behind any server that speaks S3, through MinIO's SDK. One request a call, but for a create that meets
 * another one of the same key. Threads share connections.
 */
public final class MinioObjectStore implements ObjectStore, AutoCloseable {
    /** How often a create is tried that the store neither does nor refuses, since another one is under way. */
    private static final int CONFLICT_ATTEMPTS = 8;

    /** The user metadata that names the request: the header {@code x-amz-meta-darkroom-request}. */
    private static final String REQUEST = "darkroom-request";

    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    private static final Duration CONFLICT_PAUSE = Duration.ofMillis(25);

    private final StoreConfig config;
    private final MinioClient client;
    private final StoreFaults faults;

    /** Connects with the first call, not before. */
    public MinioObjectStore(StoreConfig config) {
        this.config = config;
        this.client = StoreClients.of(config);
        this.faults = new StoreFaults(
                config,
                () -> StoreClients.isRecordReadable(client, config),
                () -> StoreClients.isRecordWritable(client, config));
    }

    /** Where this store is. */
    public StoreConfig config() {
        return config;
    }

    @Override
    public Creation create(Location at, byte[] content, String mediaType, @Nullable String request) {
        faults.requireNames(at.bucket(), at.key());
        // The SDK adds a CRC32C, and over HTTP a SHA-256 in the signature; MD5 is what every server checks.
        Map<String, String> headers = Map.of("If-None-Match", "*", "Content-MD5", md5(content));
        Map<String, String> metadata = request == null ? Map.of() : Map.of(REQUEST, request);
        for (int attempt = 1; ; attempt++) {
            try {
                client.putObject(PutObjectArgs.builder()
                        .bucket(at.bucket())
                        .object(at.key())
                        // Given whole, the content goes in one part: the condition is not checked on several.
                        .data(content, content.length)
                        .contentType(mediaType)
                        .userMetadata(metadata)
                        .extraHeaders(headers)
                        .build());
                return Creation.CREATED;
            } catch (Exception e) {
                if (StoreFaults.isExisting(e)) {
                    return Creation.EXISTS;
                }
                if (!StoreFaults.isConflict(e) || attempt == CONFLICT_ATTEMPTS) {
                    throw faults.classify(e, StoreFaults.CREATE, at.bucket(), at.key());
                }
                pause(attempt);
            }
        }
    }

    @Override
    public @Nullable Stored find(Location at, long limitBytes) {
        faults.requireNames(at.bucket(), at.key());
        try (GetObjectResponse response = client.getObject(GetObjectArgs.builder()
                .bucket(at.bucket())
                .object(at.key())
                .extraHeaders(ContentCheck.ASKED)
                .build())) {
            byte[] content = readWithin(limitBytes, response, at);
            String difference = ContentCheck.difference(response.headers(), content);
            if (difference != null) {
                throw faults.damaged(difference, at.bucket(), at.key());
            }
            return new Stored(Bytes.of(content), digest(response.headers().get("x-amz-meta-" + REQUEST)));
        } catch (ObjectTooLargeException | DamagedContentException e) {
            throw e;
        } catch (Exception e) {
            if (StoreFaults.isMissingObject(e)) {
                return null;
            }
            throw faults.classify(e, "read", at.bucket(), at.key());
        }
    }

    @Override
    public List<String> list(String bucket, String prefix) {
        return StoreClients.list(client, faults, bucket, prefix).stream()
                .map(Item::objectName)
                .sorted()
                .toList();
    }

    @Override
    public void delete(Location at) {
        faults.requireNames(at.bucket(), at.key());
        try {
            client.removeObject(RemoveObjectArgs.builder()
                    .bucket(at.bucket())
                    .object(at.key())
                    .build());
        } catch (Exception e) {
            if (!StoreFaults.isMissingObject(e)) {
                throw faults.classify(e, "delete", at.bucket(), at.key());
            }
        }
    }

    @Override
    public URI presign(Location at, Duration validity) {
        faults.requireNames(at.bucket(), at.key());
        try {
            return URI.create(client.getPresignedObjectUrl(GetPresignedObjectUrlArgs.builder()
                    .method(Http.Method.GET)
                    .bucket(at.bucket())
                    .object(at.key())
                    .expiry(Math.toIntExact(validity.toSeconds()), TimeUnit.SECONDS)
                    .build()));
        } catch (Exception e) {
            throw faults.classify(e, "presign", at.bucket(), at.key());
        }
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (Exception e) {
            throw new IllegalStateException("the client of " + config + " did not close", e);
        }
    }

    /** What a store has rewritten, as by escaping it, is as good as nothing: it must not end a job. */
    private static @Nullable String digest(@Nullable String metadata) {
        return metadata != null && DIGEST.matcher(metadata).matches() ? metadata : null;
    }

    private static byte[] readWithin(long limit, GetObjectResponse response, Location at) throws IOException {
        String length = response.headers().get("Content-Length");
        if (length != null && Long.parseLong(length) > limit) {
            throw new ObjectTooLargeException(at, OptionalLong.of(Long.parseLong(length)), limit);
        }
        int most = Math.toIntExact(Math.min(limit, Integer.MAX_VALUE - 16));
        byte[] content = response.readNBytes(most);
        if (content.length == most && response.read() >= 0) {
            throw new ObjectTooLargeException(at, OptionalLong.empty(), limit);
        }
        return content;
    }

    private static String md5(byte[] content) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }

    private static void pause(int attempt) {
        try {
            Thread.sleep(CONFLICT_PAUSE.multipliedBy(attempt).toMillis());
        } catch (InterruptedException e) {
            // The next attempt may be the last; whoever interrupts finds the flag.
            Thread.currentThread().interrupt();
        }
    }
}
