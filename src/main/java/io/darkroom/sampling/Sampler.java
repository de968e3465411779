package io.darkroom.sampling;

import io.darkroom.noise.NoiseSource;
import io.darkroom.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One reverse process over a fixed schedule, as a function between evaluations of the model. Immutable: everything that
 * changes from one evaluation to the next is in the {@link Pending} value.
 *
 * <p>A solver's step may need one evaluation (DDIM, Euler, the multistep methods) or two (Heun, KDPM2), so the unit is
 * the evaluation. Tensors are one picture's latents, without a batch axis. Made by {@link Schedulers#create}.
 */
public interface Sampler {
    /**
     * How many evaluations of the model there are from pure noise to the end: one for each of {@link #timesteps()}. A
     * run that begins at an index, or waits at one, has {@code evaluations() - index} before it.
     */
    int evaluations();

    /** diffusers' {@code timesteps}, one for each evaluation. A copy. */
    double[] timesteps();

    /** diffusers' {@code sigmas} where its class holds them, mostly one more than timesteps; else empty. A copy. */
    double[] sigmas();

    /** {@code num_inference_steps}, as {@code get_timesteps} of the image-to-image pipelines counts them. */
    int steps();

    /** diffusers' {@code order}: an image-to-image run that leaves out k steps begins at index {@code k * order()}. */
    int order();

    /** diffusers' {@code init_noise_sigma}: what {@link Start.Noise} is multiplied by. */
    double initNoiseSigma();

    /** The first evaluation, or the end where the start is already there. */
    Progress begin(Start start);

    /**
     * Takes the model's answer to a pending evaluation and goes on to the next.
     *
     * @param prediction what the model (after guidance) gave for {@code pending.input()} at {@code pending.time()}; its
     *     shape is the sample's, or has twice the channels where the model predicts variances
     * @param noise where stochastic samplers draw from, in diffusers' order
     */
    Progress advance(Pending pending, Tensor prediction, NoiseSource noise);

    /**
     * x0 with noise at an index into diffusers' timesteps ({@code add_noise}, {@code scale_noise}); at the index after
     * the last it is x0 itself.
     */
    Tensor noised(Tensor x0, Tensor noise, int index);

    /**
     * Why a run from an index into {@link #timesteps()} cannot come to a finite end, whatever the model answers: diffusers
     * raises there, looks up a timestep from the wrong end, or divides by zero. Null where it can.
     *
     * @return what follows the number of steps (or the schedule) in a message
     */
    @Nullable
    String obstacle(int index);

    /** Reads back what a {@link Pending.Memory} of this sampler gave with {@code save()}. */
    Pending.Memory restore(SavedMemory saved);
}
