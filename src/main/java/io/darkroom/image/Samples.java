package io.darkroom.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.Raster;

/**
 * A decoded image's samples as RGB, as Pillow's {@code convert("RGB")} makes them: grey is repeated, alpha dropped, and
 * no colour profile is applied. The JDK's own conversion would treat grey as linear light and brighten it.
 * Besides the image and the result there are never more than a few thousand pixels in memory.
 */
final class Samples {
    private static final int MAX = 255;
    /** Pixels that are converted at once: a row may be as long as the whole picture. */
    static final int RUN = 4096;

    private Samples() {}

    /** Converts some neighbours of one row, from (x, y) to the right, to {@code 0xRRGGBB}. */
    interface Run {
        void convert(int x, int y, int count, int[] rgb);
    }

    /** The picture, turned. */
    static RgbPicture rgb(BufferedImage image, Orientation turn) {
        Run run = isPlain(image.getColorModel())
                ? plain(image)
                : (x, y, count, rgb) -> image.getRGB(x, y, count, 1, rgb, 0, count);
        return placed(image.getWidth(), image.getHeight(), turn, run);
    }

    /** A picture of converted samples, turned. */
    static RgbPicture placed(int width, int height, Orientation turn, Run run) {
        byte[] rgb = new byte[Math.multiplyExact(RgbPicture.CHANNELS, Math.multiplyExact(width, height))];
        int[] pixels = new int[Math.min(width, RUN)];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x += pixels.length) {
                int count = Math.min(pixels.length, width - x);
                run.convert(x, y, count, pixels);
                for (int i = 0; i < count; i++) {
                    int at = RgbPicture.CHANNELS * turn.place(x + i, y, width, height);
                    rgb[at] = (byte) (pixels[i] >> 16);
                    rgb[at + 1] = (byte) (pixels[i] >> 8);
                    rgb[at + 2] = (byte) pixels[i];
                }
            }
        }
        return new RgbPicture(turn.width(width, height), turn.height(width, height), rgb);
    }

    /** Whether the samples are grey or RGB values themselves; not so in a palette. */
    private static boolean isPlain(ColorModel model) {
        int type = model.getColorSpace().getType();
        return model instanceof ComponentColorModel
                && !model.isAlphaPremultiplied()
                && (type == ColorSpace.TYPE_GRAY || type == ColorSpace.TYPE_RGB);
    }

    private static Run plain(BufferedImage image) {
        Raster raster = image.getRaster();
        int bands = raster.getNumBands();
        int bits = image.getColorModel().getComponentSize(0);
        boolean grey = image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY;
        int[] samples = new int[Math.min(image.getWidth(), RUN) * bands];
        return (x, y, count, rgb) -> {
            raster.getPixels(x, y, count, 1, samples);
            for (int i = 0; i < count; i++) {
                int at = i * bands;
                int red = grey ? greyTo8(samples[at], bits) : to8(samples[at], bits);
                int green = grey ? red : to8(samples[at + 1], bits);
                int blue = grey ? red : to8(samples[at + 2], bits);
                rgb[i] = red << 16 | green << 8 | blue;
            }
        };
    }

    /** Of 16 bits the upper 8, as Pillow decodes colour; fewer than 8 are spread over 0..255. */
    private static int to8(int sample, int bits) {
        return bits > Byte.SIZE ? sample >> (bits - Byte.SIZE) : sample * MAX / ((1 << bits) - 1);
    }

    /** 16-bit grey is not scaled but cut off at 255: so Pillow does it ({@code I;16} to {@code RGB}). */
    private static int greyTo8(int sample, int bits) {
        return bits > Byte.SIZE ? Math.min(sample, MAX) : to8(sample, bits);
    }
}
