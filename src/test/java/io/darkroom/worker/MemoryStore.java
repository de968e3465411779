package io.darkroom.worker;

import io.darkroom.job.Bytes;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.SurroundingsException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A store in memory, create-only but for checkpoints, that can be out of order. */
public class MemoryStore implements ObjectStore {
    public final Map<String, byte[]> objects = new ConcurrentSkipListMap<>();
    /** Of each object that names one, the digest of its request. */
    final Map<String, String> requests = new ConcurrentSkipListMap<>();

    final AtomicInteger calls = new AtomicInteger();
    volatile boolean down;
    /** What stands in the keys of objects that it does not take. */
    volatile String refused = "nothing of that name";

    @Override
    public Creation create(Location at, byte[] content, String mediaType, @Nullable String request) {
        check();
        if (at.key().contains(refused)) {
            throw new SurroundingsException("no room for " + at.key());
        }
        if (objects.putIfAbsent(at.key(), content) != null) {
            return Creation.EXISTS;
        }
        if (request != null) {
            requests.put(at.key(), request);
        }
        return Creation.CREATED;
    }

    @Override
    public @Nullable Stored find(Location at, long limitBytes) {
        check();
        byte[] content = objects.get(at.key());
        return content == null ? null : new Stored(Bytes.of(content), requests.get(at.key()));
    }

    @Override
    public List<String> list(String bucket, String prefix) {
        check();
        return objects.keySet().stream().filter(k -> k.startsWith(prefix)).toList();
    }

    @Override
    public void delete(Location at) {
        check();
        if (!at.key().contains("/checkpoints/")) {
            throw new AssertionError("nothing else is deleted: " + at);
        }
        objects.remove(at.key());
    }

    @Override
    public URI presign(Location at, Duration validity) {
        return URI.create("http://127.0.0.1:9000/" + at.bucket() + "/" + at.key() + "?for=" + validity.toSeconds());
    }

    private void check() {
        calls.incrementAndGet();
        if (down) {
            throw new SurroundingsException("the store is down");
        }
    }
}
