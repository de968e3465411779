package io.darkroom.training.objective;

import ai.djl.ndarray.NDArray;
import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.sampling.schedule.AlphasCumprod;
import java.util.function.DoubleUnaryOperator;

/**
 * The forward process of DDPM (Ho et al. 2020, equation 4) with the cumulated products that samplers will use:
 *
 * <pre>z_t = sqrt(a_t) z0 + sqrt(1 - a_t) epsilon,   SNR_t = a_t / (1 - a_t),   t = floor(T u)</pre>
 */
public final class Diffusion {
    private final AlphasCumprod alphas;

    private Diffusion(AlphasCumprod alphas) {
        this.alphas = alphas;
    }

    /** As a model's scheduler config says. */
    public static Diffusion of(SchedulerConfig config) {
        return new Diffusion(AlphasCumprod.of(config));
    }

    /** The training timestep at a point of the path. */
    int timestep(float u) {
        return (int) (u * alphas.length());
    }

    /** a_t, the share of the data's variance. */
    double alpha(float u) {
        return alphas.at(timestep(u));
    }

    /** sqrt(a_t) x + sqrt(1 - a_t) y. */
    NDArray noised(NDArray x, NDArray y, float[] u) {
        return x.mul(Objective.column(x, of(u, a -> Math.sqrt(a))))
                .add(y.mul(Objective.column(x, of(u, a -> Math.sqrt(1 - a)))));
    }

    /** sqrt(a_t) y - sqrt(1 - a_t) x. */
    NDArray velocity(NDArray x, NDArray y, float[] u) {
        return y.mul(Objective.column(x, of(u, a -> Math.sqrt(a))))
                .sub(x.mul(Objective.column(x, of(u, a -> Math.sqrt(1 - a)))));
    }

    float[] timesteps(float[] u) {
        float[] t = new float[u.length];
        for (int i = 0; i < t.length; i++) {
            t[i] = timestep(u[i]);
        }
        return t;
    }

    /** What a function of SNR_t gives at each point of the path. */
    float[] bySnr(float[] u, DoubleUnaryOperator ofSnr) {
        return of(u, a -> ofSnr.applyAsDouble(a / (1 - a)));
    }

    private float[] of(float[] u, DoubleUnaryOperator ofAlpha) {
        float[] out = new float[u.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) ofAlpha.applyAsDouble(alpha(u[i]));
        }
        return out;
    }
}
