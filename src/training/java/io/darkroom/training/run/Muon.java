package io.darkroom.training.run;

import ai.djl.ndarray.NDArray;

/**
 * Muon's update (Jordan et al. 2024): a gradient with all its singular values brought close to 1 by five steps of a
 * Newton-Schulz iteration,
 *
 * <pre>X = G / ||G||;   A = X X^T,  X = a X + (b A + c A A) X   (five times)</pre>
 */
final class Muon {
    private static final float A = 3.4445f;
    private static final float B = -4.7750f;
    private static final float C = 2.0315f;
    private static final int STEPS = 5;
    /** Root mean square of AdamW's typical step (Liu et al. 2025). */
    private static final double SIZE = 0.2;

    private Muon() {}

    /**
     * The update, in the shape of the gradient.
     *
     * @param gradient of two or more axes; those behind the first count as one
     */
    static NDArray update(NDArray gradient) {
        long rows = gradient.getShape().get(0);
        long columns = gradient.size() / rows;
        NDArray matrix = gradient.reshape(rows, columns);
        NDArray orthogonal = orthogonal(matrix);
        float size = (float) (SIZE * Math.sqrt((double) Math.max(rows, columns)));
        return orthogonal.mul(size).reshape(gradient.getShape());
    }

    /** A matrix with its singular values between about 0.7 and 1.2. */
    static NDArray orthogonal(NDArray matrix) {
        boolean tall = matrix.getShape().get(0) > matrix.getShape().get(1);
        NDArray g = tall ? matrix.transpose() : matrix;
        NDArray norm = g.square().sum().sqrt().add(1e-7f);
        NDArray x = g.div(norm);
        for (int i = 0; i < STEPS; i++) {
            NDArray a = x.matMul(x.transpose());
            NDArray b = a.mul(B).add(a.matMul(a).mul(C));
            x = x.mul(A).add(b.matMul(x));
        }
        return tall ? x.transpose() : x;
    }
}
