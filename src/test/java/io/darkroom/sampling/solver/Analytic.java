package io.darkroom.sampling.solver;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Done;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.Start;
import io.darkroom.sampling.StepOptions;
import io.darkroom.sampling.schedule.NoiseLevels;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The analytic model: data N(0.3, 0.5^2), whose denoiser and whose probability-flow trajectories are known exactly
 * (Karras et al. 2022, appendix B.3): in units of its standard deviation a sample keeps its place. Run in float64 between
 * two positive noise levels.
 */
final class Analytic {
    static final double MEAN = 0.3;
    static final double STD = 0.5;
    static final double FROM = 10;
    static final double TO = 0.1;

    /** The coordinates in which a solver works. */
    enum Space {
        EXPLODING,
        PRESERVING,
        FLOW;

        Point point(double sigma) {
            return switch (this) {
                case EXPLODING -> Point.exploding(sigma);
                case PRESERVING -> Point.preserving(sigma);
                case FLOW -> Point.flow(sigma);
            };
        }

        /** The ends of the run, as this space's levels. */
        double level(double ratio) {
            return this == FLOW ? ratio / (1 + ratio) : ratio;
        }
    }

    /** A deterministic solver over given noise levels. */
    record Named(String name, int order, Space space, java.util.function.Function<double[], Solver> make) {}

    private Analytic() {}

    /** The deterministic solvers on noise levels. Those on timesteps (DDIM, PNDM) have no levels of their own. */
    static List<Named> solvers() {
        List<Named> all = new ArrayList<>();
        Prediction eps = new Prediction.Exploding(Prediction.Kind.EPSILON);
        Prediction vp = Prediction.Kind.EPSILON;
        Prediction flow = Prediction.Kind.FLOW_PREDICTION;
        StepOptions none = StepOptions.DEFAULT;
        all.add(new Named("euler", 1, Space.EXPLODING, s -> new EulerSolver(grid(s), eps, 1, none)));
        all.add(new Named("heun", 2, Space.EXPLODING, s -> new HeunSolver(twice(s), eps, Limit.NONE)));
        all.add(new Named("kdpm2", 2, Space.EXPLODING, s -> new Kdpm2Solver(twice(s), eps, false)));
        for (int order = 1; order <= 4; order++) {
            int p = order;
            all.add(new Named("lms-" + p, p, Space.EXPLODING, s -> new LmsSolver(grid(s), eps, p)));
        }
        DpmFinal full = new DpmFinal(false, false);
        // diffusers' (and the authors') multistep update of order 3 takes half of the second difference, so its order
        // is
        // 2; the goldens hold that update.
        for (int order = 1; order <= 3; order++) {
            int p = order;
            for (DpmUpdate.Algorithm a : List.of(DpmUpdate.Algorithm.DPMSOLVER, DpmUpdate.Algorithm.DPMSOLVER_PP)) {
                for (boolean midpoint : new boolean[] {true, false}) {
                    DpmUpdate update = new DpmUpdate(a, midpoint);
                    String name = (a == DpmUpdate.Algorithm.DPMSOLVER ? "dpm" : "dpmpp") + (midpoint ? "" : "-heun");
                    all.add(new Named(
                            name + "-" + p + "m",
                            Math.min(p, 2),
                            Space.PRESERVING,
                            s -> new DpmMultistepSolver(grid(s), vp, Limit.NONE, update, Point::preserving, p, full)));
                    // The third-order singlestep "midpoint" is the paper's DPM-Solver-3.
                    all.add(new Named(
                            name + "-" + p + "s",
                            p,
                            Space.PRESERVING,
                            s -> new DpmSinglestepSolver(
                                    grid(s),
                                    vp,
                                    Limit.NONE,
                                    update,
                                    Point::preserving,
                                    p,
                                    DpmSinglestepSolver.orders(s.length - 1, p, false, false))));
                }
            }
            all.add(new Named(
                    "deis-" + p,
                    p,
                    Space.PRESERVING,
                    s -> new DeisSolver(grid(s), vp, Limit.NONE, Point::preserving, p, full)));
            for (boolean bh2 : new boolean[] {true, false}) {
                UniPcSolver.Options options = new UniPcSolver.Options(p, true, bh2, false, Set.of());
                // The corrector raises the order by one.
                all.add(new Named(
                        "unipc-" + (bh2 ? "bh2-" : "bh1-") + p,
                        p,
                        Space.PRESERVING,
                        s -> new UniPcSolver(grid(s), vp, Limit.NONE, Point::preserving, options)));
            }
            all.add(new Named(
                    "flow-dpmpp-" + p + "m",
                    Math.min(p, 2),
                    Space.FLOW,
                    s -> new DpmMultistepSolver(
                            grid(s),
                            flow,
                            Limit.NONE,
                            new DpmUpdate(DpmUpdate.Algorithm.DPMSOLVER_PP, true),
                            Point::flow,
                            p,
                            full)));
        }
        all.add(new Named("flow-euler", 1, Space.FLOW, s -> new FlowEulerSolver(grid(s), false)));
        all.add(new Named("flow-heun", 2, Space.FLOW, s -> new FlowHeunSolver(twice(s), none)));
        return all;
    }

