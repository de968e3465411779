package io.darkroom.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/** The chunks of a PNG (ISO/IEC 15948, section 5.3): a length, a name, so many bytes and their checksum. */
final class PngChunks {
    private static final long SIGNATURE = 0x89504E470D0A1A0AL;
    private static final int NAME = 4;
    /** A chunk's length, name and checksum. */
    private static final int FRAME = 12;

    /** Where the first chunk, IHDR, has the kind of colour. */
    private static final int COLOUR = 25;

    private static final int PALETTE = 3;
    private static final Set<String> NEEDED = Set.of("IHDR", "PLTE", "IDAT", "IEND");

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

    /**
     * A file with a palette without the chunks that its colours do not need; any other file as it is. The JDK's reader
     * keeps all chunks of such a file, and a few million empty ones fill a heap. What is damaged stays as it is, for that
     * reader to refuse.
     */
    static byte[] withoutNotes(byte[] file) {
        if (!isPng(file) || file.length <= COLOUR || file[COLOUR] != PALETTE) {
            return file;
        }
        byte[] kept = new byte[file.length];
        ByteBuffer out = ByteBuffer.wrap(kept);
        ByteBuffer in = ByteBuffer.wrap(file);
        out.putLong(in.getLong());
        byte[] name = new byte[NAME];
        while (in.remaining() >= FRAME) {
            int start = in.position();
            long length = Integer.toUnsignedLong(in.getInt(start));
            if (length > in.remaining() - FRAME) {
                break;
            }
            in.get(start + Integer.BYTES, name);
            int chunk = (int) length + FRAME;
            if (NEEDED.contains(new String(name, StandardCharsets.US_ASCII))) {
                out.put(in.slice(start, chunk));
            }
            in.position(start + chunk);
        }
        out.put(in);
        return Arrays.copyOf(kept, out.position());
    }
}
