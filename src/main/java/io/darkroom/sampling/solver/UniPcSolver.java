package io.darkroom.sampling.solver;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.SavedMemory;
import io.darkroom.tensor.Linear;
import io.darkroom.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * UniPC (Zhao et al. 2023, algorithms 5 to 8): a predictor of order p, and a corrector that goes over the last step
 * again with the new output, at no further evaluation; diffusers' UniPCMultistepScheduler.
 */
final class UniPcSolver extends Solver {
    private final Path path;
    private final Options options;

    /**
     * What the paper leaves open.
     *
     * @param order of the predictor
     * @param predictX0 whether in x0 or in epsilon
     * @param bh2 B(h) = e^h - 1, else h
     * @param lowerOrderFinal lower orders in the last steps
     * @param uncorrected steps (from 0) that are not corrected
     */
    record Options(int order, boolean predictX0, boolean bh2, boolean lowerOrderFinal, Set<Integer> uncorrected) {}

    UniPcSolver(Grid grid, Prediction prediction, Limit limit, Path path, Options options) {
        super(grid, prediction, limit);
        this.path = path;
        this.options = options;
    }

    /**
     * What UniPC remembers.
     *
     * @param outputs earlier outputs
     * @param last the (corrected) sample from which the last step went; null at the start
     * @param order the last step's order
     */
    private record Memory(History outputs, @Nullable Tensor last, int order) implements Pending.Memory {
        @Override
        public SavedMemory save() {
            Map<String, Tensor> tensors = new LinkedHashMap<>(outputs.named());
            if (last != null) {
                tensors.put("last", last);
            }
            return new SavedMemory(tensors, Map.of("order", (double) order));
        }
    }

    @Override
    public Pending.Memory restore(SavedMemory saved) {
        return new Memory(
                History.restored(saved),
                saved.tensors().get("last"),
                Objects.requireNonNull(saved.numbers().get("order")).intValue());
    }

    @Override
    Pending.Memory fresh() {
        return new Memory(History.EMPTY, null, 0);
    }

    @Override
    Point point(int index) {
        return path.at(grid.sigma(index));
    }

    @Override
    public Progress advance(Pending pending, Tensor output, NoiseSource noise) {
        int i = pending.index();
        Memory memory = (Memory) pending.memory();
        Tensor x0 = x0(pending.sample(), output, point(i));
        Tensor kept = options.predictX0 ? x0 : epsilon(pending.sample(), output, point(i));

        Tensor x = memory.last == null || i == 0 || options.uncorrected.contains(i - 1)
                ? pending.sample()
                : correct(memory.last, memory.outputs, kept, i, memory.order);
        History outputs = memory.outputs.with(kept, options.order);
        int remaining = options.lowerOrderFinal ? grid.evaluations() - i : options.order;
        int order = Math.min(Math.min(options.order, remaining), memory.outputs.size() + 1);
        return at(i + 1, predict(x, outputs, i, order), x0, new Memory(outputs, x, order));
    }

    /** UniP: from the sample at i to i + 1. */
    private Tensor predict(Tensor x, History outputs, int i, int order) {
        Step step = new Step(point(i), point(i + 1), options);
        double[] r = ratios(step, i, order);
        double[] rho = order == 2 ? new double[] {0.5} : step.rho(r, order - 1);
        return weighted(step, x, outputs, r, rho, null);
    }

    /** UniC: the step from i - 1 to i again, with the output at i. */
    private Tensor correct(Tensor last, History outputs, Tensor newest, int i, int order) {
        Step step = new Step(point(i - 1), point(i), options);
        double[] r = ratios(step, i - 1, order);
        r[order - 1] = 1;
        double[] rho = order == 1 ? new double[] {0.5} : step.rho(r, order);
        return weighted(step, last, outputs, r, rho, newest);
    }

    /** r_k = (lambda of the k-th point before - lambda of the step's start) / h; one more for the step's end. */
    private double[] ratios(Step step, int from, int order) {
        double[] r = new double[order];
        for (int k = 1; k < order; k++) {
            r[k - 1] = step.rounded(
                    step.rounded(point(from - k).lambda() - point(from).lambda()) / step.h);
        }
        return r;
    }

    /** a x - c phi_1 m0 - c B sum rho_k (m_k - m0) / r_k, as one weighted sum. */
    private static Tensor weighted(
            Step step, Tensor x, History outputs, double[] r, double[] rho, @Nullable Tensor newest) {
        int before = newest == null ? rho.length : rho.length - 1;
        double[] weights = new double[before + (newest == null ? 2 : 3)];
        Tensor[] terms = new Tensor[weights.length];
        weights[0] = step.a;
        terms[0] = x;
        weights[1] = -step.c * step.phi1;
        terms[1] = outputs.get(0);
        for (int k = 0; k < before; k++) {
            weights[k + 2] = -step.c * step.b * rho[k] / r[k];
            terms[k + 2] = outputs.get(k + 1);
            weights[1] -= weights[k + 2];
        }
        if (newest != null) {
            weights[before + 2] = -step.c * step.b * rho[before];
            terms[before + 2] = newest;
            weights[1] -= weights[before + 2];
        }
        return Linear.combine(weights, terms);
    }

    /** The quantities of one step from s to t, each operation rounded as the points say. */
    private static final class Step {
        final double h;
        final double a;
        final double c;
        final double phi1;
        final double b;
        private final double hh;
        private final Point t;

        Step(Point s, Point t, Options options) {
            this.t = t;
            h = rounded(t.lambda() - s.lambda());
            hh = options.predictX0 ? -h : h;
            a = rounded(options.predictX0 ? t.sigma() / s.sigma() : t.alpha() / s.alpha());
            c = options.predictX0 ? t.alpha() : t.sigma();
            phi1 = rounded(Math.expm1(hh));
            b = options.bh2 ? phi1 : hh;
        }

        double rounded(double x) {
            return t.rounded(x);
        }

        /**
         * The solution of sum_k rho_k r_k^(n-1) = n! phi_(n+1)(h) / B, n = 1 to size (equation 9). The right side loses
         * digits over short steps, which the answer then lacks in diffusers as well.
         */
        double[] rho(double[] r, int size) {
            double[][] system = new double[size][size + 1];
            double phi = rounded(rounded(phi1 / hh) - 1);
            double factorial = 1;
            for (int n = 0; n < size; n++) {
                for (int k = 0; k < size; k++) {
                    system[n][k] = rounded(Math.pow(r[k], n));
                }
                system[n][size] = rounded(rounded(phi * factorial) / b);
                factorial *= n + 2;
                phi = rounded(rounded(phi / hh) - rounded(1 / factorial));
            }
            return solved(system);
        }

        /** Gauss's elimination; the system is Vandermonde's, of three rows at most in practice. */
        private static double[] solved(double[][] m) {
            int n = m.length;
            for (int c = 0; c < n; c++) {
                int pivot = c;
                for (int r = c + 1; r < n; r++) {
                    pivot = Math.abs(m[r][c]) > Math.abs(m[pivot][c]) ? r : pivot;
                }
                double[] row = m[pivot];
                m[pivot] = m[c];
                m[c] = row;
                for (int r = 0; r < n; r++) {
                    double f = r == c ? 0 : m[r][c] / row[c];
                    for (int k = c; k <= n; k++) {
                        m[r][k] -= f * row[k];
                    }
                }
            }
            double[] out = new double[n];
            for (int c = 0; c < n; c++) {
                out[c] = m[c][n] / m[c][c];
            }
            return out;
        }
    }
}
