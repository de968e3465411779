package io.darkroom.sampling.solver;

import static io.darkroom.tensor.Linear.quotient;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.SavedMemory;
import io.darkroom.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * DPM-Solver and DPM-Solver++, singlestep (Lu et al. 2022, algorithm 1 of arXiv 2211.01095): steps of order 1, 2 and 3
 * that start from the same sample follow each other; diffusers' DPMSolverSinglestepScheduler.
 */
final class DpmSinglestepSolver extends Solver {
    private final DpmUpdate update;
    private final Path path;
    private final int order;
    private final List<Integer> orders;

    /** @param orders the order of each step */
    DpmSinglestepSolver(
            Grid grid,
            Prediction prediction,
            Limit limit,
            DpmUpdate update,
            Path path,
            int order,
            List<Integer> orders) {
        super(grid, prediction, limit);
        this.update = update;
        this.path = path;
        this.order = order;
        this.orders = List.copyOf(orders);
    }

    private record Memory(History outputs, @Nullable Tensor begin) implements Pending.Memory {
        @Override
        public SavedMemory save() {
            Map<String, Tensor> tensors = new LinkedHashMap<>(outputs.named());
            if (begin != null) {
                tensors.put("begin", begin);
            }
            return new SavedMemory(tensors, Map.of());
        }
    }

    @Override
    public Pending.Memory restore(SavedMemory saved) {
        return new Memory(History.restored(saved), saved.tensors().get("begin"));
    }

    @Override
    Pending.Memory fresh() {
        return new Memory(History.EMPTY, null);
    }

    @Override
    Point point(int index) {
        return path.at(grid.sigma(index));
    }

    @Override
    public Progress advance(Pending pending, Tensor output, NoiseSource noise) {
        int i = pending.index();
        Tensor x = pending.sample();
        Memory memory = (Memory) pending.memory();
        Tensor x0 = x0(x, output, point(i));
        Tensor kept = update.predictsX0() ? x0 : limitedEpsilon(x, output, x0, point(i));
        History outputs = memory.outputs.with(kept, order);

        // A run that begins in the middle of a block has not all outputs: a lower order then.
        int use = Math.min(orders.get(i), outputs.size());
        Tensor begin = use == 1 || memory.begin == null ? x : memory.begin;
        Point[] past = new Point[use];
        for (int k = 0; k < use; k++) {
            past[k] = point(i - k);
        }
        double[] weights = update.singlestep(path.at(grid.sigma(i + 1)), past);
        Tensor next = DpmMultistepSolver.sum(weights, begin, outputs, use, noise);
        return at(i + 1, next, x0, new Memory(outputs, begin));
    }

    /** The order of each step (diffusers' get_order_list). */
    static List<Integer> orders(int steps, int order, boolean lowerOrderFinal, boolean finalZero) {
        Integer[] out = new Integer[steps];
        for (int i = 0; i < steps; i++) {
            out[i] = i % order + 1;
        }
        if (lowerOrderFinal && order > 1 && steps % order == 0) {
            out[steps - 1] = 1;
        }
        if (finalZero) {
            out[steps - 1] = 1;
        }
        return List.of(out);
    }

    private Tensor limitedEpsilon(Tensor x, Tensor output, Tensor x0, Point at) {
        return limit == Limit.NONE ? epsilon(x, output, at) : quotient(x, at.alpha(), x0, at.sigma());
    }
}
