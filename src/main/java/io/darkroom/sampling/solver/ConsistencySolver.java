package io.darkroom.sampling.solver;

import static io.darkroom.tensor.Linear.combine;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.schedule.AlphasCumprod;
import io.darkroom.tensor.Tensor;

/**
 * Multistep consistency sampling for latent consistency models (Song et al. 2023, algorithm 1; Luo et al. 2023);
 * diffusers' LCMScheduler.
 */
final class ConsistencySolver extends Solver {
    private static final double SIGMA_DATA = 0.5;

    private final AlphasCumprod alphas;
    private final double timestepScaling;

    ConsistencySolver(Grid grid, Prediction prediction, Limit limit, AlphasCumprod alphas, double timestepScaling) {
        super(grid, prediction, limit);
        this.alphas = alphas;
        this.timestepScaling = timestepScaling;
    }

    @Override
    Point point(int index) {
        return Point.ofAlphaBar(alphas.at(grid.timestep(index)));
    }

    @Override
    public Progress advance(Pending pending, Tensor output, NoiseSource noise) {
        int i = pending.index();
        Tensor x = pending.sample();
        double t = grid.timestep(i) * timestepScaling;
        double skip = SIGMA_DATA * SIGMA_DATA / (t * t + SIGMA_DATA * SIGMA_DATA);
        double out = t / Math.sqrt(t * t + SIGMA_DATA * SIGMA_DATA);
        Tensor x0 = x0(x, output, point(i));
        Tensor denoised = combine(out, x0, skip, x);
        // diffusers counts num_inference_steps, which custom timesteps at a strength below 1 do not reach.
        if (i == grid.steps() - 1) {
            return at(i + 1, denoised, denoised, Nothing.NOTHING);
        }
        Point next = point(Math.min(i + 1, grid.evaluations() - 1));
        Tensor noised = combine(next.alpha(), denoised, next.sigma(), noise.next(x.shape()));
        return at(i + 1, noised, denoised, Nothing.NOTHING);
    }
}
