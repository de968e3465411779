package io.darkroom.training.net;

import java.util.List;

/**
 * Tells drawings from reconstructions, patch by patch (Isola et al. 2017): a logit for each of a grid of overlapping
 * patches.
 *
 * @param widths channels of each level; each halves the size
 */
public record PatchDiscriminator(List<Integer> widths) implements Definition {
    private static final float SLOPE = 0.2f;
    private static final int GROUPS = 8;

    /** Makes one. */
    public PatchDiscriminator {
        widths = List.copyOf(widths);
    }

    @Override
    public List<Port> inputs() {
        return List.of(Port.floats("sample", "batch", "3", "height", "width"));
    }

    @Override
    public List<Port> outputs() {
        return List.of(Port.floats("logits", "batch", "1", "patch_height", "patch_width"));
    }

    @Override
    public <T> List<T> forward(Layers<T> layers, List<T> inputs) {
        Ops<T> ops = layers.ops();
        T x = inputs.get(0);
        int in = 3;
        for (int i = 0; i < widths.size(); i++) {
            int out = widths.get(i);
            x = layers.conv("levels." + i + ".conv", x, in, out, 4, 2, 1, Init.normal(Math.sqrt(2.0 / (16 * in))));
            // None after the first: it would hide brightness and contrast.
            x = i == 0 ? x : layers.groupNorm("levels." + i + ".norm", x, out, GROUPS, 1e-5f);
            x = ops.leakyRelu(x, SLOPE);
            in = out;
        }
        return List.of(layers.conv("head", x, in, 1, 3, 1));
    }
}
