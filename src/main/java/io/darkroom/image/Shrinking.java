package io.darkroom.image;

/** Makes pictures smaller for overviews: each pixel is the mean of the area that it covers. */
final class Shrinking {
    private static final int CHANNELS = 3;

    private Shrinking() {}

    /**
     * The picture with no side longer than {@code longest} pixels; itself where that is so already.
     *
     * @param longest at least 1
     */
    static Pixels to(Pixels picture, int longest) {
        int side = Math.max(picture.width(), picture.height());
        if (side <= longest) {
            return picture;
        }
        int width = Math.max(1, Math.round(picture.width() * (float) longest / side));
        int height = Math.max(1, Math.round(picture.height() * (float) longest / side));
        int[] rgb = new int[width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                rgb[y * width + x] = mean(
                        picture,
                        (double) x * picture.width() / width,
                        (double) (x + 1) * picture.width() / width,
                        (double) y * picture.height() / height,
                        (double) (y + 1) * picture.height() / height);
            }
        }
        return new Pixels(width, height, rgb);
    }

    /** The mean of an area; pixels at its edges count by the part that lies within. */
    private static int mean(Pixels picture, double left, double right, double top, double bottom) {
        double[] sums = new double[CHANNELS];
        double area = (right - left) * (bottom - top);
        for (int y = (int) top; y < bottom && y < picture.height(); y++) {
            double tall = Math.min(bottom, y + 1) - Math.max(top, y);
            for (int x = (int) left; x < right && x < picture.width(); x++) {
                double part = tall * (Math.min(right, x + 1) - Math.max(left, x));
                int pixel = picture.rgb()[y * picture.width() + x];
                for (int c = 0; c < CHANNELS; c++) {
                    sums[c] += part * (pixel >> (Byte.SIZE * c) & 0xFF);
                }
            }
        }
        int mean = 0;
        for (int c = 0; c < CHANNELS; c++) {
            mean |= (int) Math.min(255, Math.round(sums[c] / area)) << (Byte.SIZE * c);
        }
        return mean;
    }
}
