package io.darkroom.pipeline;

import io.darkroom.tensor.Tensor;

/**
 * The guidance scale as an input of a distilled UNet (Luo et al. 2023, Latent Consistency Models, section 4.2):
 * {@code get_guidance_scale_embedding} of diffusers' {@code LatentConsistencyModelPipeline}, in float32 like there.
 */
final class GuidanceEmbedding {
    /** The name of the UNet's input. */
    static final String INPUT = "timestep_cond";

    private GuidanceEmbedding() {}

    /**
     * Sines and cosines of 1000 w at geometric frequencies from 1 to 1/10000.
     *
     * @param guidanceScale the request's; w is one less
     * @param width {@code time_cond_proj_dim}, even
     * @return [width]
     */
    static Tensor of(double guidanceScale, int width) {
        int half = width / 2;
        float w = (float) (guidanceScale - 1) * 1000f;
        float decay = (float) StrictMath.log(10000) / (half - 1);
        float[] embedding = new float[width];
        for (int i = 0; i < half; i++) {
            float angle = w * (float) StrictMath.exp(i * -decay);
            embedding[i] = (float) StrictMath.sin(angle);
            embedding[half + i] = (float) StrictMath.cos(angle);
        }
        return Tensor.of(embedding, width);
    }
}
