package io.darkroom.sampling.solver;

import io.darkroom.sampling.Pending;

/**
 * A solver on a variance-exploding path, x = x0 + sigma epsilon (Karras et al. 2022): the model's input is scaled to
 * unit variance.
 */
abstract class ExplodingSolver extends Solver {
    private final double sigmaData;

    /** @param sigmaData the standard deviation of the data for which the input is scaled; 1 for Stable Diffusion */
    ExplodingSolver(Grid grid, Prediction prediction, Limit limit, double sigmaData) {
        super(grid, prediction, limit);
        this.sigmaData = sigmaData;
    }

    @Override
    Point point(int index) {
        return Point.exploding(grid.sigma(index));
    }

    /** The noise level of the sample that waits at an index. */
    double pendingSigma(int index, Pending.Memory memory) {
        return grid.sigma(index);
    }

    @Override
    final double inputScale(int index, Pending.Memory memory) {
        double sigma = pendingSigma(index, memory);
        return 1 / Math.sqrt(sigma * sigma + sigmaData * sigmaData);
    }
}
