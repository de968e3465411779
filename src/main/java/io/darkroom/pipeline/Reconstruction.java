package io.darkroom.pipeline;

import io.darkroom.model.Denoiser;
import io.darkroom.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A picture that went through the VAE's encoder alone: nothing is sampled, and decoding it shows what the VAE loses.
 *
 * @param latents the mean of the encoder's posterior, scaled
 * @param source the picture, [3, H, W] in 0..1
 */
record Reconstruction(long seed, Tensor latents, Tensor source) implements Sampling {
    /** Where nothing is lost at all: JSON has no infinity. */
    private static final double LEAST_ERROR = 1e-12;

    @Override
    public List<Denoiser.Row> rows() {
        return List.of();
    }

    @Override
    public void advance(List<Tensor> outputs) {
        throw new IllegalStateException("a reconstruction has no steps");
    }

    @Override
    public SavedPicture save() {
        return SavedPicture.NOTHING;
    }

    @Override
    public void restore(SavedPicture picture) {}

    @Override
    public boolean done() {
        return true;
    }

    @Override
    public @Nullable Tensor estimate() {
        return null;
    }

    @Override
    public String phase() {
        return "reconstruct";
    }

    @Override
    public int step() {
        return 0;
    }

    @Override
    public int steps() {
        return 0;
    }

    @Override
    public Map<String, Double> measurements() {
        return Map.of();
    }

    /** The peak signal-to-noise ratio in dB, over all pixels and colours in 0..1. */
    @Override
    public Map<String, Double> measurements(Tensor pixels) {
        double sum = 0;
        for (int i = 0; i < source.size(); i++) {
            double d = (double) source.data()[i] - pixels.data()[i];
            sum += d * d;
        }
        return Map.of("psnr", -10 * Math.log10(Math.max(sum / source.size(), LEAST_ERROR)));
    }
}
