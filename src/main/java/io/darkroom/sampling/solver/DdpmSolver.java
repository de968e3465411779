package io.darkroom.sampling.solver;

import static io.darkroom.tensor.Linear.combine;

import io.darkroom.noise.NoiseSource;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.schedule.AlphasCumprod;
import io.darkroom.tensor.Tensor;
import java.util.Arrays;

/**
 * DDPM's ancestral sampling (Ho, Jain and Abbeel 2020, equations 6 and 7; learned variances: Nichol and Dhariwal 2021,
 * equation 15); diffusers' DDPMScheduler.
 */
final class DdpmSolver extends Solver {
    /** How large the posterior's variance is taken to be. */
    enum Variance {
        FIXED_SMALL,
        FIXED_SMALL_LOG,
        FIXED_LARGE,
        FIXED_LARGE_LOG,
        LEARNED,
        LEARNED_RANGE;

        /** Whether a model may give variances in a second half of its channels. */
        boolean isLearned() {
            return this == LEARNED || this == LEARNED_RANGE;
        }
    }

    private final AlphasCumprod alphas;
    private final Variance variance;

    DdpmSolver(Grid grid, Prediction prediction, Limit limit, AlphasCumprod alphas, Variance variance) {
        super(grid, prediction, limit);
        this.alphas = alphas;
        this.variance = variance;
    }

    @Override
    int timestepsKnown() {
        return alphas.length();
    }

    @Override
    Point point(int index) {
        return Point.ofAlphaBar(alphas.at(grid.timestep(index)));
    }

    @Override
    public Progress advance(Pending pending, Tensor output, NoiseSource noise) {
        int i = pending.index();
        Tensor x = pending.sample();
        boolean learned = variance.isLearned() && output.dim(0) == 2 * x.dim(0);
        Tensor mean = learned ? half(output, 0, x) : output;

        double bar = alphas.at(grid.timestep(i));
        double barBefore = i + 1 < grid.evaluations() ? alphas.at(grid.timestep(i + 1)) : 1;
        double alpha = bar / barBefore;
        double beta = 1 - alpha;
        Tensor x0 = x0(x, mean, point(i));
        Tensor next =
                combine(Math.sqrt(barBefore) * beta / (1 - bar), x0, Math.sqrt(alpha) * (1 - barBefore) / (1 - bar), x);

        if (grid.timestep(i) > 0) {
            double small = Math.max((1 - barBefore) / (1 - bar) * beta, 1e-20);
            Tensor drawn = noise.next(x.shape());
            next = learned
                    ? plusLearned(next, half(output, 1, x), drawn, small, beta)
                    : combine(1, next, fixed(small, beta), drawn);
        }
        return at(i + 1, next, x0, Nothing.NOTHING);
    }

    /** The standard deviation. That of "fixed_large_log" is NaN in diffusers too: the root of a log below 0. */
    private double fixed(double small, double beta) {
        return switch (variance) {
            case FIXED_SMALL, FIXED_SMALL_LOG -> Math.sqrt(small);
            case FIXED_LARGE -> Math.sqrt(beta);
            case FIXED_LARGE_LOG -> Math.sqrt(Math.log(beta));
            case LEARNED, LEARNED_RANGE -> throw new IllegalArgumentException(
                    "the model gives no variances: its output has as many channels as the sample");
        };
    }

    private Tensor plusLearned(Tensor mean, Tensor learned, Tensor noise, double small, double beta) {
        float[] out = new float[mean.size()];
        double low = Math.log(small);
        double high = Math.log(beta);
        for (int k = 0; k < out.length; k++) {
            double v = learned.data()[k];
            double std = variance == Variance.LEARNED
                    ? Math.sqrt(v)
                    : Math.exp(0.5 * ((v + 1) / 2 * high + (1 - (v + 1) / 2) * low));
            out[k] = (float) (mean.data()[k] + std * noise.data()[k]);
        }
        return Tensor.of(out, mean.shape());
    }

    /** The first or second half of the channels. */
    private static Tensor half(Tensor output, int which, Tensor like) {
        int n = like.size();
        return Tensor.of(Arrays.copyOfRange(output.data(), which * n, (which + 1) * n), like.shape());
    }
}
