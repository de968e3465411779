package io.darkroom.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The direct buffer of one input, kept between calls: their sizes hardly change, and freeing it is up to the collector. It
 * knows which rows lie in it, so that those that a step leaves as they were, as the prompts', are not written again.
 */
final class InputBuffer {
    private ByteBuffer bytes = ByteBuffer.allocateDirect(0);
    /** All of one length, one after another. Known by identity: what a tensor holds never changes. */
    private List<float[]> rows = List.of();

    /** Room for so many bytes, whatever lay there. */
    ByteBuffer cleared(int count) {
        rows = List.of();
        if (bytes.capacity() < count) {
            bytes = ByteBuffer.allocateDirect(count);
        }
        return bytes.clear().limit(count).order(ByteOrder.nativeOrder());
    }

    /** Room for so many bytes, where the rows that it {@link #holds} still lie. */
    ByteBuffer kept(int count) {
        return bytes.capacity() < count
                ? cleared(count)
                : bytes.clear().limit(count).order(ByteOrder.nativeOrder());
    }

    /** Whether this lies there as one of the rows. */
    boolean holds(int index, float[] row) {
        return index < rows.size() && rows.get(index) == row;
    }

    /** These lie there from now on. */
    void hold(List<float[]> written) {
        rows = written;
    }

    /** Refers to no rows any more. */
    void forget() {
        rows = List.of();
    }
}
