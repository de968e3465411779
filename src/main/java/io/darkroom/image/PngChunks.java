package io.darkroom.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The chunks of a PNG (ISO/IEC 15948, section 5.3): a length, a name, so many bytes and their checksum. */
final class PngChunks {
    private static final long SIGNATURE = 0x89504E470D0A1A0AL;
    private static final int NAME = 4;
    /** A chunk's length, name and checksum. */
    private static final int FRAME = 12;

    private PngChunks() {}

    static boolean isPng(byte[] file) {
        return file.length >= Long.BYTES && ByteBuffer.wrap(file).getLong() == SIGNATURE;
    }

    /** The content of the first chunk of a name; empty where there is none before the file ends or is damaged. */
    static ByteBuffer chunk(byte[] file, String name) {
        ByteBuffer in = ByteBuffer.wrap(file).position(Long.BYTES);
        byte[] found = new byte[NAME];
        while (in.remaining() >= FRAME) {
            // Unsigned: as an int a damaged length would lead backwards, and round and round.
            long length = Integer.toUnsignedLong(in.getInt());
            in.get(found);
            if (length > in.remaining() - Integer.BYTES) {
                break;
            }
            if (new String(found, StandardCharsets.US_ASCII).equals(name)) {
                return in.slice(in.position(), (int) length);
            }
            in.position(in.position() + (int) length + Integer.BYTES);
        }
        return ByteBuffer.allocate(0);
    }
}
