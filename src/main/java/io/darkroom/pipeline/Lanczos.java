package io.darkroom.pipeline;

/**
 * Pillow's {@code Image.resize((w, h), LANCZOS)} of RGB pictures, bit for bit: a separable filter of three lobes whose
 * support grows when shrinking, with coefficients in fixed point of 22 bits, and each of the two passes rounded and
 * clipped to bytes (Pillow's Resample.c).
 */
final class Lanczos {
    private static final int CHANNELS = 3;
    private static final int PRECISION_BITS = 32 - 8 - 2;
    private static final double LOBES = 3;

    private Lanczos() {}

    /** The picture at another size; itself where the size is its own. */
    static InputImage resize(InputImage image, int width, int height) {
        int fromWidth = image.width();
        int fromHeight = image.height();
        byte[] rgb = image.rgb();
        // Pillow 13 shrinks vertically first where that leaves less to do; Pillow 12 and older never do.
        boolean verticalFirst = fromHeight - height > 0 && fromHeight - height > 2 * (fromWidth - width);
        if (verticalFirst) {
            rgb = vertical(rgb, fromWidth, fromHeight, height);
            rgb = horizontal(rgb, fromWidth, height, width);
        } else {
            rgb = horizontal(rgb, fromWidth, fromHeight, width);
            rgb = vertical(rgb, width, fromHeight, height);
        }
        return new InputImage(rgb, width, height);
    }

    private static byte[] horizontal(byte[] rgb, int width, int height, int newWidth) {
        if (width == newWidth) {
            return rgb;
        }
        Coefficients c = Coefficients.of(width, newWidth);
        byte[] out = new byte[newWidth * height * CHANNELS];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < newWidth; x++) {
                for (int channel = 0; channel < CHANNELS; channel++) {
                    int from = (y * width + c.first[x]) * CHANNELS + channel;
                    out[(y * newWidth + x) * CHANNELS + channel] = c.apply(x, rgb, from, CHANNELS);
                }
            }
        }
        return out;
    }

    private static byte[] vertical(byte[] rgb, int width, int height, int newHeight) {
        if (height == newHeight) {
            return rgb;
        }
        Coefficients c = Coefficients.of(height, newHeight);
        int row = width * CHANNELS;
        byte[] out = new byte[row * newHeight];
        for (int y = 0; y < newHeight; y++) {
            for (int x = 0; x < row; x++) {
                out[y * row + x] = c.apply(y, rgb, c.first[y] * row + x, row);
            }
        }
        return out;
    }

    /** For each output position the first input position and the weights from there on. */
    private static final class Coefficients {
        final int[] first;
        final int[][] weights;

        private Coefficients(int[] first, int[][] weights) {
            this.first = first;
            this.weights = weights;
        }

        static Coefficients of(int in, int out) {
            double scale = (double) in / out;
            double filterScale = Math.max(scale, 1);
            double support = LOBES * filterScale;
            int[] first = new int[out];
            int[][] weights = new int[out][];
            for (int i = 0; i < out; i++) {
                double center = (i + 0.5) * scale;
                int low = Math.max((int) (center - support + 0.5), 0);
                int high = Math.min((int) (center + support + 0.5), in);
                double[] w = new double[high - low];
                double sum = 0;
                for (int k = 0; k < w.length; k++) {
                    w[k] = filter((k + low - center + 0.5) / filterScale);
                    sum += w[k];
                }
                first[i] = low;
                weights[i] = new int[w.length];
                for (int k = 0; k < w.length; k++) {
                    double fixed = w[k] / sum * (1 << PRECISION_BITS);
                    weights[i][k] = (int) (fixed < 0 ? fixed - 0.5 : fixed + 0.5);
                }
            }
            return new Coefficients(first, weights);
        }

        byte apply(int position, byte[] rgb, int from, int stride) {
            int sum = 1 << (PRECISION_BITS - 1);
            int at = from;
            for (int weight : weights[position]) {
                sum += (rgb[at] & 0xFF) * weight;
                at += stride;
            }
            return (byte) Math.max(0, Math.min(255, sum >> PRECISION_BITS));
        }

        private static double filter(double x) {
            return x >= -LOBES && x < LOBES ? sinc(x) * sinc(x / LOBES) : 0;
        }

        private static double sinc(double x) {
            return x == 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
        }
    }
}
