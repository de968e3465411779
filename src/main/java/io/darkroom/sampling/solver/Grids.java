package io.darkroom.sampling.solver;

import static io.darkroom.sampling.schedule.Spacing.append;
import static io.darkroom.sampling.schedule.Spacing.firstOnceOthersTwice;
import static io.darkroom.sampling.schedule.Spacing.leading;
import static io.darkroom.sampling.schedule.Spacing.linspace;
import static io.darkroom.sampling.schedule.Spacing.reversed;
import static io.darkroom.sampling.schedule.Spacing.rounded;
import static io.darkroom.sampling.schedule.Spacing.toFloat32;
import static io.darkroom.sampling.schedule.Spacing.trailing;
import static io.darkroom.sampling.schedule.Spacing.truncated;
import static io.darkroom.sampling.schedule.Spacing.withoutLast;

import io.darkroom.sampling.ScheduleRequest;
import io.darkroom.sampling.SchedulerClass;
import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.sampling.schedule.AlphasCumprod;
import io.darkroom.sampling.schedule.FlowShift;
import io.darkroom.sampling.schedule.NoiseLevels;
import io.darkroom.sampling.schedule.TrainingSigmas;
import org.jspecify.annotations.Nullable;

/** Timesteps and noise levels of the samplers on a trained noise schedule, as their set_timesteps computes them. */
final class Grids {
    private Grids() {}

    /** How a class turns Karras' and other levels back into timesteps. */
    enum Rounding {
        NONE,
        KARRAS,
        KARRAS_AND_LU_UNLESS_COSINE
    }

    /** Whole timesteps by spacing, falling: DDIM, DDPM, PNDM (whose own order is made from it). */
    static double[] discrete(SchedulerConfig config, int n) {
        int train = config.integer("num_train_timesteps");
        return switch (config.string("timestep_spacing")) {
            case "linspace" -> reversed(rounded(linspace(0, train - 1, n)));
            case "leading" -> reversed(leading(n, train / n, config.integer("steps_offset")));
            case "trailing" -> trailing(n, train, train);
            default -> throw new IllegalStateException();
        };
    }

    /** Timesteps of the variance-exploding samplers, falling; float32 and not rounded with linspace. */
    private static double[] continuous(SchedulerConfig config, int n) {
        int train = config.integer("num_train_timesteps");
        return config.string("timestep_spacing").equals("linspace")
                ? reversed(toFloat32(linspace(0, train - 1, n)))
                : discrete(config, n);
    }

    /** Euler, Euler ancestral, Heun, KDPM2, LMS: noise levels end with 0 or the first training level. */
    static Grid exploding(SchedulerConfig config, ScheduleRequest request, AlphasCumprod alphas, Rounding rounding) {
        TrainingSigmas training = TrainingSigmas.of(alphas);
        double[] timesteps;
        double[] sigmas;
        int n;
        if (request.sigmas() != null) {
            sigmas = toFloat32(array(request.sigmas()));
            n = sigmas.length - 1;
            timesteps = training.timesteps(withoutLast(sigmas));
        } else {
            double[] given = request.timesteps() == null ? null : array(request.timesteps());
            n = given == null ? request.steps() : given.length;
            timesteps = given == null ? continuous(config, n) : toFloat32(given);
            sigmas = config.has("interpolation_type")
                            && config.string("interpolation_type").equals("log_linear")
                    ? logLinear(training, n)
                    : training.at(timesteps);
            double[] levels = levels(config, sigmas[sigmas.length - 1], sigmas[0], n, training);
            if (levels != null) {
                sigmas = levels;
                timesteps = training.timesteps(levels);
                if (rounding == Rounding.KARRAS && config.flag("use_karras_sigmas")) {
                    timesteps = rounded(timesteps);
                }
            }
            boolean smallest = config.has("final_sigmas_type")
                    && config.string("final_sigmas_type").equals("sigma_min");
            sigmas = toFloat32(append(sigmas, smallest ? training.smallest() : 0));
        }
        if (config.has("timestep_type")
                && config.string("timestep_type").equals("continuous")
                && config.string("prediction_type").equals("v_prediction")) {
            timesteps = quarterLogs(withoutLast(sigmas));
        }
        double largest = sigmas[0];
        for (double s : sigmas) {
            largest = Math.max(largest, s);
        }
        boolean leading = config.string("timestep_spacing").equals("leading");
        double init = leading ? (float) Math.sqrt((float) (largest * largest) + 1f) : largest;
        return new Grid(toFloat32(timesteps), sigmas, n, 1, init);
    }

    /** Two evaluations a step: everything but the first and the last stands twice. */
    static Grid twoEvaluations(Grid plain) {
        double[] sigmas = plain.sigmas();
        return new Grid(
                firstOnceOthersTwice(plain.timesteps()),
                append(firstOnceOthersTwice(withoutLast(sigmas)), sigmas[sigmas.length - 1]),
                plain.steps(),
                2,
                plain.initNoiseSigma());
    }

