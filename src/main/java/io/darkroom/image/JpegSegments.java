package io.darkroom.image;

import java.nio.ByteBuffer;

/** The segments of a JPEG before its first scan (ITU-T T.81, annex B): a marker, a length and so many bytes less two. */
final class JpegSegments {
    private static final int START_OF_IMAGE = 0xFFD8;
    private static final int START_OF_SCAN = 0xDA;
    private static final int PREFIX = 0xFF;
    /** Where a frame says how many it has: after precision, height and width. */
    private static final int COMPONENTS = 5;

    private JpegSegments() {}

    static boolean isJpeg(byte[] file) {
        return file.length >= Short.BYTES
                && Short.toUnsignedInt(ByteBuffer.wrap(file).getShort()) == START_OF_IMAGE;
    }

    /** What is looked for. */
    private interface Wanted {
        boolean is(int marker, ByteBuffer content);
    }

    /**
     * What follows a label in the first segment that has the marker and begins with the label; empty where there is none
     * before the file ends or is damaged.
     */
    static ByteBuffer labelled(byte[] file, int marker, byte[] label) {
        ByteBuffer content = first(file, (found, in) -> found == marker && begins(in, label));
        return content.hasRemaining() ? content.slice(label.length, content.remaining() - label.length) : content;
    }

    /** How many components a pixel has; 0 where the file ends or is damaged before it says so. */
    static int components(byte[] file) {
        ByteBuffer frame = first(file, (found, in) -> isFrame(found));
        return frame.remaining() > COMPONENTS ? frame.get(COMPONENTS) & 0xFF : 0;
    }

    /** Whether a marker begins a frame, whichever its coding: all of a range but tables and what is reserved. */
    private static boolean isFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    private static ByteBuffer first(byte[] file, Wanted wanted) {
        ByteBuffer in = ByteBuffer.wrap(file).position(Short.BYTES);
        while (in.remaining() >= 2 * Short.BYTES && (in.get() & 0xFF) == PREFIX) {
            int found = in.get() & 0xFF;
            int length = Short.toUnsignedInt(in.getShort()) - Short.BYTES;
            if (found == START_OF_SCAN || length < 0 || length > in.remaining()) {
                break;
            }
            ByteBuffer content = in.slice(in.position(), length);
            if (wanted.is(found, content)) {
                return content;
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
