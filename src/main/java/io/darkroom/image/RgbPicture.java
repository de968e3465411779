package io.darkroom.image;

/** A picture that was read. A value: whoever makes one hands its array over. */
public final class RgbPicture {
    static final int CHANNELS = 3;

    private final int width;
    private final int height;
    private final byte[] rgb;

    /** @throws IllegalArgumentException if there are not as many bytes as width and height say */
    RgbPicture(int width, int height, byte[] rgb) {
        if (width < 1 || height < 1 || (long) CHANNELS * width * height != rgb.length) {
            throw new IllegalArgumentException(rgb.length + " bytes are no " + width + "x" + height + " picture");
        }
        this.width = width;
        this.height = height;
        this.rgb = rgb;
    }

    /** Columns. */
    public int width() {
        return width;
    }

    /** Rows. */
    public int height() {
        return height;
    }

    /** Red, green and blue of each pixel, one byte each, row after row from the top: to be read, never written. */
    public byte[] rgb() {
        return rgb;
    }
}
