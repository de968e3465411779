package io.darkroom.engine;

import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Latents to try a decoder with: fields of colour, as pictures have them, from normal draws on grids of 2, 4 and 8 cells
 * a side, with a little noise of each latent's own. A little tamer than latents that the denoiser sees, whose variance is
 * about 1: channels that are drawn alone reach combinations that no picture has.
 */
final class SampleLatents {
    private static final int[] GRIDS = {8, 2, 4};
    private static final double FIELD = 0.7;
    private static final double OWN = 0.14;

    private SampleLatents() {}

    /**
     * @param shape [channels, h, w]
     * @param count how many
     */
    static List<Tensor> of(int[] shape, int count, Random random) {
        List<Tensor> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(one(shape, GRIDS[i % GRIDS.length], random));
        }
        return all;
    }

    private static Tensor one(int[] shape, int cells, Random random) {
        float[] out = new float[Tensor.elements(shape)];
        int at = 0;
        for (int c = 0; c < shape[0]; c++) {
            double[] grid = new double[cells * cells];
            for (int i = 0; i < grid.length; i++) {
                grid[i] = FIELD * random.nextGaussian();
            }
            for (int y = 0; y < shape[1]; y++) {
                for (int x = 0; x < shape[2]; x++) {
                    double field = grid[y * cells / shape[1] * cells + x * cells / shape[2]];
                    out[at++] = (float) (field + OWN * random.nextGaussian());
                }
            }
        }
        return Tensor.of(out, shape);
    }
}
