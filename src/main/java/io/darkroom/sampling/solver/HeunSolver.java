package io.darkroom.sampling.solver;

import static io.darkroom.tensor.Linear.combine;
import static io.darkroom.tensor.Linear.difference;
import static io.darkroom.tensor.Linear.step;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.SavedMemory;
import io.darkroom.tensor.Tensor;

/**
 * Heun's second-order method (Karras et al. 2022, algorithm 1); diffusers' HeunDiscreteScheduler. Its grid counts both
 * evaluations of a step; the last step is Euler's.
 */
final class HeunSolver extends ExplodingSolver {
    HeunSolver(Grid grid, Prediction prediction, Limit limit) {
        super(grid, prediction, limit, 1);
    }

    @Override
    public Progress advance(Pending pending, Tensor output, NoiseSource noise) {
        int i = pending.index();
        double here = grid.sigma(i);
        Tensor x = pending.sample();
        Tensor x0 = x0(x, output, point(i));
        Tensor derivative = difference(1 / here, x, x0);
        if (pending.memory() instanceof FirstHalf first) {
            double half = (here - grid.sigma(i - 1)) / 2;
            Tensor next = combine(1, first.sample(), half, first.derivative(), half, derivative);
            return at(i + 1, next, x0, Nothing.NOTHING);
        }
        double next = grid.sigma(i + 1);
        return at(i + 1, step(x, x0, here, next - here), x0, new FirstHalf(x, derivative));
    }

    @Override
    public Pending.Memory restore(SavedMemory saved) {
        return FirstHalf.restored(saved);
    }
}
