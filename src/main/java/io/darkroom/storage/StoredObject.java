package io.darkroom.storage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An object as a listing tells of it.
 *
 * @param key where in its bucket
 * @param etag another one for each content; null from a server that has none for it
 * @param modified when it was put there
 * @param bytes its size
 */
public record StoredObject(String key, @Nullable String etag, Instant modified, long bytes) {
    /** Another one for each content, as far as the store tells. */
    public String version() {
        return etag == null ? modified.toString() : etag;
    }
}
