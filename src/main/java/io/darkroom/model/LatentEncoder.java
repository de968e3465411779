package io.darkroom.model;

import io.darkroom.tensor.Tensor;
import java.util.List;

/** The encoder half of a VAE. */
public interface LatentEncoder extends Network {
    /**
     * Whether the graph draws from the posterior itself (exports older than optimum 1.23), with noise that no seed
     * governs.
     */
    boolean sampled();

    /**
     * Encodes pictures.
     *
     * @param pictures [3, H, W] each, in -1..1
     * @return the posterior's mean and logarithm of the variance, stacked on the channel axis, [2 channels, h, w]; or
     *     its sample, [channels, h, w], where {@link #sampled()}
     */
    List<Tensor> encode(List<Tensor> pictures);
}
