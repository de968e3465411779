package io.darkroom.sampling.solver;

import static io.darkroom.tensor.Linear.combine;
import static io.darkroom.tensor.Linear.step;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.tensor.Tensor;

/**
 * Euler's method to a lower noise level than wanted, and noise up to it (k-diffusion's sample_euler_ancestral);
 * diffusers' EulerAncestralDiscreteScheduler. It draws at the last step too.
 */
final class EulerAncestralSolver extends ExplodingSolver {
    EulerAncestralSolver(Grid grid, Prediction prediction) {
        super(grid, prediction, Limit.NONE, 1);
    }

    @Override
    public Progress advance(Pending pending, Tensor output, NoiseSource noise) {
        int i = pending.index();
        Tensor x = pending.sample();
        Tensor x0 = x0(x, output, point(i));
        Ancestral to = Ancestral.between(grid.sigma(i), grid.sigma(i + 1));
        Tensor down = step(x, x0, grid.sigma(i), to.down() - grid.sigma(i));
        Tensor next = combine(1, down, to.up(), noise.next(x.shape()));
        return at(i + 1, next, x0, Nothing.NOTHING);
    }

    /**
     * A step down and noise up.
     *
     * @param down the noise level that the step goes to
     * @param up the standard deviation of the noise then added
     */
    record Ancestral(double down, double up) {
        /**
         * So that the variance after both is that of the noise level wanted. In float32 as diffusers computes it: the
         * second root has lost all its digits there where the step is large.
         */
        static Ancestral between(double from, double to) {
            float from2 = (float) from * (float) from;
            float to2 = (float) to * (float) to;
            float up = (float) Math.sqrt(to2 * (from2 - to2) / from2);
            return new Ancestral((float) Math.sqrt(Math.max(to2 - up * up, 0)), up);
        }
    }
}
