package io.darkroom.job;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The port to an S3-compatible store. Calls block; they may be made from any thread. Each throws
 * {@link SurroundingsException} where the store cannot be reached or refuses the worker (a fault of the surroundings),
 * and {@link LocationRefusedException} where only the named bucket or key is refused.
 */
public interface ObjectStore {
    /** What became of a create. */
    enum Creation {
        /** The object is there now, as given: confirmed by the store. */
        CREATED,
        /** An object was there already, and is unchanged ({@code If-None-Match: *} refused). */
        EXISTS
    }

    /** Where an object is. */
    record Location(String bucket, String key) {}

    /** Creates an object in a single part, or finds that one is there. Safe to repeat. */
    Creation create(Location at, byte[] content, String mediaType);

    /** Reads an object whole; null where there is none. */
    byte @Nullable [] read(Location at, long limitBytes);

    /** The keys below a prefix, sorted. */
    List<String> list(String bucket, String prefix);

    /** Removes an object; no error where there is none. */
    void delete(Location at);

    /** A URL that lets its holder fetch the object for a while. */
    URI presign(Location at, Duration validity);
}
