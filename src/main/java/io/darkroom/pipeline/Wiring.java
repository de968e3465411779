package io.darkroom.pipeline;

import io.darkroom.tensor.Tensor;

/** How a denoiser is given a sample, [channels, height, width] of latents, and how its answer is read. */
interface Wiring {
    /** Both as they are. */
    Wiring PLAIN = new Wiring() {};

    /** What goes in, from the scaled sample. */
    default Tensor input(Tensor sample) {
        return sample;
    }

    /** The time that goes in, from the scheduler's. */
    default double time(double time) {
        return time;
    }

    /** The prediction, of the sample's shape, from what came out. */
    default Tensor prediction(Tensor output, Tensor sample) {
        return output;
    }
}
