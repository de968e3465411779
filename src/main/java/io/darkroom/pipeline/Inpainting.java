package io.darkroom.pipeline;

import io.darkroom.sampling.Done;
import io.darkroom.sampling.Pending;
import io.darkroom.sampling.Progress;
import io.darkroom.sampling.Sampler;
import io.darkroom.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * Repainting the white part of a mask, as diffusers' {@code StableDiffusionInpaintPipeline}: a UNet made for it sees the
 * mask and the masked picture beside the sample; any other has what lies outside the mask put back after every
 * evaluation, noised to where the sample is (Lugmayr et al. 2022, RePaint, without its resampling).
 */
final class Inpainting {
    private Inpainting() {}

    /**
     * A mask for a picture of a size: resized, turned to grey, and cut at the middle ({@code VaeImageProcessor} with
     * {@code do_binarize} and {@code do_convert_grayscale}).
     *
     * @return [1, height, width] of 0 (kept) and 1 (repainted)
     */
    static Tensor mask(InputImage given, int width, int height) {
        InputImage image = Lanczos.resize(given, width, height);
        byte[] rgb = image.rgb();
        float[] mask = new float[width * height];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = grey(rgb[3 * i] & 0xFF, rgb[3 * i + 1] & 0xFF, rgb[3 * i + 2] & 0xFF) / 255f < 0.5f ? 0 : 1;
        }
        return Tensor.of(mask, 1, height, width);
    }

    /** Pillow's {@code convert("L")}: ITU-R 601 in 16-bit fixed point. */
    private static int grey(int red, int green, int blue) {
        return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
    }

    /** The mask at the size of the latents: each takes its top left pixel ({@code interpolate}, nearest). */
    static Tensor latentMask(Tensor mask, int factor) {
        int height = mask.dim(1) / factor;
        int width = mask.dim(2) / factor;
        float[] small = new float[height * width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                small[y * width + x] = mask.data()[y * factor * mask.dim(2) + x * factor];
            }
        }
        return Tensor.of(small, 1, height, width);
    }

    /** A picture as the encoder wants it, [3, H, W], with the part to be repainted grey. */
    static Tensor masked(Tensor picture, Tensor mask) {
        float[] out = new float[picture.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = mask.data()[i % mask.size()] < 0.5f ? picture.data()[i] : 0;
        }
        return Tensor.of(out, picture.shape());
    }

    /** For a UNet with nine channels: sample, mask, masked picture. */
    static Wiring beside(Tensor latentMask, Tensor maskedLatents) {
        return new Wiring() {
            @Override
            public Tensor input(Tensor sample) {
                return Join.first(sample, latentMask, maskedLatents);
            }
        };
    }

    /** For a UNet with four: after each evaluation the kept part is put back, with the noise of the next one; at the end with none. */
    static UnaryOperator<Progress> puttingBack(Sampler sampler, Tensor latentMask, Tensor kept, Tensor noise) {
        return progress -> progress instanceof Pending p
                ? p.withSample(blended(latentMask, sampler.noised(kept, noise, p.index()), p.sample()))
                : new Done(blended(latentMask, kept, ((Done) progress).latents()));
    }

    private static Tensor blended(Tensor mask, Tensor kept, Tensor repainted) {
        float[] out = new float[kept.size()];
        for (int i = 0; i < out.length; i++) {
            float m = mask.data()[i % mask.size()];
            out[i] = (1 - m) * kept.data()[i] + m * repainted.data()[i];
        }
        return Tensor.of(out, kept.shape());
    }
}
