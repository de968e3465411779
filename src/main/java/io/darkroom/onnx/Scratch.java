package io.darkroom.onnx;

import io.darkroom.model.ModelUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Memory for weights on their way into a session: gigabytes for a moment. Pages of a temporary file, which the system may
 * put aside, count neither to the heap nor to the limit of direct buffers. The file has no name from the start, so nothing
 * is left of it. Thread safe.
 */
final class Scratch implements AutoCloseable {
    private static final int ALIGNMENT = 64;

    private final FileChannel channel;
    private long used;

    /** @throws ModelUnavailableException where there is no place for temporary files */
    Scratch() {
        try {
            Path file = Files.createTempFile("darkroom-weights", null);
            this.channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            Files.delete(file);
        } catch (IOException e) {
            throw new ModelUnavailableException(
                    "no temporary file for weights can be made in " + System.getProperty("java.io.tmpdir") + ": " + e,
                    e);
        }
    }

    /** Zeroed memory in native order. Usable for as long as it is referred to. */
    synchronized ByteBuffer allocate(long bytes) {
        try {
            ByteBuffer memory = channel.map(FileChannel.MapMode.READ_WRITE, used, bytes);
            used += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
            return memory.order(ByteOrder.nativeOrder());
        } catch (IOException | IllegalArgumentException e) {
            throw new ModelUnavailableException(
                    "no room for " + bytes + " bytes of weights in " + System.getProperty("java.io.tmpdir") + ": " + e,
                    e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new ModelUnavailableException("the temporary file for weights does not close: " + e, e);
        }
    }
}
