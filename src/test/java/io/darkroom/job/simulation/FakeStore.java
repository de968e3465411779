package io.darkroom.job.simulation;

import io.darkroom.job.Bytes;
import io.darkroom.job.ObjectStore;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A store that creates, deletes nothing but checkpoints, and is as strongly consistent as S3. */
final class FakeStore implements ObjectStore {
    private final TreeMap<String, Stored> objects = new TreeMap<>();

    @Override
    public Creation create(Location at, byte[] content, String mediaType, @Nullable String request) {
        Stored before = objects.putIfAbsent(at.key(), new Stored(Bytes.of(content), request));
        return before == null ? Creation.CREATED : Creation.EXISTS;
    }

    @Override
    public @Nullable Stored find(Location at, long limitBytes) {
        return objects.get(at.key());
    }

    @Override
    public List<String> list(String bucket, String prefix) {
        return objects.tailMap(prefix).keySet().stream()
                .takeWhile(key -> key.startsWith(prefix))
                .toList();
    }

    @Override
    public void delete(Location at) {
        if (!at.key().contains("/checkpoints/")) {
            throw new Violation("an object was deleted: " + at.key());
        }
        objects.remove(at.key());
    }

    @Override
    public URI presign(Location at, Duration validity) {
        return URI.create("http://127.0.0.1/" + at.key());
    }
}
