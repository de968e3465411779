package io.darkroom.job;

import java.util.OptionalLong;

/** An object is larger than its reader takes: a fault of the request that named it. */
public class ObjectTooLargeException extends RuntimeException {
    private final transient ObjectStore.Location location;
    private final transient OptionalLong size;
    private final long limit;

    /**
     * @param size the object's size in bytes; empty where the store did not tell it
     * @param limit what would have been accepted, in bytes
     */
    public ObjectTooLargeException(ObjectStore.Location location, OptionalLong size, long limit) {
        super("the object " + location.key() + " in bucket " + location.bucket() + " has "
                + (size.isPresent() ? size.getAsLong() + " bytes" : "more bytes")
                + "; accepted are up to " + limit);
        this.location = location;
        this.size = size;
        this.limit = limit;
    }

    /** Which object. */
    public ObjectStore.Location location() {
        return location;
    }

    /** Its size in bytes, where the store told it. */
    public OptionalLong size() {
        return size;
    }

    /** What would have been accepted, in bytes. */
    public long limit() {
        return limit;
    }
}
