package io.darkroom.image;

import io.darkroom.tensor.Tensor;

/**
 * A picture of 8 bits a channel.
 *
 * <p>Made of an array that it owns from then on: {@code width * height} pixels in rows from the top, each
 * {@code 0xRRGGBB}.
 */
public final class Pixels {
    private static final int CHANNELS = 3;
    private static final int MAX = 255;

    private final int width;
    private final int height;
    private final int[] rgb;

    /**
     * @throws IllegalArgumentException if there are not as many pixels as width and height say
     */
    public Pixels(int width, int height, int[] rgb) {
        if (width < 1 || height < 1 || (long) width * height != rgb.length) {
            throw new IllegalArgumentException(rgb.length + " pixels are no " + width + "x" + height + " picture");
        }
        this.width = width;
        this.height = height;
        this.rgb = rgb;
    }

    /**
     * Quantizes as diffusers does ({@code VaeImageProcessor.numpy_to_pil}): 255 x, rounded half to even as numpy rounds,
     * in float32. What is outside 0..1 is taken for its nearest end.
     *
     * @param image {@code [3, H, W]}, red first, 0 to 1
     * @throws IllegalArgumentException if it has another shape, or a value is NaN
     */
    public static Pixels of(Tensor image) {
        if (image.rank() != CHANNELS || image.dim(0) != CHANNELS) {
            throw new IllegalArgumentException("a picture is [3, H, W], not " + image);
        }
        int height = image.dim(1);
        int width = image.dim(2);
        int plane = width * height;
        float[] data = image.data();
        int[] rgb = new int[plane];
        for (int i = 0; i < plane; i++) {
            rgb[i] = quantize(data[i]) << 16 | quantize(data[plane + i]) << 8 | quantize(data[2 * plane + i]);
        }
        return new Pixels(width, height, rgb);
    }

    private static int quantize(float value) {
        if (Float.isNaN(value)) {
            throw new IllegalArgumentException("a picture holds NaN");
        }
        return (int) Math.rint(Math.min(Math.max(value, 0f), 1f) * MAX);
    }

    /** The picture as {@code [3, H, W]}, red first, 0 to 1: the float32 quotient by 255. */
    public Tensor toTensor() {
        int plane = rgb.length;
        float[] data = new float[CHANNELS * plane];
        for (int i = 0; i < plane; i++) {
            data[i] = (rgb[i] >> 16 & MAX) / (float) MAX;
            data[plane + i] = (rgb[i] >> 8 & MAX) / (float) MAX;
            data[2 * plane + i] = (rgb[i] & MAX) / (float) MAX;
        }
        return Tensor.of(data, CHANNELS, height, width);
    }

    /** Columns. */
    public int width() {
        return width;
    }

    /** Rows. */
    public int height() {
        return height;
    }

    /** The pixels, row after row, {@code 0xRRGGBB}: to be read, never written. */
    public int[] rgb() {
        return rgb;
    }
}
