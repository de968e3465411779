package io.darkroom.sampling.solver;

import static io.darkroom.sampling.schedule.Spacing.append;

import io.darkroom.sampling.ScheduleRequest;
import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.sampling.schedule.NoiseLevels;
import java.util.Arrays;

/** EDM's noise levels between sigma_max and sigma_min; the model's time is a quarter of their log. */
final class EdmGrids {
    private EdmGrids() {}

    static Grid euler(SchedulerConfig config, ScheduleRequest request) {
        double[] sigmas = levels(config, request.steps());
        return grid(config, sigmas, sigmas[sigmas.length - 1]);
    }

    static Grid dpm(SchedulerConfig config, ScheduleRequest request) {
        return grid(config, levels(config, request.steps()), (float) config.number("sigma_min"));
    }

    private static double[] levels(SchedulerConfig config, int n) {
        double largest = config.number("sigma_max");
        double smallest = config.number("sigma_min");
        return config.string("sigma_schedule").equals("karras")
                ? NoiseLevels.karrasInFloat32(largest, smallest, n, config.number("rho"))
                : NoiseLevels.exponentialInFloat32(largest, smallest, n);
    }

    private static Grid grid(SchedulerConfig config, double[] sigmas, double smallest) {
        double[] timesteps =
                Arrays.stream(sigmas).map(s -> (float) (0.25 * Math.log(s))).toArray();
        double end = config.string("final_sigmas_type").equals("zero") ? 0 : smallest;
        double max = config.number("sigma_max");
        return new Grid(timesteps, append(sigmas, end), sigmas.length, 1, Math.sqrt(max * max + 1));
    }
}
