package io.darkroom.storage;

import io.minio.GetObjectArgs;
import io.minio.MinioClient;
import java.io.InputStream;
import java.time.Duration;
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
        this.faults = new StoreFaults(config, () -> StoreClients.isRecordReadable(client, config), () -> false);
    }

    /** The objects below a prefix, in the order of their keys. */
    public List<StoredObject> list(String bucket, String prefix) {
        return StoreClients.list(client, faults, bucket, prefix).stream()
                .map(item -> new StoredObject(
                        item.objectName(), item.etag(), item.lastModified().toInstant(), item.size()))
                .sorted(Comparator.comparing(StoredObject::key))
                .toList();
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
