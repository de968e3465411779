package io.darkroom.sampling.solver;

import static io.darkroom.sampling.schedule.Spacing.append;
import static io.darkroom.sampling.schedule.Spacing.firstOnceOthersTwice;
import static io.darkroom.sampling.schedule.Spacing.withoutLast;

import io.darkroom.sampling.schedule.AlphasCumprod;
import io.darkroom.sampling.schedule.TrainingSigmas;

/** KDPM2's timesteps: between two of them that of the middle. */
final class Kdpm2Grids {
    private Kdpm2Grids() {}

    static Grid interleaved(Grid plain, AlphasCumprod alphas, boolean ancestral) {
        TrainingSigmas training = TrainingSigmas.of(alphas);
        double[] timesteps = firstOnceOthersTwice(plain.timesteps());
        for (int k = 1; k < plain.timesteps().length; k++) {
            double from = plain.sigma(k - 1);
            double to = ancestral
                    ? EulerAncestralSolver.Ancestral.between(from, plain.sigma(k))
                            .down()
                    : plain.sigma(k);
            timesteps[2 * k - 1] = (float) training.timestep(Kdpm2Solver.middle(from, to, ancestral));
        }
        // diffusers holds the final 0 three times; only the first is read.
        double[] sigmas = append(append(firstOnceOthersTwice(withoutLast(plain.sigmas())), 0), 0);
        return new Grid(timesteps, append(sigmas, 0), plain.steps(), 2, plain.initNoiseSigma());
    }
}
