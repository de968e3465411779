package io.darkroom.image;

import io.darkroom.tensor.Tensor;

/** Small JPEG pictures of what is becoming. */
public final class Preview {
    /** Bytes of a preview at most: as base64 it has 32 KiB then. */
    public static final int MOST_BYTES = 24 * 1024;
    /** Pixels of a preview's longer side at most. */
    public static final int LONGEST_SIDE = 256;

    private static final int BEST_QUALITY = 80;
    private static final int WORST_QUALITY = 40;
    private static final int QUALITY_STEP = 20;

    private Preview() {}

    /**
     * A JPEG of at most {@link #MOST_BYTES} bytes. Small pictures are enlarged, smoothly. Where it would be too large its
     * quality is lowered, then its size.
     *
     * @param colours [3, h, w], red first, 0 to 1; what is outside is taken for its nearest end
     * @param longest pixels of the finished picture's longer side: a preview is not larger
     * @throws IllegalArgumentException if it has another shape, or a value is NaN
     */
    public static byte[] jpeg(Tensor colours, int longest) {
        int side = Math.min(longest, LONGEST_SIDE);
        Pixels picture = Shrinking.to(Pixels.of(enlarged(colours, side)), side);
        while (true) {
            for (int quality = BEST_QUALITY; quality >= WORST_QUALITY; quality -= QUALITY_STEP) {
                byte[] jpeg = JpegWriter.write(picture, quality);
                if (jpeg.length <= MOST_BYTES) {
                    return jpeg;
                }
            }
            // Ends: a JPEG of a few pixels is smaller than that.
            picture = Shrinking.to(picture, Math.max(picture.width(), picture.height()) / 2);
        }
    }

    /** Bilinear, pixels' centres on each other; itself where it is large enough. */
    private static Tensor enlarged(Tensor small, int longest) {
        int h = small.dim(1);
        int w = small.dim(2);
        int side = Math.max(h, w);
        if (side >= longest) {
            return small;
        }
        int height = Math.max(1, Math.round(h * (float) longest / side));
        int width = Math.max(1, Math.round(w * (float) longest / side));
        float[] in = small.data();
        float[] out = new float[small.dim(0) * height * width];
        int at = 0;
        for (int c = 0; c < small.dim(0); c++) {
            for (int y = 0; y < height; y++) {
                float down = within((y + 0.5f) * h / height - 0.5f, h - 1);
                int above = c * h + (int) down;
                int below = Math.min(above + 1, c * h + h - 1);
                for (int x = 0; x < width; x++) {
                    float across = within((x + 0.5f) * w / width - 0.5f, w - 1);
                    int left = (int) across;
                    int right = Math.min(left + 1, w - 1);
                    float top = mix(in[above * w + left], in[above * w + right], across - left);
                    float bottom = mix(in[below * w + left], in[below * w + right], across - left);
                    out[at++] = mix(top, bottom, down - (int) down);
                }
            }
        }
        return Tensor.of(out, small.dim(0), height, width);
    }

    private static float within(float at, int last) {
        return Math.max(0, Math.min(last, at));
    }

    private static float mix(float from, float to, float part) {
        return from + part * (to - from);
    }
}
