package io.darkroom.sampling.solver;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.SavedMemory;
import io.darkroom.tensor.Linear;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * DPM-Solver and DPM-Solver++, multistep, orders 1 to 3 (Lu et al. 2022, arXiv 2206.00927 and 2211.01095, algorithm
 * 2 of the latter), and their SDE variants; diffusers' DPMSolverMultistepScheduler, its inverse, and
 * EDMDPMSolverMultistepScheduler.
 */
final class DpmMultistepSolver extends Solver {
    private final DpmUpdate update;
    private final Path path;
    private final int order;
    private final DpmFinal ending;

    DpmMultistepSolver(
            Grid grid, Prediction prediction, Limit limit, DpmUpdate update, Path path, int order, DpmFinal ending) {
        super(grid, prediction, limit);
        this.update = update;
        this.path = path;
        this.order = order;
        this.ending = ending;
    }

    @Override
    Point point(int index) {
        return path.at(grid.sigma(index));
    }

    @Override
    double inputScale(int index, Pending.Memory memory) {
        return path.inputScale(grid.sigma(index));
    }

    @Override
    Pending.Memory fresh() {
        return History.EMPTY;
    }

    @Override
    public Progress advance(Pending pending, Tensor output, NoiseSource noise) {
        int i = pending.index();
        Tensor x = pending.sample();
        Tensor x0 = x0(x, output, point(i));
        History before = (History) pending.memory();
        History outputs = before.with(update.predictsX0() ? x0 : epsilon(x, output, x0, point(i)), order);

        int use = Math.min(Math.min(order, before.size() + 1), ending.highestOrder(i, grid.evaluations()));
        Point[] past = new Point[use];
        for (int k = 0; k < use; k++) {
            past[k] = point(i - k);
        }
        double[] weights = update.multistep(path.at(grid.sigma(i + 1)), past);
        return at(i + 1, sum(weights, x, outputs, use, noise), x0, outputs);
    }

    /** Where x0 is limited, epsilon is read from the limited one. */
    private Tensor epsilon(Tensor x, Tensor output, Tensor x0, Point at) {
        return limit == Limit.NONE ? epsilon(x, output, at) : Linear.quotient(x, at.alpha(), x0, at.sigma());
    }

    /** weights: of the sample, of the outputs from the newest on, and of the noise where there is any. */
    static Tensor sum(double[] weights, Tensor x, History outputs, int use, NoiseSource noise) {
        List<Tensor> terms = new ArrayList<>(weights.length);
        terms.add(x);
        terms.addAll(outputs.outputs().subList(0, use));
        if (weights.length > terms.size()) {
            terms.add(noise.next(x.shape()));
        }
        return Linear.combine(weights, terms.toArray(new Tensor[0]));
    }

    @Override
    public Pending.Memory restore(SavedMemory saved) {
        return History.restored(saved);
    }
}
