package io.darkroom.sampling.solver;

import static io.darkroom.sampling.schedule.Spacing.append;
import static io.darkroom.sampling.schedule.Spacing.leading;
import static io.darkroom.sampling.schedule.Spacing.linspace;
import static io.darkroom.sampling.schedule.Spacing.reversed;
import static io.darkroom.sampling.schedule.Spacing.rounded;
import static io.darkroom.sampling.schedule.Spacing.toFloat32;
import static io.darkroom.sampling.schedule.Spacing.trailing;
import static io.darkroom.sampling.schedule.Spacing.truncated;
import static io.darkroom.sampling.schedule.Spacing.withoutLast;

import io.darkroom.sampling.ScheduleRequest;
import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.sampling.schedule.AlphasCumprod;
import io.darkroom.sampling.schedule.TrainingSigmas;
import java.util.Arrays;

/** DPM-Solver's grid from data to noise: timesteps and noise levels rise. */
final class InverseGrids {
    private InverseGrids() {}

    static Grid dpm(SchedulerConfig config, ScheduleRequest request, AlphasCumprod alphas) {
        TrainingSigmas training = TrainingSigmas.of(alphas);
        int n = request.steps();
        int noisiest = alphas.length() - 1 - Grids.clipped(config, alphas);
        double[] timesteps =
                switch (config.string("timestep_spacing")) {
                    case "linspace" -> withoutLast(rounded(linspace(0, noisiest, n + 1)));
                    case "leading" -> withoutLast(
                            leading(n + 1, (noisiest + 1) / (n + 1), config.integer("steps_offset")));
                    case "trailing" -> reversed(trailing(n, alphas.length(), noisiest + 1));
                    default -> throw new IllegalStateException();
                };
        double[] levels = Grids.levels(config, training.smallest(), training.largest(), n, training);
        double[] sigmas;
        if (levels != null) {
            sigmas = n == 1 ? new double[] {training.smallest()} : reversed(levels);
            timesteps = training.timesteps(sigmas);
            timesteps = config.flag("use_karras_sigmas") ? rounded(timesteps) : timesteps;
            sigmas = append(sigmas, sigmas[n - 1]);
        } else if (config.flag("use_flow_sigmas")) {
            sigmas = Grids.flow(n, alphas.length(), config.number("flow_shift"));
            timesteps = Arrays.stream(sigmas).map(s -> s * alphas.length()).toArray();
            sigmas = append(sigmas, sigmas[n - 1]);
        } else {
            sigmas = append(training.at(timesteps), training.at(noisiest));
        }
        // Equal timesteps count once, though noise levels do not.
        double[] unique = Arrays.stream(truncated(timesteps)).distinct().toArray();
        return new Grid(unique, toFloat32(sigmas), unique.length, 1, 1);
    }
}
