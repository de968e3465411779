package io.darkroom.sampling.solver;

import static io.darkroom.tensor.Linear.combine;
import static io.darkroom.tensor.Linear.quotient;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.SavedMemory;
import io.darkroom.tensor.Linear;
import io.darkroom.tensor.Tensor;

/**
 * DEIS, log-rho Adams-Bashforth (Zhang and Chen 2023, "Fast Sampling of Diffusion Models with Exponential
 * Integrator", equation 15): the output is extrapolated by a polynomial in log rho, rho = sigma / alpha, and
 * integrated over rho; diffusers' DEISMultistepScheduler.
 */
final class DeisSolver extends Solver {
    private final Path path;
    private final int order;
    private final DpmFinal ending;

    DeisSolver(Grid grid, Prediction prediction, Limit limit, Path path, int order, DpmFinal ending) {
        super(grid, prediction, limit);
        this.path = path;
        this.order = order;
        this.ending = ending;
    }

    @Override
    Point point(int index) {
        return path.at(grid.sigma(index));
    }

    @Override
    Pending.Memory fresh() {
        return History.EMPTY;
    }

    @Override
    public Progress advance(Pending pending, Tensor output, NoiseSource noise) {
        int i = pending.index();
        Tensor x = pending.sample();
        Point here = point(i);
        Tensor x0 = x0(x, output, here);
        Tensor epsilon = quotient(x, here.alpha(), x0, here.sigma());
        History before = (History) pending.memory();
        History outputs = before.with(epsilon, order);

        int use = Math.min(Math.min(order, before.size() + 1), ending.highestOrder(i, grid.evaluations()));
        Point there = point(i + 1);
        if (use == 1 && !x.isFloat64()) {
            return at(i + 1, first(x, epsilon, here, there), x0, outputs);
        }
        double[] nodes = new double[use];
        for (int k = 0; k < use; k++) {
            nodes[k] = here.lambda() - point(i - k).lambda(); // log rho = -lambda, counted from here
        }
        double[] weights = new double[use];
        for (int k = 0; k < use; k++) {
            weights[k] = x.isFloat64()
                    ? here.sigma()
                            / here.alpha()
                            * Lagrange.exponentialIntegral(
                                    Lagrange.basis(nodes, k), 1, 0, here.lambda() - there.lambda())
                    : DeisRounded.coefficient(rho(there), rhos(i, use), k);
        }
        Tensor[] terms = outputs.outputs().subList(0, use).toArray(new Tensor[0]);
        return at(i + 1, Linear.scaledSum(there.alpha(), x, here.alpha(), weights, terms), x0, outputs);
    }

    /**
     * The step of order 1, in float32 as diffusers computes it: near pure noise on a flow alpha is a thousandth, and what
     * is left of the two terms are their last digits.
     */
    private static Tensor first(Tensor x, Tensor epsilon, Point here, Point there) {
        float h = (float) there.lambda() - (float) here.lambda();
        float weight = (float) there.sigma() * ((float) Math.exp(h) - 1f);
        return combine((float) there.alpha() / (float) here.alpha(), x, -weight, epsilon);
    }

    private static float rho(Point p) {
        return (float) p.sigma() / (float) p.alpha();
    }

    private float[] rhos(int from, int count) {
        float[] out = new float[count];
        for (int k = 0; k < count; k++) {
            out[k] = rho(point(from - k));
        }
        return out;
    }

    @Override
    public Pending.Memory restore(SavedMemory saved) {
        return History.restored(saved);
    }
}
