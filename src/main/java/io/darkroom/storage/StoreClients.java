package io.darkroom.storage;

import io.minio.ListObjectsArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.Result;
import io.minio.StatObjectArgs;
import io.minio.credentials.IamAwsProvider;
import io.minio.credentials.Provider;
import io.minio.credentials.StaticProvider;
import io.minio.messages.Item;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;

/** Makes clients of MinIO's SDK as they are configured. */
final class StoreClients {
    /** Requests in flight; the client's own limit, 5 a host, is made for browsing. */
    private static final int CONCURRENCY = 64;

    /** How long an idle connection is kept, and as many as there may be: by default all above five are closed at once. */
    private static final Duration KEPT = Duration.ofMinutes(1);

    private StoreClients() {}

    /** Connects with the first call, not before. */
    static MinioClient of(StoreConfig config) {
        return MinioClient.builder()
                .endpoint(config.endpoint().toString())
                .region(config.region())
                .credentialsProvider(provider(config.credentials()))
                .httpClient(httpClient(config), true)
                .build();
    }

    /** Whether the job records' part of the bucket can be read: what is refused then is refused to a key alone. */
    static boolean isRecordReadable(MinioClient client, StoreConfig config) {
        try {
            client.statObject(StatObjectArgs.builder()
                    .bucket(config.bucket())
                    .object(StoreFaults.RECORDS + "probe")
                    .build());
            return true;
        } catch (Exception e) {
            return StoreFaults.isMissingObject(e);
        }
    }

    /** The same of writing: the probe is there afterwards, if it was not before. */
    static boolean isRecordWritable(MinioClient client, StoreConfig config) {
        byte[] nothing = new byte[0];
        try {
            client.putObject(PutObjectArgs.builder()
                    .bucket(config.bucket())
                    .object(StoreFaults.RECORDS + "probe")
                    .data(nothing, nothing.length)
                    .extraHeaders(Map.of("If-None-Match", "*"))
                    .build());
            return true;
        } catch (Exception e) {
            return StoreFaults.isExisting(e);
        }
    }

    /** The objects below a prefix, as the store tells them. Faults are those of {@link StoreFaults#classify}. */
    static List<Item> list(MinioClient client, StoreFaults faults, String bucket, String prefix) {
        faults.requireNames(bucket, "any");
        List<Item> found = new ArrayList<>();
        try {
            for (Result<Item> item : client.listObjects(ListObjectsArgs.builder()
                    .bucket(bucket)
                    .prefix(prefix)
                    .recursive(true)
                    .build())) {
                found.add(item.get());
            }
        } catch (Exception e) {
            throw faults.classify(e, "list", bucket, prefix);
        }
        return found;
    }

    private static Provider provider(StoreCredentials credentials) {
        if (credentials instanceof StoreCredentials.Keys keys) {
            return new StaticProvider(keys.accessKey(), keys.secretKey(), null);
        }
        if (credentials instanceof StoreCredentials.Rotated rotated) {
            return new RotatedKeys(rotated.file());
        }
        URI sts = ((StoreCredentials.WebIdentity) credentials).sts();
        return new IamAwsProvider(sts == null ? null : sts.toString(), null);
    }

    private static OkHttpClient httpClient(StoreConfig config) {
        Dispatcher dispatcher = new Dispatcher();
        dispatcher.setMaxRequests(CONCURRENCY);
        dispatcher.setMaxRequestsPerHost(CONCURRENCY);
        return new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                .connectionPool(new ConnectionPool(CONCURRENCY, KEPT.toSeconds(), TimeUnit.SECONDS))
                .connectTimeout(config.connectTimeout())
                .readTimeout(config.readTimeout())
                .writeTimeout(config.readTimeout())
                .callTimeout(config.callTimeout())
                .build();
    }
}
