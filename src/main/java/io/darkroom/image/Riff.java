package io.darkroom.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The container of WebP (RFC 9649, section 2): chunks of a name, a length and so many bytes, padded to an even number. */
final class Riff {
    private static final byte[] RIFF = "RIFF".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] WEBP = "WEBP".getBytes(StandardCharsets.US_ASCII);
    private static final int HEAD = 12;
    private static final int NAME = 4;

    private Riff() {}

    static boolean isWebP(byte[] file) {
        return file.length >= HEAD
                && Arrays.equals(file, 0, NAME, RIFF, 0, NAME)
                && Arrays.equals(file, 2 * NAME, HEAD, WEBP, 0, NAME);
    }

    /** The content of the first chunk of a name; empty where there is none before the file ends or is damaged. */
    static ByteBuffer chunk(byte[] file, String name) {
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).position(HEAD);
        byte[] found = new byte[NAME];
        while (in.remaining() >= 2 * NAME) {
            in.get(found);
            // Unsigned: as an int a damaged length would lead backwards, and round and round.
            long length = Integer.toUnsignedLong(in.getInt());
            if (length > in.remaining()) {
                break;
            }
            if (new String(found, StandardCharsets.US_ASCII).equals(name)) {
                return in.slice(in.position(), (int) length);
            }
            in.position((int) Math.min(in.limit(), in.position() + length + (length & 1)));
        }
        return ByteBuffer.allocate(0);
    }
}
