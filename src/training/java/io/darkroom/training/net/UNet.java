package io.darkroom.training.net;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A UNet with cross-attention (Rombach et al. 2022; diffusers' {@code UNet2DConditionModel}): residual blocks that are told
 * the time, and transformers that see the text, on several sizes.
 *
 * @param latents channels in and out
 * @param widths channels of each level; each but the last halves the size
 * @param attention for each level, whether it has transformers
 * @param layers residual blocks of a level going down; going up there is one more
 * @param heads of the attention
 * @param groups of the norms
 * @param textWidth of a token of the text
 * @param pooling heads of the pooled text that is added to the time ({@code addition_embed_type: text}); 0: none
 */
public record UNet(
        int latents,
        List<Integer> widths,
        List<Boolean> attention,
        int layers,
        int heads,
        int groups,
        int textWidth,
        int pooling)
        implements Definition {
    private static final float EPSILON = 1e-5f;
    private static final int TIME = 4;

    /** Makes one. */
    public UNet {
        widths = List.copyOf(widths);
        attention = List.copyOf(attention);
    }

    @Override
    public List<Port> inputs() {
        return List.of(
                Port.floats("sample", "batch_size", String.valueOf(latents), "height", "width"),
                Port.floats("timestep"),
                Port.floats("encoder_hidden_states", "batch_size", "sequence_length", String.valueOf(textWidth)));
    }

    @Override
    public List<Port> outputs() {
        return List.of(Port.floats("out_sample", "batch_size", String.valueOf(latents), "height", "width"));
    }

    /** Width of the time's embedding. */
    private int timeWidth() {
        return TIME * widths.get(0);
    }

    @Override
    public <T> List<T> forward(Layers<T> net, List<T> inputs) {
        return List.of(new Pass<>(this, net, inputs.get(1), inputs.get(2)).run(inputs.get(0)));
    }

    /** One pass: time and text are the same throughout. */
    private static final class Pass<T> {
        private final UNet unet;
        private final Layers<T> net;
        private final Ops<T> ops;
        private final Resnet<T> resnet;
        private final T text;
        private final T time;
        private final Deque<Skip<T>> skips = new ArrayDeque<>();

        private record Skip<T>(T x, int width) {}

        Pass(UNet unet, Layers<T> net, T time, T text) {
            this.unet = unet;
            this.net = net;
            this.ops = net.ops();
            this.resnet = new Resnet<>(net, unet.groups, EPSILON);
            this.text = text;
            int width = unet.timeWidth();
            T waves = TimeEmbedding.waves(ops, time, unet.widths.get(0));
            T embedded = TimeEmbedding.mlp(net, "time_embedding", waves, unet.widths.get(0), width);
            T pooled = pooled();
            this.time = ops.silu(pooled == null ? embedded : ops.add(embedded, pooled));
        }

        /** diffusers' {@code TextTimeEmbedding}: attention of the tokens' mean over itself and the tokens. */
        private @Nullable T pooled() {
            if (unet.pooling == 0) {
                return null;
            }
            int width = unet.textWidth;
            String pool = "add_embedding.pool.";
            T tokens = net.layerNorm("add_embedding.norm1", text, width, EPSILON);
            T place = ops.weight(pool + "positional_embedding", Init.normal(1 / Math.sqrt(width)), 1, width);
            T mean = ops.add(ops.mean(tokens, 1), place);
            T all = ops.concat(List.of(mean, tokens), 1);
            T attended = new Attention<>(net, unet.pooling)
                    .attend(
                            net.linear(pool + "q_proj", mean, width, width),
                            net.linear(pool + "k_proj", all, width, width),
                            net.linear(pool + "v_proj", all, width, width),
                            width,
                            null);
            T pooled = net.linear("add_embedding.proj", ops.reshape(attended, -1, width), width, unet.timeWidth());
            return net.layerNorm("add_embedding.norm2", pooled, unet.timeWidth(), EPSILON);
        }

        T run(T sample) {
            List<Integer> widths = unet.widths;
            int levels = widths.size();
            int in = widths.get(0);
            T x = net.conv("conv_in", sample, unet.latents, in, 3, 1);
            skips.push(new Skip<>(x, in));
            for (int level = 0; level < levels; level++) {
                String block = "down_blocks." + level;
                int out = widths.get(level);
                for (int i = 0; i < unet.layers; i++) {
                    x = block(block, i, x, in, out, unet.attention.get(level));
                    in = out;
                    skips.push(new Skip<>(x, in));
                }
                if (level < levels - 1) {
                    x = net.conv(block + ".downsamplers.0.conv", x, in, in, 3, 2);
                    skips.push(new Skip<>(x, in));
                }
            }
            x = block("mid_block", 0, x, in, in, true);
            x = resnet.apply("mid_block.resnets.1", x, in, in, time, unet.timeWidth());
            for (int level = 0; level < levels; level++) {
                String block = "up_blocks." + level;
                int out = widths.get(levels - 1 - level);
                for (int i = 0; i <= unet.layers; i++) {
                    Skip<T> skip = skips.pop();
                    x = ops.concat(List.of(x, skip.x()), 1);
                    x = block(block, i, x, in + skip.width(), out, unet.attention.get(levels - 1 - level));
                    in = out;
                }
                if (level < levels - 1) {
                    x = net.conv(block + ".upsamplers.0.conv", ops.upsample(x), in, in, 3, 1);
                }
            }
            x = ops.silu(net.groupNorm("conv_norm_out", x, in, unet.groups, EPSILON));
            return net.conv("conv_out", x, in, unet.latents, 3, 1, 1, Init.ZEROS);
        }

        private T block(String block, int i, T x, int in, int out, boolean attention) {
            T y = resnet.apply(block + ".resnets." + i, x, in, out, time, unet.timeWidth());
            return attention ? transformer(block + ".attentions." + i, y, out) : y;
        }

        /** diffusers' {@code Transformer2DModel} with one {@code BasicTransformerBlock}. */
        private T transformer(String name, T x, int width) {
            String block = name + ".transformer_blocks.0";
            Attention<T> attention = new Attention<>(net, unet.heads);
            Init init = Init.fanIn(width);
            T h = net.groupNorm(name + ".norm", x, width, unet.groups, 1e-6f);
            T tokens = ops.tokens(net.conv(name + ".proj_in", h, width, width, 1, 1));
            h = net.layerNorm(block + ".norm1", tokens, width, EPSILON);
            tokens = ops.add(tokens, attention.module(block + ".attn1", h, width, h, width, init));
            h = net.layerNorm(block + ".norm2", tokens, width, EPSILON);
            tokens = ops.add(tokens, attention.module(block + ".attn2", h, width, text, unet.textWidth, init));
            h = net.layerNorm(block + ".norm3", tokens, width, EPSILON);
            tokens = ops.add(tokens, feedForward(block + ".ff", h, width));
            T out = net.conv(name + ".proj_out", ops.grid(tokens, x), width, width, 1, 1, 0, Init.ZEROS);
            return ops.add(x, out);
        }

        /** GEGLU (Shazeer 2020), of four times the width within. */
        private T feedForward(String name, T x, int width) {
            List<T> halves = ops.chunk(net.linear(name + ".net.0.proj", x, width, 8 * width), 2, 2);
            T inner = ops.mul(halves.get(0), ops.gelu(halves.get(1)));
            return net.linear(name + ".net.2", inner, 4 * width, width);
        }
    }
}
