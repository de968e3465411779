package io.darkroom.pipeline;

/** A decoded picture that a request refers to. A value: whoever makes one hands its array over. */
public final class InputImage {
    private final byte[] rgb;
    private final int width;
    private final int height;

    /**
     * @param rgb red, green and blue of each pixel, one byte each (0 to 255), row by row from the top
     * @param width in pixels
     * @param height in pixels
     * @throws IllegalArgumentException where the bytes are not as many as the size says
     */
    public InputImage(byte[] rgb, int width, int height) {
        if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
            throw new IllegalArgumentException(
                    rgb.length + " bytes are not the RGB pixels of a picture of " + width + "x" + height);
        }
        this.rgb = rgb;
        this.width = width;
        this.height = height;
    }

    /** The pixels themselves: to be read, never written. */
    public byte[] rgb() {
        return rgb;
    }

    /** In pixels. */
    public int width() {
        return width;
    }

    /** In pixels. */
    public int height() {
        return height;
    }

    @Override
    public String toString() {
        return "InputImage[" + width + "x" + height + "]";
    }
}
