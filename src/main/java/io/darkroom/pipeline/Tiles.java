package io.darkroom.pipeline;

import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Pictures cut into overlapping tiles, each put through a network, and the results blended at the seams: {@code
 * tiled_decode} and {@code tiled_encode} of diffusers' {@code AutoencoderKL}, in the same order of operations. Tiles
 * begin at every multiple of the step, so the last ones may be narrow. Blending goes row by row, with the tile above and
 * then with the one to the left, both as they are after their own blending.
 *
 * @param size of a tile, along both sides of the input
 * @param step from one tile to the next, in the input
 * @param blend over how many rows and columns of the output two tiles are blended
 * @param limit how much of each result is kept, along both sides of the output
 */
record Tiles(int size, int step, int blend, int limit) {

    /** Whether an input is cut at all: where either side is larger than a tile. Both sides are cut then. */
    boolean cuts(int height, int width) {
        return height > size || width > size;
    }

    /**
     * Puts inputs through a network.
     *
     * @param inputs [channels, height, width] each, all of one shape
     * @param network what it gives for tiles of one shape; called with the same tile of every input at a time, since
     *     the point of tiles is to need little memory
     * @return the joined results, one for each input
     */
    List<Tensor> through(List<Tensor> inputs, UnaryOperator<List<Tensor>> network) {
        Tensor first = inputs.get(0);
        int height = first.dim(1);
        int width = first.dim(2);
        if (!cuts(height, width)) {
            return network.apply(inputs);
        }
        List<List<List<Tensor>>> grids = new ArrayList<>();
        inputs.forEach(input -> grids.add(new ArrayList<>()));
        for (int y = 0; y < height; y += step) {
            grids.forEach(grid -> grid.add(new ArrayList<>()));
            for (int x = 0; x < width; x += step) {
                int top = y;
                int left = x;
                List<Tensor> results = network.apply(inputs.stream()
                        .map(input ->
                                crop(input, top, left, Math.min(size, height - top), Math.min(size, width - left)))
                        .toList());
                for (int i = 0; i < results.size(); i++) {
                    List<List<Tensor>> grid = grids.get(i);
                    grid.get(grid.size() - 1).add(results.get(i));
                }
            }
        }
        return grids.stream().map(this::joined).toList();
    }

    private Tensor joined(List<List<Tensor>> grid) {
        for (int i = 0; i < grid.size(); i++) {
            List<Tensor> row = grid.get(i);
            for (int j = 0; j < row.size(); j++) {
                Tensor tile = row.get(j);
                if (i > 0) {
                    tile = belowOf(grid.get(i - 1).get(j), tile);
                }
                if (j > 0) {
                    tile = rightOf(row.get(j - 1), tile);
                }
                row.set(j, tile);
            }
        }
        return concatenated(grid.stream()
                .map(row -> row.stream()
                        .map(t -> crop(t, 0, 0, Math.min(limit, t.dim(1)), Math.min(limit, t.dim(2))))
                        .toList())
                .toList());
    }

    /** {@code blend_v}: the upper rows go over from the last rows of the tile above. */
    private Tensor belowOf(Tensor above, Tensor tile) {
        int extent = Math.min(Math.min(above.dim(1), tile.dim(1)), blend);
        int width = tile.dim(2);
        float[] out = tile.data().clone();
        for (int c = 0; c < tile.dim(0); c++) {
            for (int y = 0; y < extent; y++) {
                int from = (c * above.dim(1) + above.dim(1) - extent + y) * width;
                int to = (c * tile.dim(1) + y) * width;
                for (int x = 0; x < width; x++) {
                    out[to + x] = mixed(above.data()[from + x], out[to + x], y, extent);
                }
            }
        }
        return Tensor.of(out, tile.shape());
    }

    /** {@code blend_h}: the left columns go over from the last columns of the tile to the left. */
    private Tensor rightOf(Tensor left, Tensor tile) {
        int extent = Math.min(Math.min(left.dim(2), tile.dim(2)), blend);
        float[] out = tile.data().clone();
        for (int line = 0; line < tile.dim(0) * tile.dim(1); line++) {
            int from = line * left.dim(2) + left.dim(2) - extent;
            int to = line * tile.dim(2);
            for (int x = 0; x < extent; x++) {
                out[to + x] = mixed(left.data()[from + x], out[to + x], x, extent);
            }
        }
        return Tensor.of(out, tile.shape());
    }

    private static float mixed(float before, float own, int at, int extent) {
        double weight = (double) at / extent;
        return before * (float) (1 - weight) + own * (float) weight;
    }

    private static Tensor crop(Tensor from, int top, int left, int height, int width) {
        float[] out = new float[from.dim(0) * height * width];
        for (int c = 0; c < from.dim(0); c++) {
            for (int y = 0; y < height; y++) {
                System.arraycopy(
                        from.data(),
                        (c * from.dim(1) + top + y) * from.dim(2) + left,
                        out,
                        (c * height + y) * width,
                        width);
            }
        }
        return Tensor.of(out, from.dim(0), height, width);
    }

    private static Tensor concatenated(List<List<Tensor>> grid) {
        int channels = grid.get(0).get(0).dim(0);
        int height = grid.stream().mapToInt(row -> row.get(0).dim(1)).sum();
        int width = grid.get(0).stream().mapToInt(t -> t.dim(2)).sum();
        float[] out = new float[channels * height * width];
        int top = 0;
        for (List<Tensor> row : grid) {
            int left = 0;
            for (Tensor tile : row) {
                for (int c = 0; c < channels; c++) {
                    for (int y = 0; y < tile.dim(1); y++) {
                        System.arraycopy(
                                tile.data(),
                                (c * tile.dim(1) + y) * tile.dim(2),
                                out,
                                (c * height + top + y) * width + left,
                                tile.dim(2));
                    }
                }
                left += tile.dim(2);
            }
            top += row.get(0).dim(1);
        }
        return Tensor.of(out, channels, height, width);
    }
}
