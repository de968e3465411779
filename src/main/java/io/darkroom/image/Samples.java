package io.darkroom.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.Raster;

/**
 * A decoded image's samples as RGB, as Pillow's {@code convert("RGB")} makes them: grey is repeated, alpha dropped, and
 * no colour profile is applied. The JDK's own conversion would treat grey as linear light and brighten it.
 */
final class Samples {
    private static final int MAX = 255;

    private Samples() {}

    static Pixels rgb(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        int[] rgb = new int[width * height];
        if (isPlain(image.getColorModel())) {
            fromSamples(image, rgb);
        } else {
            image.getRGB(0, 0, width, height, rgb, 0, width);
            for (int i = 0; i < rgb.length; i++) {
                rgb[i] &= 0xFFFFFF;
            }
        }
        return new Pixels(width, height, rgb);
    }

    /** Whether the samples are grey or RGB values themselves; not so in a palette. */
    private static boolean isPlain(ColorModel model) {
        int type = model.getColorSpace().getType();
        return model instanceof ComponentColorModel
                && !model.isAlphaPremultiplied()
                && (type == ColorSpace.TYPE_GRAY || type == ColorSpace.TYPE_RGB);
    }

    private static void fromSamples(BufferedImage image, int[] rgb) {
        Raster raster = image.getRaster();
        int width = image.getWidth();
        int bands = raster.getNumBands();
        int bits = image.getColorModel().getComponentSize(0);
        boolean grey = image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY;
        int[] row = new int[width * bands];
        for (int y = 0; y < image.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                int at = x * bands;
                int red = grey ? greyTo8(row[at], bits) : to8(row[at], bits);
                int green = grey ? red : to8(row[at + 1], bits);
                int blue = grey ? red : to8(row[at + 2], bits);
                rgb[y * width + x] = red << 16 | green << 8 | blue;
            }
        }
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
