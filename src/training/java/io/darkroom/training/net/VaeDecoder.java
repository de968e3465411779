package io.darkroom.training.net;

import java.util.List;

/**
 * The decoder of a variational autoencoder (diffusers' {@code AutoencoderKL}): latents become pictures
 * in -1..1.
 *
 * @param widths channels of each level, as the encoder's: from the pictures' to the latents'
 * @param layers residual blocks of a level of the encoder; the decoder has one more
 * @param latents channels of the latents
 * @param groups of the norms
 * @param attention whether the smallest size has attention over all places, which costs the square of their number
 */
public record VaeDecoder(List<Integer> widths, int layers, int latents, int groups, boolean attention)
        implements Definition {
    /** Makes one. */
    public VaeDecoder {
        widths = List.copyOf(widths);
    }

    /** Without attention. */
    public VaeDecoder(List<Integer> widths, int layers, int latents, int groups) {
        this(widths, layers, latents, groups, false);
    }

    @Override
    public List<Port> inputs() {
        return List.of(
                Port.floats("latent_sample", "batch_size", String.valueOf(latents), "latent_height", "latent_width"));
    }

    @Override
    public List<Port> outputs() {
        // optimum works out its buffers from these names: a word of an input's, a space, what is done to it.
        String grown = " * " + VaeEncoder.factor(widths);
        return List.of(Port.floats("sample", "batch_size", "3", "latent_height" + grown, "latent_width" + grown));
    }

    @Override
    public <T> List<T> forward(Layers<T> net, List<T> inputs) {
        Ops<T> ops = net.ops();
        Resnet<T> resnet = new Resnet<>(net, groups, VaeEncoder.EPSILON);
        int in = widths.get(widths.size() - 1);
        T x = net.conv("post_quant_conv", inputs.get(0), latents, latents, 1, 1);
        x = net.conv("decoder.conv_in", x, latents, in, 3, 1);
        x = VaeMiddle.apply(resnet, "decoder.mid_block", x, in, attention);
        for (int level = 0; level < widths.size(); level++) {
            String block = "decoder.up_blocks." + level;
            int out = widths.get(widths.size() - 1 - level);
            for (int i = 0; i <= layers; i++) {
                x = resnet.apply(block + ".resnets." + i, x, in, out, null, 0);
                in = out;
            }
            if (level < widths.size() - 1) {
                x = net.conv(block + ".upsamplers.0.conv", ops.upsample(x), in, in, 3, 1);
            }
        }
        x = ops.silu(net.groupNorm("decoder.conv_norm_out", x, in, groups, VaeEncoder.EPSILON));
        return List.of(net.conv("decoder.conv_out", x, in, 3, 3, 1));
    }
}
