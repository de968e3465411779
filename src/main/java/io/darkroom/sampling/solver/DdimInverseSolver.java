package io.darkroom.sampling.solver;

import static io.darkroom.tensor.Linear.combine;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.schedule.AlphasCumprod;
import io.darkroom.tensor.Tensor;

/**
 * DDIM run backwards, from an image to the noise that gives it (Song et al. 2021, section 4.3; Mokady et al. 2023);
 * diffusers' DDIMInverseScheduler. Its timesteps rise: the one that the model is asked at is where the step goes to.
 */
final class DdimInverseSolver extends Solver {
    private final AlphasCumprod alphas;
    private final double initialAlphaBar;

    DdimInverseSolver(Grid grid, Prediction prediction, Limit limit, AlphasCumprod alphas, double initialAlphaBar) {
        super(grid, prediction, limit);
        this.alphas = alphas;
        this.initialAlphaBar = initialAlphaBar;
    }

    @Override
    int timestepsKnown() {
        return alphas.length();
    }

    @Override
    Point point(int index) {
        int stride = alphas.length() / grid.steps();
        int t = Math.min(grid.timestep(index) - stride, alphas.length() - 1);
        return Point.ofAlphaBar(t >= 0 ? alphas.at(t) : initialAlphaBar);
    }

    @Override
    public Progress advance(Pending pending, Tensor output, NoiseSource noise) {
        Point here = point(pending.index());
        Point there = Point.ofAlphaBar(alphas.at(grid.timestep(pending.index())));
        Tensor x0 = x0(pending.sample(), output, here);
        Prediction.Weights e = prediction.epsilon(here);
        Tensor next = combine(
                there.alpha(), x0, there.sigma() * e.sample(), pending.sample(), there.sigma() * e.output(), output);
        return at(pending.index() + 1, next, x0, Nothing.NOTHING);
    }
}