    private static Grid grid(double[] levels) {
        return new Grid(new double[levels.length - 1], levels, levels.length - 1, 1, 1);
    }

    /** Both evaluations of a step; the last step, which ends above 0, has two as well. */
    private static Grid twice(double[] levels) {
        int n = levels.length - 1;
        double[] sigmas = new double[2 * n + 1];
        for (int k = 0; k < n; k++) {
            sigmas[2 * k] = levels[k];
            sigmas[2 * k + 1] = levels[k + 1];
        }
        sigmas[2 * n] = levels[n];
        return new Grid(new double[2 * n], sigmas, n, 2, 1);
    }

    /** The standard deviation of a noised sample at a point. */
    private static double std(Point p) {
        return Math.sqrt(p.alpha() * p.alpha() * STD * STD + p.sigma() * p.sigma());
    }

    /** A sample's place along its exact trajectory. */
    static double exact(double place, Point at) {
        return at.alpha() * MEAN + place * std(at);
    }

    /** The levels of n steps, equal in the log. */
    static double[] levels(Space space, int n) {
        double[] ratios = NoiseLevels.exponential(FROM, TO, n + 1);
        for (int i = 0; i <= n; i++) {
            ratios[i] = space.level(ratios[i]);
        }
        return ratios;
    }

    /** The largest error at the end of a run of n steps. */
    static double error(Named named, int n, boolean exactHistory) {
        double[] levels = levels(named.space(), n);
        Solver solver = named.make().apply(levels);
        double[] places = {-2, -0.5, 0.7, 1.9};
        double[] start = new double[places.length];
        for (int i = 0; i < start.length; i++) {
            start[i] = exact(places[i], named.space().point(levels[0]));
        }
        NoiseSource none = shape -> {
            throw new AssertionError("a deterministic solver draws");
        };
        Progress progress = solver.begin(new Start.At(0, Tensor.of(start, start.length)));
        while (progress instanceof Pending pending) {
            if (exactHistory && solver.grid.order() == 1 && pending.index() < named.order()) {
                pending = pending.withSample(
                        Tensor.of(places(places, named.space().point(levels[pending.index()])), places.length));
            }
            progress = solver.advance(pending, output(solver, named.space(), pending), none);
        }
        double[] end = ((Done) progress).latents().doubles();
        double worst = 0;
        for (int i = 0; i < end.length; i++) {
            worst = Math.max(
                    worst, Math.abs(end[i] - exact(places[i], named.space().point(levels[n]))));
        }
        return worst;
    }

    private static double[] places(double[] places, Point at) {
        double[] out = new double[places.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = exact(places[i], at);
        }
        return out;
    }

    /** The exact model's output: epsilon, or the flow's velocity. */
    private static Tensor output(Solver solver, Space space, Pending pending) {
        double sigma = solver instanceof ExplodingSolver e
                ? e.pendingSigma(pending.index(), pending.memory())
                : solver.grid.sigma(pending.index());
        Point p = space.point(sigma);
        double[] x = pending.sample().doubles();
        double[] out = new double[x.length];
        for (int i = 0; i < out.length; i++) {
            double fromMean = x[i] - p.alpha() * MEAN;
            double variance = std(p) * std(p);
            double epsilon = p.sigma() / variance * fromMean;
            double x0 = MEAN + p.alpha() * STD * STD / variance * fromMean;
            out[i] = space == Space.FLOW ? epsilon - x0 : epsilon;
        }
        return Tensor.of(out, out.length);
    }

    /** The slope of the error against steps in a log-log plot, between n and 2 n. */
    static double slope(Named named, int n, boolean exactHistory) {
        return Math.log(error(named, n, exactHistory) / error(named, 2 * n, exactHistory)) / Math.log(2);
    }
}
