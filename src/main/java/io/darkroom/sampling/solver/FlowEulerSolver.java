package io.darkroom.sampling.solver;

import static io.darkroom.tensor.Linear.combine;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.tensor.Tensor;

/**
 * Euler's method along a rectified flow (Liu et al. 2022; Esser et al. 2024), or x0 noised anew at each step; diffusers'
 * FlowMatchEulerDiscreteScheduler. Its sigma is 1 minus the papers' time, and its velocity has the opposite sign.
 */
final class FlowEulerSolver extends Solver {
    private final boolean stochastic;

    FlowEulerSolver(Grid grid, boolean stochastic) {
        super(grid, Prediction.Kind.FLOW_PREDICTION, Limit.NONE);
        this.stochastic = stochastic;
    }

    @Override
    Point point(int index) {
        return Point.flow(grid.sigma(index));
    }

    @Override
    public Progress advance(Pending pending, Tensor velocity, NoiseSource noise) {
        int i = pending.index();
        Tensor x = pending.sample();
        double to = grid.sigma(i + 1);
        Tensor x0 = x0(x, velocity, point(i));
        Tensor next = stochastic
                ? combine(1 - to, x0, to, noise.next(x.shape()))
                : combine(1, x, to - grid.sigma(i), velocity);
        return at(i + 1, next, x0, Nothing.NOTHING);
    }
}
