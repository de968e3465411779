package io.darkroom.pipeline;

import io.darkroom.model.Conditioning;
import io.darkroom.model.ElementType;
import io.darkroom.sampling.guidance.Branch;
import java.util.List;
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

    /**
     * Encodes the texts of several requests together, as far as they are not known yet, so that {@link #conditioning}
     * finds them.
     *
     * @param requests resolved
     */
    default void prepare(List<Arguments> requests) {}

    /** The type in which diffusers draws the noise: that of the embeddings. */
    ElementType noiseType();
}
