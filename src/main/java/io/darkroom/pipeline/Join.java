package io.darkroom.pipeline;

import io.darkroom.tensor.Tensor;
import java.util.Arrays;

/** Puts tensors together: {@code torch.cat}. */
final class Join {
    private Join() {}

    /** Along the first axis. */
    static Tensor first(Tensor... parts) {
        int size = Arrays.stream(parts).mapToInt(Tensor::size).sum();
        float[] all = new float[size];
        int at = 0;
        for (Tensor part : parts) {
            System.arraycopy(part.data(), 0, all, at, part.size());
            at += part.size();
        }
        int[] shape = parts[0].shape();
        shape[0] = Arrays.stream(parts).mapToInt(p -> p.dim(0)).sum();
        return Tensor.of(all, shape);
    }

    /** Along the last axis. */
    static Tensor last(Tensor... parts) {
        int axis = parts[0].rank() - 1;
        int width = Arrays.stream(parts).mapToInt(p -> p.dim(axis)).sum();
        int rows = parts[0].size() / parts[0].dim(axis);
        float[] all = new float[rows * width];
        int column = 0;
        for (Tensor part : parts) {
            int own = part.dim(axis);
            for (int row = 0; row < rows; row++) {
                System.arraycopy(part.data(), row * own, all, row * width + column, own);
            }
            column += own;
        }
        int[] shape = parts[0].shape();
        shape[axis] = width;
        return Tensor.of(all, shape);
    }
}
