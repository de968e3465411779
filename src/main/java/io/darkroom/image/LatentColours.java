package io.darkroom.image;

import io.darkroom.tensor.Tensor;

/**
 * What colour a latent has: the best linear map, with a bias, from a VAE's latents to the mean colour of the pixels that
 * each stands for. No network is run, so a preview costs next to nothing. Fitted by least squares over all that it has
 * been shown, from the normal equations; a value, to which examples are added by {@link #with}.
 */
public final class LatentColours {
    private static final int COLOURS = 3;
    /** Of the mean square of a latent: keeps the equations solvable where channels say the same. */
    private static final double RIDGE = 1e-6;

    private final int channels;
    /** [channels + 1, channels + 1]: the mean of x x' over examples, each weighted; the last of x is 1, for the bias. */
    private final double[][] squares;
    /** [channels + 1, 3]: of x y'. */
    private final double[][] products;
    /** [channels + 1, 3]. */
    private final double[][] map;

    private LatentColours(int channels, double[][] squares, double[][] products) {
        this.channels = channels;
        this.squares = squares;
        this.products = products;
        this.map = solve(squares, products);
    }

    /**
     * A map that has seen nothing: all is 0.
     *
     * @param channels of the latents, at least 1
     */
    public static LatentColours of(int channels) {
        return new LatentColours(channels, new double[channels + 1][channels + 1], new double[channels + 1][COLOURS]);
    }

    /** Whether it has seen nothing. */
    public boolean isBlank() {
        return squares[channels][channels] == 0;
    }

    /**
     * The map that this picture is an example for too. Every picture counts as much, whatever its size.
     *
     * @param latents [channels, h, w]
     * @param pixels what they were decoded to, [3, H, W] in 0..1 with H and W multiples of h and w
     * @param weight of this picture against others of weight 1
     * @throws IllegalArgumentException where the shapes do not belong together
     */
    public LatentColours with(Tensor latents, Tensor pixels, double weight) {
        check(latents);
        int plane = latents.dim(1) * latents.dim(2);
        float[] colours = means(pixels, latents.dim(1), latents.dim(2));
        double[][] moreSquares = copy(squares);
        double[][] moreProducts = copy(products);
        double[] x = new double[channels + 1];
        for (int at = 0; at < plane; at++) {
            read(latents, at, plane, x);
            for (int i = 0; i <= channels; i++) {
                double weighted = weight / plane * x[i];
                for (int j = 0; j <= channels; j++) {
                    moreSquares[i][j] += weighted * x[j];
                }
                for (int c = 0; c < COLOURS; c++) {
                    moreProducts[i][c] += weighted * colours[c * plane + at];
                }
            }
        }
        return new LatentColours(channels, moreSquares, moreProducts);
    }

    /**
     * Each latent's colour.
     *
     * @param latents [channels, h, w]
     * @return [3, h, w], nominally in 0..1, not clamped
     * @throws IllegalArgumentException where there are other channels
     */
    public Tensor apply(Tensor latents) {
        check(latents);
        int plane = latents.dim(1) * latents.dim(2);
        float[] out = new float[COLOURS * plane];
        double[] x = new double[channels + 1];
        for (int at = 0; at < plane; at++) {
            read(latents, at, plane, x);
            for (int c = 0; c < COLOURS; c++) {
                double sum = 0;
                for (int i = 0; i <= channels; i++) {
                    sum += map[i][c] * x[i];
                }
                out[c * plane + at] = (float) sum;
            }
        }
        return Tensor.of(out, COLOURS, latents.dim(1), latents.dim(2));
    }

    private void check(Tensor latents) {
        if (latents.rank() != 3 || latents.dim(0) != channels) {
            throw new IllegalArgumentException("latents are [" + channels + ", h, w], not " + latents);
        }
    }

    private void read(Tensor latents, int at, int plane, double[] x) {
        for (int i = 0; i < channels; i++) {
            x[i] = latents.data()[i * plane + at];
        }
        x[channels] = 1;
    }

    /** The mean of the pixels that each latent stands for. */
    private static float[] means(Tensor pixels, int height, int width) {
        if (pixels.rank() != 3
                || pixels.dim(0) != COLOURS
                || pixels.dim(1) % height != 0
                || pixels.dim(2) % width != 0) {
            throw new IllegalArgumentException(pixels + " was not decoded from " + height + "x" + width + " latents");
        }
        int down = pixels.dim(1) / height;
        int across = pixels.dim(2) / width;
        float[] means = new float[COLOURS * height * width];
        float[] in = pixels.data();
        int from = 0;
        for (int row = 0; row < COLOURS * pixels.dim(1); row++) {
            int to = row / down * width;
            for (int x = 0; x < width * across; x++) {
                means[to + x / across] += in[from++];
            }
        }
        for (int i = 0; i < means.length; i++) {
            means[i] /= down * across;
        }
        return means;
    }

    /** {@code (squares + ridge) map = products}, by Cholesky's decomposition. */
    private static double[][] solve(double[][] squares, double[][] products) {
        int n = squares.length;
        double trace = 0;
        for (int i = 0; i < n; i++) {
            trace += squares[i][i];
        }
        double ridge = RIDGE * trace / n + Double.MIN_NORMAL;
        double[][] lower = new double[n][n];
        double[][] map = copy(products);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double rest = squares[i][j] + (i == j ? ridge : 0);
                for (int k = 0; k < j; k++) {
                    rest -= lower[i][k] * lower[j][k];
                }
                lower[i][j] = i == j ? Math.sqrt(rest) : rest / lower[j][j];
            }
        }
        for (int c = 0; c < COLOURS; c++) {
            for (int i = 0; i < n; i++) {
                for (int k = 0; k < i; k++) {
                    map[i][c] -= lower[i][k] * map[k][c];
                }
                map[i][c] /= lower[i][i];
            }
            for (int i = n - 1; i >= 0; i--) {
                for (int k = i + 1; k < n; k++) {
                    map[i][c] -= lower[k][i] * map[k][c];
                }
                map[i][c] /= lower[i][i];
            }
        }
        return map;
    }

    private static double[][] copy(double[][] rows) {
        double[][] copy = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            copy[i] = rows[i].clone();
        }
        return copy;
    }
}
