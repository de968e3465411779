package io.darkroom.sampling.solver;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Done;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.Start;
import io.darkroom.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a run's way. Timesteps that training had not: leading spacing with an offset leaves them at the top, and
 * trailing spacing, for some numbers of steps, rounds to -1 at the end. And noise levels that stand still or turn back,
 * which some solvers take and others divide by: whether one does is tried on a single number.
 */
final class Obstacles {
    private static final int[] ONE_NUMBER = {1, 1, 1};

    private Obstacles() {}

    /** Null where there is none; else what follows the number of steps in a message. */
    static @Nullable String of(Solver solver, int index) {
        double[] timesteps = solver.grid.timesteps();
        int known = solver.timestepsKnown();
        for (int i = index; known < Integer.MAX_VALUE && i < timesteps.length; i++) {
            if (timesteps[i] < 0 || timesteps[i] >= known) {
                return "comes to timestep " + (long) timesteps[i] + ", and the model was trained on 0 to "
                        + (known - 1);
            }
        }
        double[] sigmas = solver.grid.sigmas();
        return moves(sigmas, index) || isFinite(solver, index)
                ? null
                : "has noise levels that do not fall from step to step, between which this sampler has no way";
    }

    /** Whether noise levels fall, or rise, from each to the next. */
    private static boolean moves(double[] sigmas, int from) {
        if (sigmas.length - from < 2) {
            return true;
        }
        double direction = Math.signum(sigmas[from + 1] - sigmas[from]);
        for (int i = from; i < sigmas.length - 1; i++) {
            if (direction == 0 || Math.signum(sigmas[i + 1] - sigmas[i]) != direction) {
                return false;
            }
        }
        return true;
    }

    /** Runs it on one number, with a model that answers with another. */
    private static boolean isFinite(Solver solver, int index) {
        NoiseSource noise = shape -> filled(0.5f, shape);
        Tensor start = filled(1, ONE_NUMBER);
        Progress at = solver.begin(index == 0 ? new Start.Noise(start) : new Start.At(index, start));
        while (at instanceof Pending pending) {
            if (!Float.isFinite(pending.sample().data()[0])) {
                return false;
            }
            at = solver.advance(pending, filled(0.25f, ONE_NUMBER), noise);
        }
        return at instanceof Done done && Float.isFinite(done.latents().data()[0]);
    }

    private static Tensor filled(float value, int... shape) {
        float[] data = new float[Arrays.stream(shape).reduce(1, Math::multiplyExact)];
        Arrays.fill(data, value);
        return Tensor.of(data, shape);
    }
}
