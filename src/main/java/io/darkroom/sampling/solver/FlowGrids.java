package io.darkroom.sampling.solver;

import static io.darkroom.sampling.schedule.Spacing.append;
import static io.darkroom.sampling.schedule.Spacing.linspace;
import static io.darkroom.sampling.schedule.Spacing.toFloat32;

import io.darkroom.sampling.ScheduleRequest;
import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.sampling.schedule.FlowShift;
import io.darkroom.sampling.schedule.NoiseLevels;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** Timesteps and noise levels of flow matching: sigma from 1 (noise) to 0 (data), the timestep a multiple of it. */
final class FlowGrids {
    private FlowGrids() {}

    static Grid euler(SchedulerConfig config, ScheduleRequest request) {
        int train = config.integer("num_train_timesteps");
        double[] sigmas;
        if (request.sigmas() != null) {
            sigmas = toFloat32(Grids.array(request.sigmas()));
        } else if (request.timesteps() != null) {
            sigmas = map(toFloat32(Grids.array(request.timesteps())), t -> t / train);
        } else {
            sigmas = unshifted(config, request.steps(), train);
        }
        sigmas = map(sigmas, shift(config, request));
        Double terminal = config.numberOrNull("shift_terminal");
        if (terminal != null && terminal != 0) {
            sigmas = FlowShift.stretchedTo(terminal, sigmas);
        }
        sigmas = toFloat32(levels(config, sigmas));
        double[] timesteps = request.timesteps() != null && !config.flag("invert_sigmas")
                ? toFloat32(Grids.array(request.timesteps()))
                : null;
        if (config.flag("invert_sigmas")) {
            sigmas = map(sigmas, s -> (float) (1 - s));
        }
        if (timesteps == null) {
            timesteps = map(sigmas, s -> (float) (s * train));
        }
        double end = config.flag("invert_sigmas") ? 1 : 0;
        return new Grid(timesteps, append(sigmas, end), timesteps.length, 1, 1);
    }

    static Grid heun(SchedulerConfig config, ScheduleRequest request) {
        int train = config.integer("num_train_timesteps");
        double shift = config.number("shift");
        double[] sigmas = toFloat32(map(unshifted(config, request.steps(), train), s -> FlowShift.fixed(shift, s)));
        return new Grid(map(sigmas, s -> (float) (s * train)), append(sigmas, 0), request.steps(), 1, 1);
    }

    /**
     * From the largest level of training to the smallest. diffusers has shifted both by the fixed shift already when
     * the class is made, and shifts them once more afterwards; so do we.
     */
    private static double[] unshifted(SchedulerConfig config, int n, int train) {
        double shift = config.flag("use_dynamic_shifting") ? 1 : config.number("shift");
        double largest = (float) FlowShift.fixed(shift, 1);
        double smallest = (float) FlowShift.fixed(shift, (float) (1.0 / train));
        return map(linspace(largest * train, smallest * train, n), t -> t / train);
    }

    private static DoubleUnaryOperator shift(SchedulerConfig config, ScheduleRequest request) {
        double shift = config.number("shift");
        Double mu = request.mu();
        if (!config.flag("use_dynamic_shifting") || mu == null) {
            return s -> FlowShift.fixed(shift, s);
        }
        return config.string("time_shift_type").equals("exponential")
                ? s -> FlowShift.exponential(mu, s)
                : s -> FlowShift.linear(mu, s);
    }

    private static double[] levels(SchedulerConfig config, double[] sigmas) {
        double[] ends = config.ends(sigmas[0], sigmas[sigmas.length - 1]);
        double largest = ends[0];
        double smallest = ends[1];
        if (config.flag("use_karras_sigmas")) {
            return NoiseLevels.karras(largest, smallest, sigmas.length, 7);
        }
        if (config.flag("use_exponential_sigmas")) {
            return NoiseLevels.exponential(largest, smallest, sigmas.length);
        }
        return config.flag("use_beta_sigmas") ? NoiseLevels.beta(largest, smallest, sigmas.length) : sigmas;
    }

    private static double[] map(double[] values, DoubleUnaryOperator f) {
        return Arrays.stream(values).map(f).toArray();
    }
}
