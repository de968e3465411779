package io.darkroom.model;

import io.darkroom.tensor.Tensor;
import java.util.List;

/** The decoder half of a VAE. */
public interface LatentDecoder extends Network {
    /**
     * Decodes latents.
     *
     * @param latents [channels, height, width] each, already divided by the scaling factor
     * @return pictures [3, H, W], nominally in -1..1, not clamped
     */
    List<Tensor> decode(List<Tensor> latents);
}
