package io.darkroom.training.net;

import java.util.List;

/**
 * The encoder of a variational autoencoder (Rombach et al. 2022; diffusers' {@code AutoencoderKL}):
 * pictures in -1..1 become mean and log variance of latents.
 *
 * @param widths channels of each level; each but the last halves the size
 * @param layers residual blocks of a level
 * @param latents channels of the latents
 * @param groups of the norms
 * @param attention whether the smallest size has attention over all places, which costs the square of their number
 */
public record VaeEncoder(List<Integer> widths, int layers, int latents, int groups, boolean attention)
        implements Definition {
    static final float EPSILON = 1e-6f;

    /** Makes one. */
    public VaeEncoder {
        widths = List.copyOf(widths);
    }

    /** Without attention. */
    public VaeEncoder(List<Integer> widths, int layers, int latents, int groups) {
        this(widths, layers, latents, groups, false);
    }

    @Override
    public List<Port> inputs() {
        return List.of(Port.floats("sample", "batch_size", "3", "sample_height", "sample_width"));
    }

    @Override
    public List<Port> outputs() {
        String shrunk = " / " + factor(widths);
        return List.of(Port.floats(
                "latent_parameters",
                "batch_size",
                String.valueOf(2 * latents),
                "sample_height" + shrunk,
                "sample_width" + shrunk));
    }

    /** Pixels of a picture's side for one of its latents. */
    static int factor(List<Integer> widths) {
        return 1 << (widths.size() - 1);
    }

    @Override
    public <T> List<T> forward(Layers<T> net, List<T> inputs) {
        Ops<T> ops = net.ops();
        Resnet<T> resnet = new Resnet<>(net, groups, EPSILON);
        int in = widths.get(0);
        T x = net.conv("encoder.conv_in", inputs.get(0), 3, in, 3, 1);
        for (int level = 0; level < widths.size(); level++) {
            String block = "encoder.down_blocks." + level;
            int out = widths.get(level);
            for (int i = 0; i < layers; i++) {
                x = resnet.apply(block + ".resnets." + i, x, in, out, null, 0);
                in = out;
            }
            if (level < widths.size() - 1) {
                String down = block + ".downsamplers.0.conv";
                x = net.conv(down, ops.padEnd(x), in, in, 3, 2, 0, Init.fanIn(in * 9));
            }
        }
        x = VaeMiddle.apply(resnet, "encoder.mid_block", x, in, attention);
        x = ops.silu(net.groupNorm("encoder.conv_norm_out", x, in, groups, EPSILON));
        x = net.conv("encoder.conv_out", x, in, 2 * latents, 3, 1);
        return List.of(net.conv("quant_conv", x, 2 * latents, 2 * latents, 1, 1));
    }
}
