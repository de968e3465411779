package io.darkroom.model;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The networks of one model, loaded on one device. Closing it closes each of them. */
public interface Networks extends AutoCloseable {
    /** The text encoders by component name: {@code text_encoder}, {@code text_encoder_2}, {@code text_encoder_3}. */
    Map<String, TextEncoder> textEncoders();

    /** The UNet or transformer. */
    Denoiser denoiser();

    /** The VAE's decoder. */
    LatentDecoder decoder();

    /** The VAE's encoder; null where the folder has none. */
    @Nullable
    LatentEncoder encoder();

    /** What of each LoRA did not find a place in the networks, by the LoRA's name; empty where all did. */
    default Map<String, String> leftOut() {
        return Map.of();
    }

    @Override
    void close();
}
