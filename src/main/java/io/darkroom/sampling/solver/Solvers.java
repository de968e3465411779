package io.darkroom.sampling.solver;

import io.darkroom.sampling.Sampler;
import io.darkroom.sampling.ScheduleRequest;
import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.sampling.SchedulerException;
import io.darkroom.sampling.schedule.AlphasCumprod;

/** Makes the sampler of a config over the schedule that a request asks for. */
public final class Solvers {
    private Solvers() {}

    /** The sampler; see {@link io.darkroom.sampling.Schedulers#create}. */
    public static Sampler create(SchedulerConfig config, ScheduleRequest request) {
        return switch (config.type()) {
            case DDIM -> ddim(config, request);
            case EULER -> euler(config, request);
            case HEUN -> heun(config, request);
            case DPM_MULTISTEP -> dpmMultistep(config, request);
            default -> throw SchedulerException.unsupported(
                    "scheduler._class_name", config.type().className() + " is not built yet");
        };
    }

    private static Prediction.Kind prediction(SchedulerConfig config) {
        return Prediction.Kind.named(config.string("prediction_type"));
    }

    private static Sampler ddim(SchedulerConfig config, ScheduleRequest request) {
        AlphasCumprod alphas = AlphasCumprod.of(config);
        double[] timesteps = Grids.discrete(config, request.steps());
        return new DdimSolver(
                new Grid(timesteps, new double[0], request.steps(), 1, 1),
                prediction(config),
                Limit.of(config),
                alphas,
                config.flag("set_alpha_to_one") ? 1 : alphas.at(0),
                request.options().etaOr(0),
                request.options().useClippedModelOutput());
    }

    private static Sampler euler(SchedulerConfig config, ScheduleRequest request) {
        Grid grid = Grids.exploding(config, request, AlphasCumprod.aboveZero(config), Grids.Rounding.NONE);
        return new EulerSolver(grid, new Prediction.Exploding(prediction(config)), 1, request.options());
    }

    private static Sampler heun(SchedulerConfig config, ScheduleRequest request) {
        Grid grid = Grids.exploding(config, request, AlphasCumprod.of(config), Grids.Rounding.NONE);
        return new HeunSolver(
                Grids.twoEvaluations(grid), new Prediction.Exploding(prediction(config)), Limit.of(config));
    }

    private static Sampler dpmMultistep(SchedulerConfig config, ScheduleRequest request) {
        Grid grid = Grids.dpm(config, request, AlphasCumprod.aboveZero(config), new Grids.DpmRules(true, false, false));
        return new DpmMultistepSolver(
                grid,
                prediction(config),
                Limit.of(config),
                update(config),
                config.flag("use_flow_sigmas") ? Path.FLOW : Path.PRESERVING,
                config.integer("solver_order"),
                new DpmFinal(
                        config.flag("lower_order_final"),
                        config.flag("euler_at_final")
                                || config.string("final_sigmas_type").equals("zero")));
    }

    private static DpmUpdate update(SchedulerConfig config) {
        return new DpmUpdate(
                DpmUpdate.Algorithm.named(config.string("algorithm_type")),
                config.string("solver_type").equals("midpoint"));
    }
}
