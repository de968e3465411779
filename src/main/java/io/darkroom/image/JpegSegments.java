package io.darkroom.image;

import java.nio.ByteBuffer;

/** The segments of a JPEG before its first scan (ITU-T T.81, annex B): a marker, a length and so many bytes less two. */
final class JpegSegments {
    private static final int START_OF_IMAGE = 0xFFD8;
    private static final int START_OF_SCAN = 0xDA;
    private static final int PREFIX = 0xFF;

    private JpegSegments() {}

    static boolean isJpeg(byte[] file) {
        return file.length >= Short.BYTES
                && Short.toUnsignedInt(ByteBuffer.wrap(file).getShort()) == START_OF_IMAGE;
    }

    /**
     * What follows a label in the first segment that has the marker and begins with the label; empty where there is none
     * before the file ends or is damaged.
     */
    static ByteBuffer labelled(byte[] file, int marker, byte[] label) {
        ByteBuffer in = ByteBuffer.wrap(file).position(Short.BYTES);
        while (in.remaining() >= 2 * Short.BYTES && (in.get() & 0xFF) == PREFIX) {
            int found = in.get() & 0xFF;
            int length = Short.toUnsignedInt(in.getShort()) - Short.BYTES;
            if (found == START_OF_SCAN || length < 0 || length > in.remaining()) {
                break;
            }
            ByteBuffer content = in.slice(in.position(), length);
            if (found == marker && begins(content, label)) {
                return content.slice(label.length, length - label.length);
            }
            in.position(in.position() + length);
        }
        return ByteBuffer.allocate(0);
    }

    private static boolean begins(ByteBuffer content, byte[] label) {
        return content.remaining() >= label.length
                && content.slice(0, label.length).equals(ByteBuffer.wrap(label));
    }
}
