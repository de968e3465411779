package io.darkroom.training.data;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;

/**
 * A square to draw on, {@value #SIDE} pixels a side, by Java2D's shapes and by columns of pixels. Coordinates in pixels,
 * y downwards.
 */
final class Canvas {
    static final int SIDE = 256;

    private final BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    private final int[] pixels = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
    private final Graphics2D graphics = image.createGraphics();

    Canvas() {
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    }

    /** What a place has for a colour. */
    @FunctionalInterface
    interface Shader {
        /** @param depth pixels below the upper edge of what is filled */
        Rgb at(int x, int y, double depth);
    }

    Graphics2D graphics() {
        return graphics;
    }

    int[] pixels() {
        return pixels;
    }

    Rgb at(int x, int y) {
        return Rgb.unpack(pixels[clamp(y) * SIDE + clamp(x)]);
    }

    void blend(int x, int y, Rgb colour, double alpha) {
        int at = y * SIDE + x;
        pixels[at] = Rgb.unpack(pixels[at]).mix(colour, alpha).packed();
    }

    /**
     * Fills what lies below an edge, smooth to a fraction of a pixel.
     *
     * @param edge y of the edge for each column
     */
    void below(double[] edge, Shader shader) {
        between(edge, SIDE, shader);
    }

    /** As {@link #below}, down to a line. */
    void between(double[] edge, int bottom, Shader shader) {
        for (int x = 0; x < SIDE; x++) {
            int first = (int) Math.max(0, Math.floor(edge[x]));
            for (int y = first; y < bottom; y++) {
                double cover = Math.min(1, y + 1 - edge[x]);
                if (cover >= 1) {
                    pixels[y * SIDE + x] = shader.at(x, y, y - edge[x]).packed();
                } else {
                    blend(x, y, shader.at(x, y, 0), cover);
                }
            }
        }
    }

    static int clamp(int v) {
        return Math.max(0, Math.min(SIDE - 1, v));
    }
}
