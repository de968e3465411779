package io.darkroom.sampling.solver;

import io.darkroom.sampling.Sampler;
import io.darkroom.sampling.ScheduleRequest;
import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.sampling.schedule.AlphasCumprod;
import io.darkroom.sampling.solver.Grids.DpmRules;
import io.darkroom.sampling.solver.Grids.Rounding;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Makes the sampler of a config over the schedule that a request asks for. */
public final class Solvers {
    private static final double[] NO_SIGMAS = {};

    private Solvers() {}

    /** The sampler; see {@link io.darkroom.sampling.Schedulers#create}. */
    public static Sampler create(SchedulerConfig config, ScheduleRequest request) {
        RequestRules.check(config, request);
        return switch (config.type()) {
            case DDIM -> ddim(config, request);
            case DDIM_INVERSE -> ddimInverse(config, request);
            case DDPM -> ddpm(config, request);
            case PNDM -> pndm(config, request);
            case LMS -> new LmsSolver(
                    exploding(config, request, Rounding.NONE),
                    explodingPrediction(config),
                    request.options().lmsOrder());
            case EULER -> new EulerSolver(
                    Grids.exploding(config, request, AlphasCumprod.aboveZero(config), Rounding.NONE),
                    explodingPrediction(config),
                    1,
                    request.options());
            case EULER_ANCESTRAL -> new EulerAncestralSolver(
                    Grids.exploding(config, request, AlphasCumprod.aboveZero(config), Rounding.NONE),
                    explodingPrediction(config));
            case HEUN -> new HeunSolver(
                    Grids.twoEvaluations(exploding(config, request, Rounding.NONE)),
                    explodingPrediction(config),
                    Limit.of(config));
            case KDPM2 -> kdpm2(config, request, false);
            case KDPM2_ANCESTRAL -> kdpm2(config, request, true);
            case DPM_MULTISTEP -> dpmMultistep(
                    config,
                    Grids.dpm(config, request, AlphasCumprod.aboveZero(config), new DpmRules(true, false, false)));
            case DPM_MULTISTEP_INVERSE -> dpmMultistep(
                    config, InverseGrids.dpm(config, request, AlphasCumprod.of(config)));
            case DPM_SINGLESTEP -> dpmSinglestep(config, request);
            case UNIPC -> unipc(config, request);
            case DEIS -> new DeisSolver(
                    Grids.dpm(config, request, AlphasCumprod.of(config), new DpmRules(false, true, false)),
                    prediction(config),
                    Limit.of(config),
                    path(config),
                    config.integer("solver_order"),
                    new DpmFinal(config.flag("lower_order_final"), false));
            case SA_SOLVER -> saSolver(config, request);
            case IPNDM -> ipndm(config, request);
            case LCM -> new ConsistencySolver(
                    ConsistencyGrids.lcm(config, request),
                    prediction(config),
                    Limit.of(config),
                    AlphasCumprod.of(config),
                    config.number("timestep_scaling"));
            case TCD -> new TrajectoryConsistencySolver(
                    ConsistencyGrids.tcd(config, request),
                    prediction(config),
                    AlphasCumprod.of(config),
                    request.options().etaOr(0.3));
            case EDM_EULER -> new EulerSolver(
                    EdmGrids.euler(config, request),
                    preconditioned(config),
                    config.number("sigma_data"),
                    request.options());
            case EDM_DPM_MULTISTEP -> edmDpm(config, request);
            case FLOW_EULER -> new FlowEulerSolver(
                    FlowGrids.euler(config, request), config.flag("stochastic_sampling"));
            case FLOW_HEUN -> new FlowHeunSolver(
                    Grids.twoEvaluations(FlowGrids.heun(config, request)), request.options());
        };
    }

    private static Prediction prediction(SchedulerConfig config) {
        return Prediction.Kind.named(config.string("prediction_type"));
    }

    private static Prediction explodingPrediction(SchedulerConfig config) {
        return new Prediction.Exploding(prediction(config));
    }

    private static Prediction preconditioned(SchedulerConfig config) {
        int sign = config.string("prediction_type").equals("v_prediction") ? -1 : 1;
        return new Prediction.Preconditioned(config.number("sigma_data"), sign);
    }

    private static Path path(SchedulerConfig config) {
        return config.flag("use_flow_sigmas") ? Path.FLOW : Path.PRESERVING;
    }

    private static Grid exploding(SchedulerConfig config, ScheduleRequest request, Rounding rounding) {
        return Grids.exploding(config, request, AlphasCumprod.of(config), rounding);
    }

    private static double finalAlphaBar(SchedulerConfig config, AlphasCumprod alphas) {
        return config.flag("set_alpha_to_one") ? 1 : alphas.at(0);
    }

    private static Sampler ddim(SchedulerConfig config, ScheduleRequest request) {
        AlphasCumprod alphas = AlphasCumprod.of(config);
        double[] timesteps = Grids.discrete(config, request.steps());
        return new DdimSolver(
                new Grid(timesteps, NO_SIGMAS, request.steps(), 1, 1),
                prediction(config),
                Limit.of(config),
                alphas,
                finalAlphaBar(config, alphas),
                request.options().etaOr(0),
                request.options().useClippedModelOutput());
    }

