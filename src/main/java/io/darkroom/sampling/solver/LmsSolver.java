package io.darkroom.sampling.solver;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.SavedMemory;
import io.darkroom.tensor.Linear;
import io.darkroom.tensor.Tensor;

/**
 * The linear multistep method of Adams and Bashforth in the noise level (k-diffusion's sample_lms, Katherine Crowson);
 * diffusers' LMSDiscreteScheduler.
 */
final class LmsSolver extends ExplodingSolver {
    private final int order;

    LmsSolver(Grid grid, Prediction prediction, int order) {
        super(grid, prediction, Limit.NONE, 1);
        this.order = order;
    }

    @Override
    Pending.Memory fresh() {
        return History.EMPTY;
    }

    @Override
    public Progress advance(Pending pending, Tensor output, NoiseSource noise) {
        int i = pending.index();
        double sigma = grid.sigma(i);
        Tensor x = pending.sample();
        Tensor x0 = x0(x, output, point(i));
        History derivatives = ((History) pending.memory()).with(Linear.difference(1 / sigma, x, x0), order);

        // An image-to-image run has fewer derivatives than its index says: diffusers leaves the others out.
        int use = Math.min(i + 1, order);
        int have = Math.min(use, derivatives.size());
        double[] weights = new double[have + 1];
        Tensor[] terms = new Tensor[have + 1];
        weights[0] = 1;
        terms[0] = x;
        for (int k = 0; k < have; k++) {
            weights[k + 1] = coefficient(i, k, use);
            terms[k + 1] = derivatives.get(k);
        }
        return at(i + 1, Linear.combine(weights, terms), x0, derivatives);
    }

    /** The integral over the step of the Lagrange polynomial that is 1 at the k-th point back. */
    private double coefficient(int i, int k, int use) {
        double[] nodes = new double[use];
        for (int j = 0; j < use; j++) {
            nodes[j] = grid.sigma(i - j) - grid.sigma(i);
        }
        return Lagrange.integral(Lagrange.basis(nodes, k), grid.sigma(i + 1) - grid.sigma(i));
    }

    @Override
    public Pending.Memory restore(SavedMemory saved) {
        return History.restored(saved);
    }
}
