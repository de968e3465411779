package io.darkroom.sampling.solver;

import static io.darkroom.tensor.Linear.combine;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.SavedMemory;
import io.darkroom.sampling.schedule.AlphasCumprod;
import io.darkroom.tensor.Linear;
import io.darkroom.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Pseudo numerical methods (Liu et al. 2022, "PNDM", algorithms 1 and 2, equation 11); diffusers' PNDMScheduler. PLMS is
 * Adams-Bashforth on the model's outputs, begun by one corrected Euler step (skip_prk_steps) or by three pseudo
 * Runge-Kutta steps of four evaluations.
 */
final class PndmSolver extends Solver {
    private final AlphasCumprod alphas;
    private final double finalAlphaBar;
    private final int stride;
    private final double[] rungeKuttaTimesteps;

    /** @param rungeKuttaTimesteps the timesteps of the first three steps' evaluations; empty without */
    PndmSolver(
            Grid grid,
            Prediction prediction,
            AlphasCumprod alphas,
            double finalAlphaBar,
            double[] rungeKuttaTimesteps) {
        super(grid, prediction, Limit.NONE);
        this.alphas = alphas;
        this.finalAlphaBar = finalAlphaBar;
        this.stride = alphas.length() / grid.steps();
        this.rungeKuttaTimesteps = rungeKuttaTimesteps;
    }

    /**
     * What PNDM remembers.
     *
     * @param outputs the model's last outputs
     * @param count evaluations since the run began, wherever that was
     * @param begin the sample from which the step in progress goes
     * @param sum the weighted outputs of the Runge-Kutta step in progress
     */
    private record Memory(History outputs, int count, @Nullable Tensor begin, @Nullable Tensor sum)
            implements Pending.Memory {
        @Override
        public SavedMemory save() {
            Map<String, Tensor> tensors = new LinkedHashMap<>(outputs.named());
            if (begin != null) {
                tensors.put("begin", begin);
            }
            if (sum != null) {
                tensors.put("sum", sum);
            }
            return new SavedMemory(tensors, Map.of("count", (double) count));
        }
    }

    @Override
    public Pending.Memory restore(SavedMemory saved) {
        return new Memory(
                History.restored(saved),
                saved.numbers().getOrDefault("count", 0.0).intValue(),
                saved.tensors().get("begin"),
                saved.tensors().get("sum"));
    }

    @Override
    Pending.Memory fresh() {
        return new Memory(History.EMPTY, 0, null, null);
    }

    @Override
    int timestepsKnown() {
        return alphas.length();
    }

    @Override
    Point point(int index) {
        return Point.ofAlphaBar(alphas.at(grid.timestep(index)));
    }

    @Override
    public Progress advance(Pending pending, Tensor output, NoiseSource noise) {
        Memory memory = (Memory) pending.memory();
        return memory.count < rungeKuttaTimesteps.length
                ? rungeKutta(pending, output, memory)
                : linearMultistep(pending, output, memory);
    }

    private Progress rungeKutta(Pending pending, Tensor output, Memory memory) {
        int stage = memory.count % 4;
        int t = grid.timestep(pending.index());
        int to = t - (memory.count % 2 == 1 ? 0 : stride / 2);
        int from = (int) rungeKuttaTimesteps[memory.count / 4 * 4];
        Tensor begin = stage == 0 || memory.begin == null ? pending.sample() : memory.begin;
        double weight = stage == 0 || stage == 3 ? 1.0 / 6 : 1.0 / 3;
        Tensor sum = memory.sum == null ? combine(weight, output) : combine(1, memory.sum, weight, output);

        Tensor next = transfer(begin, from, to, stage == 3 ? sum : output);
        History outputs = stage == 0 ? memory.outputs.with(output, 4) : memory.outputs;
        Tensor x0 = x0(pending.sample(), output, point(pending.index()));
        return at(pending.index() + 1, next, x0, new Memory(outputs, memory.count + 1, begin, stage == 3 ? null : sum));
    }

    private Progress linearMultistep(Pending pending, Tensor output, Memory memory) {
        int t = grid.timestep(pending.index());
        boolean correction = memory.count == 1;
        History outputs = correction ? memory.outputs : memory.outputs.with(output, 4);
        int from = correction ? t + stride : t;
        int to = correction ? t : t - stride;
        Tensor begin = correction && memory.begin != null ? memory.begin : pending.sample();

        Tensor slope = correction ? combine(0.5, output, 0.5, outputs.get(0)) : adamsBashforth(outputs);
        Tensor next = transfer(begin, from, to, slope);
        Tensor x0 = x0(pending.sample(), output, point(pending.index()));
        return at(
                pending.index() + 1,
                next,
                x0,
                new Memory(outputs, memory.count + 1, memory.count == 0 ? pending.sample() : null, null));
    }

    private static final List<double[]> ADAMS_BASHFORTH = List.of(
            new double[] {1},
            new double[] {3.0 / 2, -1.0 / 2},
            new double[] {23.0 / 12, -16.0 / 12, 5.0 / 12},
            new double[] {55.0 / 24, -59.0 / 24, 37.0 / 24, -9.0 / 24});

    /** The weighted outputs, up to four. */
    static Tensor adamsBashforth(History outputs) {
        return Linear.combine(
                ADAMS_BASHFORTH.get(outputs.size() - 1), outputs.outputs().toArray(new Tensor[0]));
    }

    /**
     * The transfer of equation 11 from one timestep to another along an output. In float32 as diffusers computes it: from
     * near pure noise its two terms are large and what is left of them are their last digits.
     */
    private Tensor transfer(Tensor x, int from, int to, Tensor output) {
        float a = (float) alphas.at(Math.min(from, alphas.length() - 1));
        float b = (float) (to >= 0 ? alphas.at(to) : finalAlphaBar);
        Tensor epsilon = prediction.epsilon(x, output, Point.ofAlphaBar(a));
        float divisor = a * root(1 - b) + root(a * (1 - a) * b);
        return Linear.overDivisor(root(b / a), x, a - b, epsilon, divisor);
    }

    private static float root(float x) {
        return (float) Math.sqrt(x);
    }
}
