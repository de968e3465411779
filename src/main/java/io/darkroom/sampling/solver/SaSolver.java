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

    private int tau(int index) {
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
        SaRounded step = new SaRounded(point(i), point(i + 1), tau(i), options.predictX0);
        float[] lambdas = lambdas(i, order);
        float[] integrals = step.integrals(lambdas);
        if (options.predictX0 && order == 2) {
            float change = step.predictorChange(lambdas[0] - lambdas[1]);
            integrals[0] += change;
            integrals[1] -= change;
        }
        return sum(step, x, integrals, outputs.outputs().subList(0, order), noise);
    }

    /** The Adams-Moulton step from i - 1 to i again, by the outputs at i, i - 1, ..., with the same noise. */
    private Tensor correct(Tensor last, Tensor noise, History outputs, Tensor newest, int i, int order) {
        SaRounded step = new SaRounded(point(i - 1), point(i), tau(i - 1), options.predictX0);
        float[] integrals = step.integrals(lambdas(i, order));
        if (options.predictX0 && order == 2) {
            float change = step.correctorChange();
            integrals[0] += change;
            integrals[1] -= change;
        }
        List<Tensor> used = new ArrayList<>(order);
        used.add(newest);
        used.addAll(outputs.outputs().subList(0, order - 1));
        return sum(step, last, integrals, used, noise);
    }

    private float[] lambdas(int from, int order) {
        float[] out = new float[order];
        for (int k = 0; k < order; k++) {
            out[k] = (float) point(from - k).lambda();
        }
        return out;
    }

    private static Tensor sum(SaRounded step, Tensor x, float[] integrals, List<Tensor> used, Tensor noise) {
        double[] weights = new double[used.size() + 2];
        Tensor[] terms = new Tensor[weights.length];
        weights[0] = step.keep();
        terms[0] = x;
        for (int k = 0; k < used.size(); k++) {
            weights[k + 1] = step.scale() * integrals[k];
            terms[k + 1] = used.get(k);
        }
        weights[used.size() + 1] = step.std();
        terms[used.size() + 1] = noise;
        return Linear.combine(weights, terms);
    }
}
