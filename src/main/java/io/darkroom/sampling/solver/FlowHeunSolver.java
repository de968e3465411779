package io.darkroom.sampling.solver;

import static io.darkroom.tensor.Linear.combine;
import static io.darkroom.tensor.Linear.difference;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.SavedMemory;
import io.darkroom.sampling.StepOptions;
import io.darkroom.tensor.Tensor;

/**
 * Heun's method along a rectified flow, with churn (Karras et al. 2022, algorithm 2); diffusers'
 * FlowMatchHeunDiscreteScheduler. Its grid counts both evaluations of a step; the last step is Euler's.
 */
final class FlowHeunSolver extends Solver {
    private final StepOptions options;

    FlowHeunSolver(Grid grid, StepOptions options) {
        super(grid, Prediction.Kind.FLOW_PREDICTION, Limit.NONE);
        this.options = options;
    }

    @Override
    Point point(int index) {
        return Point.flow(grid.sigma(index));
    }

    private double churn(double sigma) {
        return options.sTmin() <= sigma && sigma <= options.sTmax()
                ? Math.min(options.sChurn() / (grid.sigmas().length - 1), Math.sqrt(2) - 1)
                : 0;
    }

    /** The derivative is taken from the estimate of x0, not as the velocity, to round as diffusers does. */
    @Override
    public Progress advance(Pending pending, Tensor velocity, NoiseSource noise) {
        int i = pending.index();
        Tensor x = pending.sample();
        Tensor x0 = x0(x, velocity, point(i));
        if (pending.memory() instanceof FirstHalf first) {
            double from = grid.sigma(i - 1);
            double churn = churn(from);
            if (churn > 0) {
                noise.next(x.shape()); // diffusers draws here as well, and the result does not depend on it
            }
            double half = (grid.sigma(i) - from * (churn + 1)) / 2;
            Tensor next =
                    combine(1, first.sample(), half, first.derivative(), half, difference(1 / grid.sigma(i), x, x0));
            return at(i + 1, next, x0, Nothing.NOTHING);
        }
        double sigma = grid.sigma(i);
        double churn = churn(sigma);
        if (churn == 0) {
            Tensor derivative = difference(1 / sigma, x, x0);
            return at(i + 1, combine(1, x, grid.sigma(i + 1) - sigma, derivative), x0, new FirstHalf(x, derivative));
        }
        double sigmaHat = sigma * (churn + 1);
        double added = options.sNoise() * Math.sqrt(sigmaHat * sigmaHat - sigma * sigma);
        Tensor begin = combine(1, x, added, noise.next(x.shape()));
        Tensor derivative = combine(sigma / sigmaHat, velocity);
        Tensor next = combine(1, begin, grid.sigma(i + 1) - sigmaHat, derivative);
        return at(i + 1, next, x0, new FirstHalf(begin, derivative));
    }

    @Override
    public Pending.Memory restore(SavedMemory saved) {
        return FirstHalf.restored(saved);
    }
}
