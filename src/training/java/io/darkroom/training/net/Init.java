package io.darkroom.training.net;

import java.util.Random;

/** How a weight begins. */
@FunctionalInterface
public interface Init {
    /** All zero: biases, and layers that shall do nothing at first. */
    Init ZEROS = (values, random) -> {};

    /** All one: the scales of norms. */
    Init ONES = (values, random) -> java.util.Arrays.fill(values, 1);

    /**
     * Fills a weight.
     *
     * @param values zeros, in row-major order, to be changed
     * @param random the only source of chance
     */
    void fill(float[] values, Random random);

    /** Normally distributed about 0. */
    static Init normal(double deviation) {
        return (values, random) -> {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (deviation * random.nextGaussian());
            }
        };
    }

    /**
     * Uniform within 1/sqrt(fanIn) of 0: what torch gives to linear layers and convolutions.
     *
     * @param fanIn how many values are summed for one of the output
     */
    static Init fanIn(int fanIn) {
        double bound = 1 / Math.sqrt(fanIn);
        return (values, random) -> {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (bound * (2 * random.nextDouble() - 1));
            }
        };
    }
}