    /** diffusers' log_linear: one more level than timesteps, so it ends with two final ones. */
    private static double[] logLinear(TrainingSigmas training, int n) {
        double[] out = linspace(training.largestLog(), training.smallestLog(), n + 1);
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) Math.exp((float) out[i]);
        }
        return out;
    }

    private static double[] quarterLogs(double[] sigmas) {
        double[] out = new double[sigmas.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = 0.25 * Math.log(sigmas[i]);
        }
        return out;
    }

    /** Karras', exponential, beta or Lu's levels between two, falling; null where none is asked for. */
    static double @Nullable [] levels(
            SchedulerConfig config, double smallest, double largest, int n, TrainingSigmas training) {
        double[] ends = config.ends(largest, smallest);
        double high = ends[0];
        double low = ends[1];
        if (config.flag("use_karras_sigmas")) {
            // LMSDiscreteScheduler alone does not look into its config for these.
            return config.type() == SchedulerClass.LMS
                    ? NoiseLevels.karras(largest, smallest, n, 7)
                    : NoiseLevels.karras(high, low, n, 7);
        }
        if (config.flag("use_lu_lambdas")) {
            return NoiseLevels.lu(training.largestLog(), training.smallestLog(), n);
        }
        if (config.flag("use_exponential_sigmas")) {
            return NoiseLevels.exponential(high, low, n);
        }
        return config.flag("use_beta_sigmas") ? NoiseLevels.beta(high, low, n) : null;
    }

    /** DPM-Solver, UniPC, DEIS, SA-Solver: whole timesteps, noise levels over signal. */
    static Grid dpm(SchedulerConfig config, ScheduleRequest request, AlphasCumprod alphas, DpmRules rules) {
        TrainingSigmas training = TrainingSigmas.of(alphas);
        int last = alphas.length() - clipped(config, alphas);
        double[] timesteps = request.timesteps() != null
                ? truncated(array(request.timesteps()))
                : dpmTimesteps(config, request.steps(), last, rules);
        int n = request.timesteps() != null ? timesteps.length : request.steps();
        double[] levels = levels(config, training.smallest(), training.largest(), n, training);
        double[] sigmas;
        boolean special = true;
        if (levels != null) {
            sigmas = levels;
            timesteps = training.timesteps(levels);
            boolean cosine = config.string("beta_schedule").equals("squaredcos_cap_v2");
            boolean round = config.flag("use_karras_sigmas") || config.flag("use_lu_lambdas");
            if (round && !(rules.cosineUnrounded() && cosine)) {
                timesteps = rounded(timesteps);
            }
        } else if (config.flag("use_flow_sigmas")) {
            sigmas = flow(n, alphas.length(), flowShift(config, request));
            timesteps = new double[sigmas.length];
            for (int i = 0; i < sigmas.length; i++) {
                timesteps[i] = sigmas[i] * alphas.length();
            }
        } else {
            sigmas = training.at(timesteps);
            special = false;
        }
        boolean zero = config.has("final_sigmas_type")
                && config.string("final_sigmas_type").equals("zero");
        double end = zero ? 0 : special && rules.lastTwice() ? sigmas[sigmas.length - 1] : training.smallest();
        return new Grid(truncated(timesteps), toFloat32(append(sigmas, end)), timesteps.length, 1, 1);
    }

    /**
     * How the DPM family's classes differ.
     *
     * @param cosineUnrounded timesteps of Karras' levels stay between whole ones for cosine betas, then are cut
     * @param lastTwice without a final zero, special levels end with their last one twice
     * @param onlyLinspace the class knows no other spacing
     */
    record DpmRules(boolean cosineUnrounded, boolean lastTwice, boolean onlyLinspace) {}

    private static double[] dpmTimesteps(SchedulerConfig config, int n, int last, DpmRules rules) {
        String spacing = rules.onlyLinspace() ? "linspace" : config.string("timestep_spacing");
        return switch (spacing) {
            case "linspace" -> withoutLast(reversed(rounded(linspace(0, last - 1, n + 1))));
            case "leading" -> withoutLast(reversed(leading(n + 1, last / (n + 1), config.integer("steps_offset"))));
            case "trailing" -> trailing(n, config.integer("num_train_timesteps"), last);
            default -> throw new IllegalStateException();
        };
    }

    /** How many of the noisiest timesteps lambda_min_clipped leaves out. */
    static int clipped(SchedulerConfig config, AlphasCumprod alphas) {
        Double min = config.numberOrNull("lambda_min_clipped");
        if (min == null) {
            return 0;
        }
        float[] lambdas = alphas.lambdas();
        int count = 0;
        while (count < lambdas.length && lambdas[lambdas.length - 1 - count] < min) {
            count++;
        }
        return count;
    }

    private static double flowShift(SchedulerConfig config, ScheduleRequest request) {
        return request.mu() != null ? Math.exp(request.mu()) : config.number("flow_shift");
    }

    /** Levels of a straight line from 1 - 1/T down, shifted, without the final 0. */
    static double[] flow(int n, int train, double shift) {
        double[] alphas = linspace(1, 1.0 / train, n + 1);
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            out[i] = FlowShift.fixed(shift, 1 - alphas[n - i]);
        }
        return out;
    }

    static double[] array(java.util.List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
