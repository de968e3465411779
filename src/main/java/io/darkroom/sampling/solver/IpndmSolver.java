package io.darkroom.sampling.solver;

import static io.darkroom.tensor.Linear.combine;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.SavedMemory;
import io.darkroom.tensor.Tensor;

/**
 * PLMS without Runge-Kutta steps at the start (Liu et al. 2022; k-diffusion's v-diffusion plms), on the path
 * alpha = cos, sigma = sin; diffusers' IPNDMScheduler. The model predicts v, and lower orders begin.
 */
final class IpndmSolver extends Solver {
    private final double[] betas;

    /** @param betas the noise's scale at each timestep, and one more */
    IpndmSolver(Grid grid, double[] betas) {
        super(grid, Prediction.Kind.V_PREDICTION, Limit.NONE);
        this.betas = betas;
    }

    @Override
    Pending.Memory fresh() {
        return History.EMPTY;
    }

    @Override
    Point point(int index) {
        return new Point(Math.sqrt(1 - betas[index] * betas[index]), betas[index]);
    }

    @Override
    public Progress advance(Pending pending, Tensor output, NoiseSource noise) {
        int i = pending.index();
        Tensor x = pending.sample();
        Point here = point(i);
        Point there = point(i + 1);
        History outputs = ((History) pending.memory()).with(epsilon(x, output, here), 4);
        Tensor slope = PndmSolver.adamsBashforth(outputs);
        // Two passes: at pure noise alpha is 0, diffusers divides by 1e-8, and one sum would lose all digits.
        double alpha = Math.max(here.alpha(), 1e-8);
        Tensor x0 = combine(1 / alpha, x, -here.sigma() / alpha, slope);
        return at(i + 1, combine(there.alpha(), x0, there.sigma(), slope), x0, outputs);
    }

    @Override
    public Pending.Memory restore(SavedMemory saved) {
        return History.restored(saved);
    }
}
