package io.darkroom.training.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/**
 * What a denoiser is trained for: a path from data z0 to noise epsilon, and what is to be predicted on it.
 *
 * <pre>L = E[ w(u) * mean((target - f(z_u, time(u), condition))^2) ]</pre>
 *
 * <p>u in [0, 1) says how far along the path: 0 is data, 1 is noise, for every objective.
 */
public sealed interface Objective permits Epsilon, Velocity, Flow {
    /**
     * A batch on its way to noise.
     *
     * @param z0 the data, [batch, ...]
     * @param epsilon standard normal, of the same shape
     * @param u for each of the batch, 0 &lt;= u &lt; 1
     */
    Noised noise(NDArray z0, NDArray epsilon, float[] u);

    /**
     * What a network is given and should answer.
     *
     * @param input z_u, as z0
     * @param time what the network is told of u, [batch]: timesteps of diffusers' scale, 0..1000
     * @param target as z0
     * @param weight w(u), [batch]
     */
    record Noised(NDArray input, NDArray time, NDArray target, NDArray weight) {
        /** The weighted mean of squares, a scalar. */
        public NDArray loss(NDArray output) {
            return perSample(output).mul(weight).mean();
        }

        /** The mean of squares of each of the batch, [batch], unweighted. */
        public NDArray perSample(NDArray output) {
            NDArray difference = output.sub(target);
            return difference.mul(difference).reshape(target.getShape().get(0), -1).mean(new int[] {1});
        }
    }

    /** One factor for each of a batch, in a shape that multiplies it. */
    static NDArray column(NDArray like, float[] factors) {
        long[] shape = new long[like.getShape().dimension()];
        Arrays.fill(shape, 1);
        shape[0] = factors.length;
        return like.getManager().create(factors, new Shape(shape));
    }
}
