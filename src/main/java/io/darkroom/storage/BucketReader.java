package io.darkroom.storage;

import io.minio.GetObjectArgs;
import io.minio.ListObjectsArgs;
import io.minio.MinioClient;
import io.minio.Result;
import io.minio.messages.Item;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Reads objects of any size as streams, from where a reader left off. An answer may take as long as it takes; only between
 * two pieces of it the store's time-out holds. Threads share connections. Faults are those of
 * {@link io.darkroom.job.ObjectStore}.
 */
public final class BucketReader implements AutoCloseable {
    private final StoreConfig config;
    private final MinioClient client;
    private final StoreFaults faults;

    /** Connects with the first call, not before. */
    public BucketReader(StoreConfig config) {
        this.config = config;
        this.client = StoreClients.of(config.withCallTimeout(Duration.ZERO));
        this.faults = new StoreFaults(config, () -> StoreClients.isRecordReadable(client, config));
    }

    /** The objects below a prefix, in the order of their keys. */
    public List<StoredObject> list(String bucket, String prefix) {
        faults.requireNames(bucket, "any");
        List<StoredObject> found = new ArrayList<>();
        try {
            for (Result<Item> result : client.listObjects(ListObjectsArgs.builder()
                    .bucket(bucket)
                    .prefix(prefix)
                    .recursive(true)
                    .build())) {
                Item item = result.get();
                found.add(new StoredObject(
                        item.objectName(), item.etag(), item.lastModified().toInstant(), item.size()));
            }
        } catch (Exception e) {
            throw faults.classify(e, "list", bucket, prefix);
        }
        found.sort(Comparator.comparing(StoredObject::key));
        return List.copyOf(found);
    }

    /**
     * Opens an object's content.
     *
     * @param offset bytes to leave out, less than there are
     * @throws ObjectChangedException where it is another one than was listed, or gone
     */
    public InputStream open(String bucket, StoredObject object, long offset) {
        try {
            GetObjectArgs.Builder asked =
                    GetObjectArgs.builder().bucket(bucket).object(object.key()).offset(offset);
            if (object.etag() != null) {
                asked.matchETag(object.etag());
            }
            return client.getObject(asked.build());
        } catch (Exception e) {
            if (StoreFaults.isExisting(e) || StoreFaults.isMissingObject(e)) {
                throw new ObjectChangedException(
                        object.key() + " in bucket " + bucket + " changed while it was being read");
            }
            throw faults.classify(e, "read", bucket, object.key());
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
}
