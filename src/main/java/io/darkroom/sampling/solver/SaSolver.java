package io.darkroom.sampling.solver;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.SavedMemory;
import io.darkroom.tensor.Linear;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * SA-Solver (Xue et al. 2023, algorithm 1): a stochastic Adams predictor and corrector; diffusers' SASolverScheduler
 * with its own tau: 1 between timesteps 200 and 800, else 0.
 */
final class SaSolver extends Solver {
    private final Path path;
    private final Options options;

    /**
     * Orders and form.
     *
     * @param predictor order of the predictor, 1 to 4
     * @param corrector order of the corrector, 1 to 4
     * @param predictX0 "data_prediction", else "noise_prediction"
     * @param lowerOrderFinal lower orders in the last steps
     */
    record Options(int predictor, int corrector, boolean predictX0, boolean lowerOrderFinal) {
        int history() {
            return Math.max(predictor, corrector - 1);
        }
    }

    SaSolver(Grid grid, Prediction prediction, Limit limit, Path path, Options options) {
        super(grid, prediction, limit);
        this.path = path;
        this.options = options;
    }

    /**
     * What SA-Solver remembers.
     *
     * @param outputs earlier outputs
     * @param last the sample from which the last step went; null at the start
     * @param noise the noise of the last step; null at the start
     * @param order the order of the corrector for the last step
     */
    private record Memory(History outputs, @Nullable Tensor last, @Nullable Tensor noise, int order)
            implements Pending.Memory {
        @Override
        public SavedMemory save() {
            Map<String, Tensor> tensors = new LinkedHashMap<>(outputs.named());
            if (last != null && noise != null) {
                tensors.put("last", last);
                tensors.put("noise", noise);
            }
            return new SavedMemory(tensors, Map.of("order", (double) order));
        }
    }

    @Override
    public Pending.Memory restore(SavedMemory saved) {
        return new Memory(
                History.restored(saved),
                saved.tensors().get("last"),
                saved.tensors().get("noise"),
                Objects.requireNonNull(saved.numbers().get("order")).intValue());
    }

    @Override
    Pending.Memory fresh() {
        return new Memory(History.EMPTY, null, null, 0);
    }

    @Override
    Point point(int index) {
        return path.at(grid.sigma(index));
    }

    private double tau(int index) {
        int t = grid.timestep(index);
        return t >= 200 && t <= 800 ? 1 : 0;
    }

    @Override
    public Progress advance(Pending pending, Tensor output, NoiseSource noise) {
        int i = pending.index();
        Memory memory = (Memory) pending.memory();
        Tensor x0 = x0(pending.sample(), output, point(i));
        Tensor kept = options.predictX0 ? x0 : epsilon(pending.sample(), output, point(i));
        History outputs = memory.outputs.with(kept, options.history());

        Tensor x = memory.last == null || memory.noise == null
                ? pending.sample()
                : correct(memory.last, memory.noise, memory.outputs, kept, i, memory.order);
        Tensor drawn = noise.next(x.shape());
        int left = grid.evaluations() - i;
        int had = memory.outputs.size();
        int predictor =
                Math.min(options.lowerOrderFinal ? Math.min(options.predictor, left) : options.predictor, had + 1);
        int corrector =
                Math.min(options.lowerOrderFinal ? Math.min(options.corrector, left + 1) : options.corrector, had + 2);
        Tensor next = predict(x, drawn, outputs, i, predictor);
        return at(i + 1, next, x0, new Memory(outputs, x, drawn, corrector));
    }

    /** The Adams-Bashforth step from i to i + 1, by the outputs at i, i - 1, ... */
    private Tensor predict(Tensor x, Tensor noise, History outputs, int i, int order) {
        Step step = new Step(point(i), point(i + 1), tau(i), options.predictX0);
        double[] weights = step.integrals(lambdas(i, order));
        if (options.predictX0 && order == 2) {
            double more = step.scale()
                    * step.second()
                    / (point(i).lambda() - point(i - 1).lambda());
            weights[0] += more;
            weights[1] -= more;
        }
        return sum(step, x, weights, outputs.outputs().subList(0, order), noise);
    }

    /** The Adams-Moulton step from i - 1 to i again, by the outputs at i, i - 1, ..., with the same noise. */
    private Tensor correct(Tensor last, Tensor noise, History outputs, Tensor newest, int i, int order) {
        Step step = new Step(point(i - 1), point(i), tau(i - 1), options.predictX0);
        double[] weights = step.integrals(lambdas(i, order));
        if (options.predictX0 && order == 2) {
            double more = step.scale() * step.second() / step.h;
            weights[0] += more;
            weights[1] -= more;
        }
        List<Tensor> used = new ArrayList<>(order);
        used.add(newest);
        used.addAll(outputs.outputs().subList(0, order - 1));
        return sum(step, last, weights, used, noise);
    }

    private double[] lambdas(int from, int order) {
        double[] out = new double[order];
        for (int k = 0; k < order; k++) {
            out[k] = point(from - k).lambda();
        }
        return out;
    }

    private static Tensor sum(Step step, Tensor x, double[] outputs, List<Tensor> used, Tensor noise) {
        double[] weights = new double[used.size() + 2];
        Tensor[] terms = new Tensor[weights.length];
        weights[0] = step.keep();
        terms[0] = x;
        for (int k = 0; k < used.size(); k++) {
            weights[k + 1] = outputs[k];
            terms[k + 1] = used.get(k);
        }
        weights[used.size() + 1] = step.std();
        terms[used.size() + 1] = noise;
        return Linear.combine(weights, terms);
    }

    /** One step from s to t at a given tau (equations 14 and 17 in x0; appendix C in epsilon). */
    private record Step(Point s, Point t, double tau, boolean predictX0, double h, double rate) {
        Step(Point s, Point t, double tau, boolean predictX0) {
            this(s, t, tau, predictX0, t.lambda() - s.lambda(), predictX0 ? 1 + tau * tau : -1);
        }

        /** The sample's weight. */
        double keep() {
            return predictX0 ? Math.exp(-tau * tau * h) * t.sigma() / s.sigma() : t.alpha() / s.alpha();
        }

        /** The noise's weight. */
        double std() {
            return predictX0
                    ? t.sigma() * Math.sqrt(-Math.expm1(-2 * tau * tau * h))
                    : tau * t.sigma() * Math.sqrt(Math.expm1(2 * h));
        }

        /** What multiplies the integrals of the polynomials against e^(rate (lambda - lambda_t)). */
        double scale() {
            return predictX0 ? (1 + tau * tau) * t.alpha() : -(1 + tau * tau) * t.sigma();
        }

        /** The outputs' weights, by the lambdas where they were taken. */
        double[] integrals(double[] lambdas) {
            double[] nodes = new double[lambdas.length];
            for (int k = 0; k < nodes.length; k++) {
                nodes[k] = lambdas[k] - t.lambda();
            }
            double[] out = new double[nodes.length];
            for (int k = 0; k < nodes.length; k++) {
                out[k] = scale() * Lagrange.exponentialIntegral(Lagrange.basis(nodes, k), rate, -h, 0);
            }
            return out;
        }

        /** diffusers' change of the second-order coefficients, as the authors' code has it. */
        double second() {
            return h * h / 2 - (h * rate - 1 + Math.exp(-rate * h)) / (rate * rate);
        }
    }
}
