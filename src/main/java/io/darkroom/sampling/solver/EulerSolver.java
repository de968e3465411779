package io.darkroom.sampling.solver;

import static io.darkroom.tensor.Linear.combine;
import static io.darkroom.tensor.Linear.step;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.StepOptions;
import io.darkroom.tensor.Tensor;

/**
 * Euler's method with churn (Karras et al. 2022, "Elucidating the Design Space", algorithm 2 without its second
 * half); diffusers' EulerDiscreteScheduler and EDMEulerScheduler. As there, the model is asked before the churn.
 */
final class EulerSolver extends ExplodingSolver {
    private final StepOptions options;

    EulerSolver(Grid grid, Prediction prediction, double sigmaData, StepOptions options) {
        super(grid, prediction, Limit.NONE, sigmaData);
        this.options = options;
    }

    @Override
    public Progress advance(Pending pending, Tensor output, NoiseSource noise) {
        int i = pending.index();
        double sigma = grid.sigma(i);
        double churn = options.sTmin() <= sigma && sigma <= options.sTmax()
                ? Math.min(options.sChurn() / (grid.sigmas().length - 1), Math.sqrt(2) - 1)
                : 0;
        Tensor x = pending.sample();
        double sigmaHat = sigma;
        if (churn > 0) {
            sigmaHat = sigma * (churn + 1);
            double added = options.sNoise() * Math.sqrt(sigmaHat * sigmaHat - sigma * sigma);
            x = combine(1, x, added, noise.next(x.shape()));
        }

        Tensor x0 = x0(x, output, Point.exploding(prediction.readAt(sigma, sigmaHat)));
        return at(i + 1, step(x, x0, sigmaHat, grid.sigma(i + 1) - sigmaHat), x0, Nothing.NOTHING);
    }
}
