package io.darkroom.image;

import java.awt.image.Raster;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * JPEGs of four components as RGB, as Pillow's {@code convert("RGB")} makes them of what libjpeg decodes. Ink is stored
 * inverted, as Adobe does it, whether a file says so or not; no colour profile is applied.
 */
final class Cmyk {
    private static final int COMPONENTS = 4;
    private static final int APP14 = 0xEE;
    private static final byte[] ADOBE = "Adobe".getBytes(StandardCharsets.US_ASCII);
    /** After Adobe's name: a version and two flags, of two bytes each. */
    private static final int TRANSFORM = 6;

    private static final int MAX = 255;
    private static final int CENTRE = 128;
    private static final int BITS = 16;
    private static final int HALF = 1 << (BITS - 1);

    private Cmyk() {}

    static boolean is(byte[] file) {
        return JpegSegments.isJpeg(file) && JpegSegments.components(file) == COMPONENTS;
    }

    /**
     * The picture, turned.
     *
     * @param raster the samples as they are stored, not converted
     */
    static RgbPicture rgb(byte[] file, Raster raster, Orientation turn) {
        int[] samples = new int[COMPONENTS * Math.min(raster.getWidth(), Samples.RUN)];
        boolean ycck = isYcck(file);
        return Samples.placed(raster.getWidth(), raster.getHeight(), turn, (x, y, count, rgb) -> {
            raster.getPixels(x, y, count, 1, samples);
            for (int i = 0; i < count; i++) {
                int at = COMPONENTS * i;
                rgb[i] = ycck
                        ? ycck(samples[at], samples[at + 1], samples[at + 2], samples[at + 3])
                        : inked(samples[at], samples[at + 1], samples[at + 2], samples[at + 3]);
            }
        });
    }

    /** As libjpeg takes it (jdapimin.c): without Adobe's marker it is CMYK, and with it whatever is not said to be. */
    private static boolean isYcck(byte[] file) {
        ByteBuffer adobe = JpegSegments.labelled(file, APP14, ADOBE);
        return adobe.remaining() > TRANSFORM && adobe.get(TRANSFORM) != 0;
    }

    /** Paper under inverted ink: Pillow's {@code cmyk2rgb} (Convert.c). */
    private static int inked(int cyan, int magenta, int yellow, int black) {
        return under(cyan, black) << 16 | under(magenta, black) << 8 | under(yellow, black);
    }

    private static int under(int ink, int black) {
        int product = (MAX - ink) * black + CENTRE;
        return clip(black - (((product >> 8) + product) >> 8));
    }

    /** Of the inverted ink libjpeg's conversion of YCbCr (jdcolor.c), in its fixed point. */
    private static int ycck(int luma, int blue, int red, int black) {
        int cb = blue - CENTRE;
        int cr = red - CENTRE;
        int r = luma + ((fixed(1.402) * cr + HALF) >> BITS);
        int g = luma + ((-fixed(0.34414) * cb - fixed(0.71414) * cr + HALF) >> BITS);
        int b = luma + ((fixed(1.772) * cb + HALF) >> BITS);
        // What libjpeg gives for ink is the rest to 255, and Pillow inverts it again.
        return inked(MAX - clip(r), MAX - clip(g), MAX - clip(b), black);
    }

    private static int fixed(double factor) {
        return (int) (factor * (1 << BITS) + 0.5);
    }

    private static int clip(int value) {
        return Math.max(0, Math.min(MAX, value));
    }
}
