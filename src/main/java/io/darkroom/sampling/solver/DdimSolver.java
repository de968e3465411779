package io.darkroom.sampling.solver;

import static io.darkroom.tensor.Linear.combine;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.schedule.AlphasCumprod;
import io.darkroom.tensor.Tensor;

/**
 * DDIM (Song, Meng and Ermon 2021, "Denoising Diffusion Implicit Models", equation 12); diffusers' DDIMScheduler.
 * alpha bar here is the paper's alpha; eta 0 is deterministic, 1 is DDPM's variance.
 */
final class DdimSolver extends Solver {
    private final AlphasCumprod alphas;
    private final double finalAlphaBar;
    private final int stride;
    private final double eta;
    private final boolean epsilonOfClipped;

    DdimSolver(
            Grid grid,
            Prediction prediction,
            Limit limit,
            AlphasCumprod alphas,
            double finalAlphaBar,
            double eta,
            boolean epsilonOfClipped) {
        super(grid, prediction, limit);
        this.alphas = alphas;
        this.finalAlphaBar = finalAlphaBar;
        this.stride = alphas.length() / grid.steps();
        this.eta = eta;
        this.epsilonOfClipped = epsilonOfClipped;
    }

    @Override
    int timestepsKnown() {
        return alphas.length();
    }

    @Override
    Point point(int index) {
        return Point.ofAlphaBar(alphas.at(grid.timestep(index)));
    }

    /** Equation 16, in float32 as diffusers computes it: from pure noise at eta 1 the direction is a rounding error. */
    private float std(float alphaBar, float previous) {
        float variance = (1f - previous) / (1f - alphaBar) * (1f - alphaBar / previous);
        return (float) eta * (float) Math.sqrt(variance);
    }

    @Override
    public Progress advance(Pending pending, Tensor output, NoiseSource noise) {
        int t = grid.timestep(pending.index());
        double alphaBar = alphas.at(t);
        double previous = t - stride >= 0 ? alphas.at(t - stride) : finalAlphaBar;
        Tensor x = pending.sample();
        Point here = Point.ofAlphaBar(alphaBar);
        Tensor x0 = x0(x, output, here);
        Prediction.Weights e = prediction.epsilon(here);

        double std = std((float) alphaBar, (float) previous);
        double direction = (float) Math.sqrt(Math.max((1f - (float) previous) - (float) std * (float) std, 0));
        Tensor next = epsilonOfClipped
                ? combine(
                        Math.sqrt(previous) - direction * here.alpha() / here.sigma(), x0, direction / here.sigma(), x)
                : combine(Math.sqrt(previous), x0, direction * e.sample(), x, direction * e.output(), output);
        if (eta > 0) {
            next = combine(1, next, std, noise.next(x.shape()));
        }
        return at(pending.index() + 1, next, x0, Nothing.NOTHING);
    }
}
