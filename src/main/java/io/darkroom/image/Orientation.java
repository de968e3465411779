package io.darkroom.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * How a picture is to be turned to stand upright (Exif 2.3, tag 274, in JPEG, WebP and PNG), as Pillow's
 * {@code ImageOps.exif_transpose} does it.
 * What is damaged or not there means upright.
 */
enum Orientation {
    UPRIGHT(false, false, false),
    MIRRORED(false, true, false),
    TURNED_180(false, true, true),
    FLIPPED(false, false, true),
    TRANSPOSED(true, false, false),
    TURNED_90(true, true, false),
    TRANSVERSED(true, true, true),
    TURNED_270(true, false, true);

    private static final int APP1 = 0xE1;
    private static final int TAG = 274;
    private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);

    private final boolean transposed;
    private final boolean mirrored;
    private final boolean flipped;

    /**
     * The source of the pixel at (x, y) is (x, y), with x counted from the right where mirrored, y from the bottom where
     * flipped, and at last exchanged where transposed: x and y are those of the result.
     */
    Orientation(boolean transposed, boolean mirrored, boolean flipped) {
        this.transposed = transposed;
        this.mirrored = mirrored;
        this.flipped = flipped;
    }

    /** Reads a file's orientation. */
    static Orientation of(byte[] file) {
        try {
            if (Riff.isWebP(file)) {
                return inExif(Riff.chunk(file, "EXIF"));
            }
            if (PngChunks.isPng(file)) {
                return inExif(PngChunks.chunk(file, "eXIf"));
            }
            return JpegSegments.isJpeg(file) ? inTiff(JpegSegments.labelled(file, APP1, EXIF)) : UPRIGHT;
        } catch (IndexOutOfBoundsException e) {
            return UPRIGHT;
        }
    }

    /** Some writers put JPEG's marker before the TIFF where it does not belong; Pillow overlooks it. */
    private static Orientation inExif(ByteBuffer exif) {
        boolean marked =
                exif.remaining() > EXIF.length && exif.slice(0, EXIF.length).equals(ByteBuffer.wrap(EXIF));
        return inTiff(marked ? exif.slice(EXIF.length, exif.remaining() - EXIF.length) : exif.slice());
    }

    private static Orientation inTiff(ByteBuffer tiff) {
        tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = tiff.getInt(4);
        int entries = Short.toUnsignedInt(tiff.getShort(directory));
        for (int i = 0; i < entries; i++) {
            int entry = directory + Short.BYTES + 12 * i;
            if (Short.toUnsignedInt(tiff.getShort(entry)) == TAG) {
                int value = Short.toUnsignedInt(tiff.getShort(entry + 8));
                return value >= 1 && value <= values().length ? values()[value - 1] : UPRIGHT;
            }
        }
        return UPRIGHT;
    }

    /** The width of a picture once it is turned. */
    int width(int width, int height) {
        return transposed ? height : width;
    }

    /** The height of a picture once it is turned. */
    int height(int width, int height) {
        return transposed ? width : height;
    }

    /** Where a pixel of a picture comes to stand: its index in the rows of the turned one. */
    int place(int x, int y, int width, int height) {
        int turnedWidth = width(width, height);
        int right = transposed ? y : x;
        int down = transposed ? x : y;
        return (flipped ? height(width, height) - 1 - down : down) * turnedWidth
                + (mirrored ? turnedWidth - 1 - right : right);
    }
}