    private static Sampler ddimInverse(SchedulerConfig config, ScheduleRequest request) {
        AlphasCumprod alphas = AlphasCumprod.of(config);
        double[] timesteps = io.darkroom.sampling.schedule.Spacing.reversed(Grids.discrete(config, request.steps()));
        return new DdimInverseSolver(
                new Grid(timesteps, NO_SIGMAS, request.steps(), 1, 1),
                prediction(config),
                Limit.of(config),
                alphas,
                finalAlphaBar(config, alphas));
    }

    private static Sampler ddpm(SchedulerConfig config, ScheduleRequest request) {
        double[] timesteps = request.timesteps() != null
                ? Grids.array(request.timesteps())
                : Grids.discrete(config, request.steps());
        return new DdpmSolver(
                new Grid(timesteps, NO_SIGMAS, timesteps.length, 1, 1),
                prediction(config),
                Limit.of(config),
                AlphasCumprod.of(config),
                DdpmSolver.Variance.valueOf(config.string("variance_type").toUpperCase(Locale.ROOT)));
    }

    private static Sampler pndm(SchedulerConfig config, ScheduleRequest request) {
        AlphasCumprod alphas = AlphasCumprod.of(config);
        boolean skip = config.flag("skip_prk_steps");
        double[] falling = Grids.discrete(config, request.steps());
        double[] rungeKutta = skip ? new double[0] : PndmGrids.rungeKutta(falling, alphas.length());
        double[] timesteps = skip ? PndmGrids.secondTwice(falling) : PndmGrids.after(rungeKutta, falling);
        return new PndmSolver(
                new Grid(timesteps, NO_SIGMAS, request.steps(), 1, 1),
                prediction(config),
                alphas,
                finalAlphaBar(config, alphas),
                rungeKutta);
    }

    private static Sampler kdpm2(SchedulerConfig config, ScheduleRequest request, boolean ancestral) {
        AlphasCumprod alphas = AlphasCumprod.of(config);
        Grid grid = Grids.exploding(config, request, alphas, Rounding.KARRAS);
        return new Kdpm2Solver(Kdpm2Grids.interleaved(grid, alphas, ancestral), explodingPrediction(config), ancestral);
    }

    private static Sampler dpmMultistep(SchedulerConfig config, Grid grid) {
        boolean finalZero = config.has("final_sigmas_type")
                && config.string("final_sigmas_type").equals("zero");
        return new DpmMultistepSolver(
                grid,
                prediction(config),
                Limit.of(config),
                update(config),
                path(config),
                config.integer("solver_order"),
                new DpmFinal(config.flag("lower_order_final"), config.flag("euler_at_final") || finalZero));
    }

    private static Sampler edmDpm(SchedulerConfig config, ScheduleRequest request) {
        return new DpmMultistepSolver(
                EdmGrids.dpm(config, request),
                preconditioned(config),
                Limit.of(config),
                update(config),
                new Path.Edm(config.number("sigma_data")),
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

    private static Sampler dpmSinglestep(SchedulerConfig config, ScheduleRequest request) {
        Grid grid = Grids.dpm(config, request, AlphasCumprod.of(config), new DpmRules(false, false, true));
        boolean zero = config.string("final_sigmas_type").equals("zero");
        int order = config.integer("solver_order");
        // diffusers switches lower_order_final on where steps do not divide, and for a final noise level of zero.
        boolean lower = config.flag("lower_order_final") || zero || grid.steps() % order != 0;
        return new DpmSinglestepSolver(
                grid,
                prediction(config),
                Limit.of(config),
                update(config),
                path(config),
                order,
                DpmSinglestepSolver.orders(grid.steps(), order, lower, zero));
    }

    private static Sampler unipc(SchedulerConfig config, ScheduleRequest request) {
        return new UniPcSolver(
                Grids.dpm(config, request, AlphasCumprod.aboveZero(config), new DpmRules(false, true, false)),
                prediction(config),
                Limit.of(config),
                path(config),
                new UniPcSolver.Options(
                        config.integer("solver_order"),
                        config.flag("predict_x0"),
                        config.string("solver_type").equals("bh2"),
                        config.flag("lower_order_final"),
                        Arrays.stream(config.numbers("disable_corrector"))
                                .mapToObj(step -> (int) step)
                                .collect(Collectors.toUnmodifiableSet())));
    }

    private static Sampler saSolver(SchedulerConfig config, ScheduleRequest request) {
        return new SaSolver(
                Grids.dpm(config, request, AlphasCumprod.of(config), new DpmRules(false, true, false)),
                prediction(config),
                Limit.of(config),
                path(config),
                new SaSolver.Options(
                        config.integer("predictor_order"),
                        config.integer("corrector_order"),
                        config.string("algorithm_type").equals("data_prediction"),
                        config.flag("lower_order_final")));
    }

    private static Sampler ipndm(SchedulerConfig config, ScheduleRequest request) {
        double[] betas = PndmGrids.sines(config, request.steps());
        return new IpndmSolver(new Grid(PndmGrids.angles(betas), NO_SIGMAS, request.steps(), 1, 1), betas);
    }
}
