package io.darkroom.pipeline;

import io.darkroom.model.Config;
import io.darkroom.model.ModelFolder;
import io.darkroom.noise.NoiseSource;
import io.darkroom.tensor.Tensor;
import java.util.Arrays;

/**
 * What a VAE's config says, and what diffusers' pipelines do before and after its networks ({@code AutoencoderKL},
 * {@code VaeImageProcessor}).
 *
 * @param channels of the latents
 * @param factor pixels to a latent, along each side
 * @param scaling {@code scaling_factor}
 * @param shift {@code shift_factor}, mostly 0
 */
record Autoencoder(int channels, int factor, double scaling, double shift) {
    /** SD 1's, for configs older than the key. */
    private static final double DEFAULT_SCALING = 0.18215;

    /** @throws io.darkroom.model.ModelUnavailableException where the decoder is missing, or its config does not say */
    static Autoencoder of(ModelFolder folder) {
        folder.graph("vae_decoder");
        Config config = folder.config("vae_decoder");
        return new Autoencoder(
                config.integer("latent_channels"),
                1 << (config.length("block_out_channels") - 1),
                config.number("scaling_factor", DEFAULT_SCALING),
                config.number("shift_factor", 0));
    }

    /** A picture as the encoder wants it: [3, H, W] in -1..1. */
    static Tensor toNetwork(InputImage image) {
        int pixels = image.width() * image.height();
        byte[] rgb = image.rgb();
        float[] data = new float[3 * pixels];
        for (int i = 0; i < pixels; i++) {
            for (int c = 0; c < 3; c++) {
                data[c * pixels + i] = 2f * ((rgb[i * 3 + c] & 0xFF) / 255f) - 1f;
            }
        }
        return Tensor.of(data, 3, image.height(), image.width());
    }

    /** What the decoder gave, as pixels in 0..1; what is no number stays so. */
    static Tensor toPixels(Tensor decoded) {
        float[] in = decoded.data();
        float[] out = new float[in.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Math.max(0f, Math.min(1f, in[i] / 2 + 0.5f));
        }
        return Tensor.of(out, decoded.shape());
    }

    /** Latents as the decoder wants them. */
    Tensor unscaled(Tensor latents) {
        float[] in = latents.data();
        float[] out = new float[in.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = in[i] / (float) scaling + (float) shift;
        }
        return Tensor.of(out, latents.shape());
    }

    /** Encoded latents as the denoiser sees them. */
    Tensor scaled(Tensor latents) {
        float[] in = latents.data();
        float[] out = new float[in.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (in[i] - (float) shift) * (float) scaling;
        }
        return Tensor.of(out, latents.shape());
    }

    /** The most likely latents of a posterior: its mean ({@code DiagonalGaussianDistribution.mode}). */
    Tensor mode(Tensor parameters) {
        int n = parameters.size() / 2;
        return Tensor.of(Arrays.copyOf(parameters.data(), n), channels, parameters.dim(1), parameters.dim(2));
    }

    /** Latents drawn from a posterior: mean + std * noise, the logarithm of the variance kept within -30..20. */
    Tensor sample(Tensor parameters, NoiseSource noise) {
        int n = parameters.size() / 2;
        float[] in = parameters.data();
        float[] drawn =
                noise.next(channels, parameters.dim(1), parameters.dim(2)).data();
        float[] out = new float[n];
        for (int i = 0; i < n; i++) {
            float logVariance = Math.max(-30f, Math.min(20f, in[n + i]));
            float std = (float) StrictMath.exp(0.5f * logVariance);
            out[i] = in[i] + std * drawn[i];
        }
        return Tensor.of(out, channels, parameters.dim(1), parameters.dim(2));
    }
}
