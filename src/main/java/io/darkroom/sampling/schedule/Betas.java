package io.darkroom.sampling.schedule;

import io.darkroom.sampling.SchedulerConfig;
import java.util.function.DoubleUnaryOperator;

/** The variances of the forward process at each training timestep, in float32 as torch computes them. */
final class Betas {
    private Betas() {}

    /** The largest beta of the cosine schedule. */
    private static final double MAX_BETA = 0.999;

    static float[] of(SchedulerConfig config) {
        double[] trained = config.numbers("trained_betas");
        if (trained.length > 0) {
            return rounded(trained);
        }
        int n = config.integer("num_train_timesteps");
        double start = config.number("beta_start");
        double end = config.number("beta_end");
        return switch (config.string("beta_schedule")) {
            case "linear" -> linspace(start, end, n);
            case "scaled_linear" -> squared(linspace(Math.sqrt(start), Math.sqrt(end), n));
            case "squaredcos_cap_v2" -> ofAlphaBar(n, t -> Math.pow(Math.cos((t + 0.008) / 1.008 * Math.PI / 2), 2));
            case "exp" -> ofAlphaBar(n, t -> Math.exp(-12 * t));
            case "sigmoid" -> sigmoid(start, end, n);
            default -> throw new IllegalStateException("beta_schedule " + config.string("beta_schedule"));
        };
    }

    /** Betas of a given cumulated product (Nichol and Dhariwal 2021, equation 17). */
    private static float[] ofAlphaBar(int n, DoubleUnaryOperator alphaBar) {
        float[] out = new float[n];
        for (int i = 0; i < n; i++) {
            double from = (double) i / n;
            double to = (double) (i + 1) / n;
            out[i] = (float) Math.min(1 - alphaBar.applyAsDouble(to) / alphaBar.applyAsDouble(from), MAX_BETA);
        }
        return out;
    }

    /** DDPM's sigmoid between -6 and 6 (GeoDiff). */
    private static float[] sigmoid(double start, double end, int n) {
        float[] out = linspace(-6, 6, n);
        for (int i = 0; i < n; i++) {
            float s = (float) (1 / (1 + Math.exp(-(double) out[i])));
            out[i] = s * (float) (end - start) + (float) start;
        }
        return out;
    }

    /** Shifted and stretched so that the last timestep is pure noise (Lin et al. 2024, algorithm 1). */
    static float[] rescaledToZeroTerminalSnr(float[] betas) {
        float[] root = AlphasCumprod.cumulated(betas);
        for (int t = 0; t < root.length; t++) {
            root[t] = (float) Math.sqrt(root[t]);
        }
        float first = root[0];
        float last = root[root.length - 1];
        float stretch = first / (first - last);
        float[] out = new float[betas.length];
        float before = 1;
        for (int t = 0; t < out.length; t++) {
            float shifted = (root[t] - last) * stretch;
            float bar = shifted * shifted;
            out[t] = 1 - bar / before;
            before = bar;
        }
        return out;
    }

    /** torch.linspace in float32: from both ends towards the middle. */
    static float[] linspace(double start, double end, int n) {
        float from = (float) start;
        float to = (float) end;
        float step = n > 1 ? (to - from) / (n - 1) : 0;
        float[] out = new float[n];
        for (int i = 0; i < n; i++) {
            out[i] = i < n / 2 || n == 1
                    ? (float) (from + (double) step * i)
                    : (float) (to - (double) step * (n - 1 - i));
        }
        return out;
    }

    private static float[] squared(float[] x) {
        for (int i = 0; i < x.length; i++) {
            x[i] *= x[i];
        }
        return x;
    }

    private static float[] rounded(double[] x) {
        float[] out = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            out[i] = (float) x[i];
        }
        return out;
    }
}
