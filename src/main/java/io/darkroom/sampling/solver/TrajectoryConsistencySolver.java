package io.darkroom.sampling.solver;

import static io.darkroom.tensor.Linear.combine;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.schedule.AlphasCumprod;
import io.darkroom.tensor.Tensor;

/**
 * Trajectory consistency distillation's strategic stochastic sampling (Zheng et al. 2024, "TCD", algorithm 4);
 * diffusers' TCDScheduler. eta is the paper's gamma.
 */
final class TrajectoryConsistencySolver extends Solver {
    private final AlphasCumprod alphas;
    private final double eta;

    TrajectoryConsistencySolver(Grid grid, Prediction prediction, AlphasCumprod alphas, double eta) {
        super(grid, prediction, Limit.NONE);
        this.alphas = alphas;
        this.eta = eta;
    }

    @Override
    Point point(int index) {
        return Point.ofAlphaBar(alphas.at(grid.timestep(index)));
    }

    @Override
    public Progress advance(Pending pending, Tensor output, NoiseSource noise) {
        int i = pending.index();
        Tensor x = pending.sample();
        int to = i + 1 < grid.evaluations() ? grid.timestep(i + 1) : 0;
        double s = alphas.at((int) Math.floor((float) (1 - eta) * to));
        Point here = point(i);
        Point there = Point.ofAlphaBar(s);
        Tensor x0 = x0(x, output, here);
        Prediction.Weights e = prediction.epsilon(here);
        Tensor next = combine(there.alpha(), x0, there.sigma() * e.sample(), x, there.sigma() * e.output(), output);
        if (eta > 0 && i != grid.steps() - 1) {
            double ratio = alphas.at(to) / s;
            next = combine(Math.sqrt(ratio), next, Math.sqrt(1 - ratio), noise.next(x.shape()));
        }
        return at(i + 1, next, x0, Nothing.NOTHING);
    }
}
