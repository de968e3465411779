package io.darkroom.image;

import java.util.concurrent.Semaphore;

/**
 * The heap that pictures may take while they are decoded, shared by all threads that do so: small ones are decoded side by
 * side, large ones in turn. Thread safe.
 */
final class DecodingMemory {
    /** The other half is for what has been decoded, and for all else that a worker does. */
    private static final int PART_OF_HEAP = 2;

    private static final int UNIT = 1 << 10;

    private final long bytes;
    /** In units, so that any heap can be counted; the one that waits longest comes first, or a large one never would. */
    private final Semaphore free;

    /** @param bytes at least 1 */
    DecodingMemory(long bytes) {
        this.bytes = bytes;
        this.free = new Semaphore(units(bytes), true);
    }

    /** Half of this process's heap. */
    static DecodingMemory ofHeap() {
        return new DecodingMemory(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
    }

    private static int units(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, (bytes + UNIT - 1) / UNIT);
    }

    /** All there is, in bytes. */
    long bytes() {
        return bytes;
    }

    /**
     * Waits until there are so many bytes for one picture, and takes them.
     *
     * @param bytes of {@link #bytes()} at most
     */
    void take(long bytes) {
        free.acquireUninterruptibly(units(bytes));
    }

    /** Gives back what was taken. */
    void give(long bytes) {
        free.release(units(bytes));
    }
}
