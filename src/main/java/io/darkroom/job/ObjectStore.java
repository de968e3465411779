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

    /**
     * An object as it is stored.
     *
     * @param request the digest of the request that it was created for; null where it was created without, or the store
     *     keeps no such thing
     */
    record Stored(Bytes content, @Nullable String request) {}

    /** Creates an object that is no single request's, as {@link #create(Location, byte[], String, String)} does. */
    default Creation create(Location at, byte[] content, String mediaType) {
        return create(at, content, mediaType, null);
    }

    /**
     * Creates an object in a single part, or finds that one is there. Safe to repeat.
     *
     * @param request the digest of the request that it is for, kept beside the content; null where that is not told
     */
    Creation create(Location at, byte[] content, String mediaType, @Nullable String request);

    /** Reads an object's content whole; null where there is none. */
    default byte @Nullable [] read(Location at, long limitBytes) {
        Stored stored = find(at, limitBytes);
        return stored == null ? null : stored.content().array();
    }

    /**
     * As {@link #read(Location, long)}, again where what comes is damaged: what was so on its way comes whole another time,
     * what is so where it lies never does.
     *
     * @param most how often it is read at most, at least 1
     */
    default byte @Nullable [] read(Location at, long limitBytes, int most) {
        for (int reads = 1; ; reads++) {
            try {
                return read(at, limitBytes);
            } catch (DamagedContentException e) {
                if (reads == most) {
                    throw e;
                }
            }
        }
    }

    /**
     * Reads an object whole, with the request that it was created for; null where there is none.
     *
     * @throws ObjectTooLargeException where it has more bytes than that
     * @throws DamagedContentException where what came is not what the store says that it has, as far as it says
     */
    @Nullable
    Stored find(Location at, long limitBytes);

    /** The keys below a prefix, sorted. */
    List<String> list(String bucket, String prefix);

    /** Removes an object; no error where there is none. */
    void delete(Location at);

    /** A URL that lets its holder fetch the object for a while. */
    URI presign(Location at, Duration validity);
}
