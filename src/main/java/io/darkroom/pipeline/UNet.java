package io.darkroom.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.model.Config;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.sampling.guidance.Guidance;
import io.darkroom.sampling.guidance.NoGuidance;
import java.util.List;

/**
 * What a {@code UNet2DConditionModel}'s config says.
 *
 * @param inChannels those of the latents, or for inpainting also a mask and the masked picture's latents
 * @param frame the sizes it takes
 * @param guidanceEmbedding {@code time_cond_proj_dim}: the width of the embedded guidance scale; 0 where it takes none
 */
record UNet(int inChannels, Family.Frame frame, int guidanceEmbedding) {
    static UNet of(ModelFolder folder, Autoencoder autoencoder) {
        folder.graph("unet");
        Config unet = folder.config("unet");
        int channels = unet.integer("in_channels");
        int inpainting = 2 * autoencoder.channels() + 1;
        if (channels != autoencoder.channels() && channels != inpainting) {
            throw new ModelUnavailableException(unet.file() + ": in_channels: found " + channels + ", expected "
                    + autoencoder.channels() + " as the VAE's latent_channels, or " + inpainting + " for inpainting");
        }
        JsonNode size = unet.json().path("sample_size");
        int height = size.isArray() ? size.path(0).asInt() : unet.integer("sample_size", 64);
        int width = size.isArray() ? size.path(1).asInt() : height;
        // Each of the UNet's blocks but the last halves the latents; the traced graph cannot halve an odd number.
        int multiple = autoencoder.factor() << (unet.length("block_out_channels") - 1);
        return new UNet(
                channels,
                new Family.Frame(width * autoencoder.factor(), height * autoencoder.factor(), multiple, false, true),
                unet.integer("time_cond_proj_dim", 0));
    }

    /** Whether its input holds a mask and a masked picture. */
    boolean inpaints(Autoencoder autoencoder) {
        return inChannels != autoencoder.channels();
    }

    /**
     * What is left to do of a guidance: a distilled UNet takes the scale as an input, so that one call does what takes two
     * elsewhere.
     *
     * @param asked made from the request in any case, so that what is wrong with it is told
     */
    Guidance guidance(Guidance asked) {
        return guidanceEmbedding > 0 ? NoGuidance.NONE : asked;
    }

    /** Notes where a guider has no effect. */
    void warn(Arguments a, List<Warning> warnings) {
        if (guidanceEmbedding > 0 && a.guider() != null) {
            warnings.add(new Warning("guider", "not used: this model takes guidance_scale as an input"));
        }
    }
}
