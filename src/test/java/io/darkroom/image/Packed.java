package io.darkroom.image;

/** Pictures that were read, in the form of those that are written. */
final class Packed {
    private Packed() {}

    /** The pixels, each {@code 0xRRGGBB}. */
    static int[] rgb(RgbPicture picture) {
        byte[] samples = picture.rgb();
        int[] rgb = new int[picture.width() * picture.height()];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (samples[3 * i] & 0xFF) << 16 | (samples[3 * i + 1] & 0xFF) << 8 | (samples[3 * i + 2] & 0xFF);
        }
        return rgb;
    }
}
