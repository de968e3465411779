package io.darkroom.pipeline;

import io.darkroom.model.Conditioning;
import io.darkroom.model.ElementType;
import io.darkroom.sampling.guidance.Branch;
import java.util.Map;

/** Makes what a family's denoiser is conditioned on, with the loaded encoders. Used by the one thread that owns the device. */
interface Conditioner {
    /**
     * What each branch of the guidance is conditioned on.
     *
     * @param a resolved
     * @param picture which of the request's pictures, from 0
     */
    Map<Branch, Conditioning> conditioning(Arguments a, int picture);

    /** The type in which diffusers draws the noise: that of the embeddings. */
    ElementType noiseType();
}
