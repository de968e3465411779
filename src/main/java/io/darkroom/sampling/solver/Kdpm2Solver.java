package io.darkroom.sampling.solver;

import static io.darkroom.tensor.Linear.combine;
import static io.darkroom.tensor.Linear.difference;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.SavedMemory;
import io.darkroom.sampling.solver.EulerAncestralSolver.Ancestral;
import io.darkroom.tensor.Linear;
import io.darkroom.tensor.Tensor;
import java.util.Map;

/**
 * The midpoint method in the log of the noise level (Karras et al. 2022, appendix D, as k-diffusion's sample_dpm_2 and
 * sample_dpm_2_ancestral); diffusers' KDPM2DiscreteScheduler and KDPM2AncestralDiscreteScheduler. Its grid counts both
 * evaluations of a step; the last step is Euler's.
 */
final class Kdpm2Solver extends ExplodingSolver {
    private final boolean ancestral;

    Kdpm2Solver(Grid grid, Prediction prediction, boolean ancestral) {
        super(grid, prediction, Limit.NONE, 1);
        this.ancestral = ancestral;
    }

    /** The first half of a step: the sample from which it goes. */
    private record Begun(Tensor sample) implements Pending.Memory {
        @Override
        public SavedMemory save() {
            return new SavedMemory(Map.of("sample", sample), Map.of());
        }
    }

    /** The middle of the step that begins at an even index: the geometric mean of its ends. */
    private double middle(int begin) {
        return middle(grid.sigma(begin), step(begin).down(), ancestral);
    }

    /**
     * The geometric mean of two noise levels, 0 if one is 0. In float32 as torch.lerp between the logs computes it: the
     * log of a large level has few digits left for its ratio to others. The deterministic class counts from the end.
     */
    static double middle(double from, double to, boolean ancestral) {
        if (to == 0) {
            return 0;
        }
        float start = (float) Math.log((float) (ancestral ? from : to));
        float end = (float) Math.log((float) (ancestral ? to : from));
        return (float) Math.exp(end - (end - start) * 0.5f);
    }

    private Ancestral step(int begin) {
        double to = grid.sigma(begin + 1);
        return ancestral ? Ancestral.between(grid.sigma(begin), to) : new Ancestral(to, 0);
    }

    @Override
    double pendingSigma(int index, Pending.Memory memory) {
        return memory instanceof Begun ? middle(index - 1) : grid.sigma(index);
    }

    @Override
    public Progress advance(Pending pending, Tensor output, NoiseSource noise) {
        int i = pending.index();
        double here = pendingSigma(i, pending.memory());
        Tensor x = pending.sample();
        Tensor x0 = x0(x, output, Point.exploding(here));
        if (pending.memory() instanceof Begun first) {
            double from = grid.sigma(i - 1);
            Ancestral to = step(i - 1);
            Tensor change = difference((to.down() - from) / here, x, x0);
            Tensor next = ancestral
                    ? combine(1, first.sample(), 1, change, to.up(), noise.next(x.shape()))
                    : combine(1, first.sample(), 1, change);
            return at(i + 1, next, x0, Nothing.NOTHING);
        }
        return at(i + 1, Linear.step(x, x0, here, middle(i) - here), x0, new Begun(x));
    }

    @Override
    public Pending.Memory restore(SavedMemory saved) {
        Tensor sample = saved.tensors().get("sample");
        return sample == null ? Nothing.NOTHING : new Begun(sample);
    }
}
