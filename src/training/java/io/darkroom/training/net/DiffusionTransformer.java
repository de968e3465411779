package io.darkroom.training.net;

import java.util.List;

/**
 * A diffusion transformer (Peebles and Xie 2023) for flow matching, conditioned on text: patches of the latents are tokens;
 * time and pooled text modulate each block through layer norms that begin as doing nothing (adaLN-Zero); cross-attention
 * sees the text's tokens (as Chen et al. 2023). Its inputs and output are those of Stable Diffusion 3's transformer.
 *
 * @param latents channels in and out
 * @param patch pixels of a patch's side
 * @param side of the largest grid of patches; a smaller one has the positions of its middle
 * @param width of a token
 * @param layers blocks
 * @param heads of the attention
 * @param modulation width of what modulates: time and pooled text
 * @param textWidth of a token of the text
 * @param textTokens how many of the text's tokens are seen: what follows is padding that a pipeline adds for an encoder
 *     that is not there
 * @param pooledWidth of the pooled text
 */
public record DiffusionTransformer(
        int latents,
        int patch,
        int side,
        int width,
        int layers,
        int heads,
        int modulation,
        int textWidth,
        int textTokens,
        int pooledWidth)
        implements Definition {
    private static final float EPSILON = 1e-6f;
    private static final int WAVES = 256;
    private static final int INNER = 4;

    @Override
    public List<Port> inputs() {
        return List.of(
                Port.floats("hidden_states", "batch_size", String.valueOf(latents), "height", "width"),
                Port.floats("encoder_hidden_states", "batch_size", "sequence_length", String.valueOf(textWidth)),
                Port.floats("pooled_projections", "batch_size", String.valueOf(pooledWidth)),
                Port.floats("timestep", "step"));
    }

    @Override
    public List<Port> outputs() {
        return List.of(Port.floats("out_hidden_states", "batch_size", String.valueOf(latents), "height", "width"));
    }

    @Override
    public <T> List<T> forward(Layers<T> net, List<T> inputs) {
        Ops<T> ops = net.ops();
        T latent = inputs.get(0);
        T text = ops.slice(inputs.get(1), 1, 0, textTokens);
        text = net.layerNorm("context_norm", text, textWidth, EPSILON);
        T time = TimeEmbedding.mlp(
                net,
                "time_text_embed.timestep_embedder",
                TimeEmbedding.waves(ops, inputs.get(3), WAVES),
                WAVES,
                modulation);
        T pooled = TimeEmbedding.mlp(net, "time_text_embed.text_embedder", inputs.get(2), pooledWidth, modulation);
        T condition = ops.silu(ops.add(time, pooled));

        int in = latents * patch * patch;
        T grid = net.conv("pos_embed.proj", latent, latents, width, patch, patch, 0, Init.fanIn(in));
        T places = ops.constant(places(), 1, width, side, side);
        T x = ops.tokens(ops.add(grid, ops.centre(places, side, grid)));
        for (int i = 0; i < layers; i++) {
            x = block(net, "transformer_blocks." + i, x, text, condition);
        }
        List<T> last = ops.chunk(modulation(net, "norm_out.linear", condition, 2), 2, 2);
        x = modulated(net, x, last.get(0), last.get(1));
        x = net.linear("proj_out", x, width, in, Init.ZEROS);
        return List.of(ops.pixelShuffle(ops.grid(x, grid), patch));
    }

    private <T> T block(Layers<T> net, String name, T x, T text, T condition) {
        Ops<T> ops = net.ops();
        Attention<T> attention = new Attention<>(net, heads);
        List<T> m = ops.chunk(modulation(net, name + ".norm1.linear", condition, 6), 6, 2);
        T h = modulated(net, x, m.get(0), m.get(1));
        h = attention.module(name + ".attn1", h, width, h, width, Init.fanIn(width));
        T y = ops.add(x, ops.mul(h, m.get(2)));
        h = ops.layerNorm(y, width, null, null, EPSILON);
        y = ops.add(y, attention.module(name + ".attn2", h, width, text, textWidth, Init.ZEROS));
        h = modulated(net, y, m.get(3), m.get(4));
        h = ops.gelu(net.linear(name + ".ff.net.0.proj", h, width, INNER * width));
        h = net.linear(name + ".ff.net.2", h, INNER * width, width);
        return ops.add(y, ops.mul(h, m.get(5)));
    }

    /** [batch, 1, count width], all zero at first. */
    private <T> T modulation(Layers<T> net, String name, T condition, int count) {
        return net.ops().reshape(net.linear(name, condition, modulation, count * width, Init.ZEROS), 0, 1, -1);
    }

    /** LN(x) (1 + scale) + shift. */
    private <T> T modulated(Layers<T> net, T x, T shift, T scale) {
        Ops<T> ops = net.ops();
        T normal = ops.layerNorm(x, width, null, null, EPSILON);
        return ops.add(ops.mul(normal, ops.shift(scale, 1)), shift);
    }

    /** Sines and cosines of column and row, a quarter of the channels each, [width, side, side]. */
    private float[] places() {
        int quarter = width / 4;
        float[] places = new float[width * side * side];
        for (int c = 0; c < width; c++) {
            int part = c / quarter;
            double frequency = Math.pow(10_000, -(double) (c % quarter) / quarter);
            for (int y = 0; y < side; y++) {
                for (int x = 0; x < side; x++) {
                    double angle = (part < 2 ? x : y) * frequency;
                    places[(c * side + y) * side + x] = (float) (part % 2 == 0 ? Math.sin(angle) : Math.cos(angle));
                }
            }
        }
        return places;
    }
}
