package io.darkroom.pipeline;

import java.util.Objects;

/**
 * A decoded picture that a request refers to.
 *
 * @param rgb red, green and blue of each pixel, one byte each (0 to 255), row by row from the top. Read only
 * @param width in pixels
 * @param height in pixels
 */
public record InputImage(byte[] rgb, int width, int height) {
    /** @throws IllegalArgumentException where the bytes are not as many as the size says */
    public InputImage {
        Objects.requireNonNull(rgb);
        if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
            throw new IllegalArgumentException(
                    rgb.length + " bytes are not the RGB pixels of a picture of " + width + "x" + height);
        }
    }
}
