package io.darkroom.goldens;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** A PNG file's pixels: red, green and blue of each, row by row. */
public final class Png {
    private final byte[] rgb;
    private final int width;
    private final int height;

    private Png(byte[] rgb, int width, int height) {
        this.rgb = rgb;
        this.width = width;
        this.height = height;
    }

    /** Reads a file. */
    public static Png read(Path file) {
        try {
            BufferedImage image = ImageIO.read(file.toFile());
            byte[] rgb = new byte[image.getWidth() * image.getHeight() * 3];
            for (int y = 0; y < image.getHeight(); y++) {
                for (int x = 0; x < image.getWidth(); x++) {
                    int pixel = image.getRaster().getNumBands() == 1
                                    && image.getColorModel().getPixelSize() == 8
                            ? 0x010101 * image.getRaster().getSample(x, y, 0) // getRGB would apply a gamma
                            : image.getRGB(x, y);
                    int at = (y * image.getWidth() + x) * 3;
                    rgb[at] = (byte) (pixel >> 16);
                    rgb[at + 1] = (byte) (pixel >> 8);
                    rgb[at + 2] = (byte) pixel;
                }
            }
            return new Png(rgb, image.getWidth(), image.getHeight());
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    public byte[] rgb() {
        return rgb;
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }
}
