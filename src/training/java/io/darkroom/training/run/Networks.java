package io.darkroom.training.run;

import io.darkroom.training.data.Attributes;
import io.darkroom.training.net.ClipTextEncoder;
import io.darkroom.training.net.Definition;
import io.darkroom.training.net.DiffusionTransformer;
import io.darkroom.training.net.PatchDiscriminator;
import io.darkroom.training.net.PictureClassifier;
import io.darkroom.training.net.UNet;
import io.darkroom.training.net.VaeDecoder;
import io.darkroom.training.net.VaeEncoder;
import io.darkroom.training.run.TrainingConfig.Kind;
import java.util.List;

/** The sizes of the networks that are trained: what two CPU cores can teach in an hour each, and 30 MB can hold. */
final class Networks {
    /** Of a text, begin, end and padding included. */
    static final int TOKENS = 40;
    /** Channels of a latent. */
    static final int LATENT_CHANNELS = 4;

    private static final int VOCABULARY = 1098;
    private static final int END = 1097;
    private static final List<Integer> VAE = List.of(16, 32, 64, 96);
    private static final int VAE_GROUPS = 8;
    private static final int TEXT = 128;
    /** Each of two, as Stable Diffusion 3's pipeline has. */
    private static final int FLOW_TEXT = 64;
    /** The largest picture of the flow has 16 x 16 patches of 16 pixels. */
    private static final int SIDE = 16;

    private Networks() {}

    static VaeEncoder vaeEncoder() {
        return new VaeEncoder(VAE, 1, LATENT_CHANNELS, VAE_GROUPS);
    }

    static VaeDecoder vaeDecoder() {
        return new VaeDecoder(VAE, 1, LATENT_CHANNELS, VAE_GROUPS);
    }

    static PatchDiscriminator critic() {
        return new PatchDiscriminator(List.of(32, 64, 96));
    }

    static PictureClassifier classifier() {
        return PictureClassifier.ofClasses(Attributes.logits());
    }

    /** The text encoders of a kind of denoiser. */
    static List<ClipTextEncoder> texts(Kind kind) {
        return switch (kind) {
            case UNET -> List.of(new ClipTextEncoder(VOCABULARY, TOKENS, TEXT, 3, 4, END, 0));
            case DIT -> List.of(flowText(), flowText());
        };
    }

    private static ClipTextEncoder flowText() {
        return new ClipTextEncoder(VOCABULARY, TOKENS, FLOW_TEXT, 3, 2, END, FLOW_TEXT);
    }

    static UNet unet() {
        return new UNet(LATENT_CHANNELS, List.of(80, 112, 112), List.of(false, true, true), 1, 4, 16, TEXT, 4);
    }

    static DiffusionTransformer transformer() {
        return new DiffusionTransformer(
                LATENT_CHANNELS, 2, SIDE, 192, 6, 6, 96, 2 * FLOW_TEXT, TOKENS, 2 * FLOW_TEXT);
    }

    static Definition denoiser(Kind kind) {
        return switch (kind) {
            case UNET -> unet();
            case DIT -> transformer();
        };
    }
}
