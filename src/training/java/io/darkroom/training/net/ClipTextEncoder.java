package io.darkroom.training.net;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A text encoder in CLIP's form (Radford et al. 2021; transformers' {@code CLIPTextModel}): a causal transformer over token
 * embeddings; the pooled text is the state at the first end of text.
 *
 * @param vocabulary how many tokens there are
 * @param tokens of a text, always: shorter ones are padded
 * @param width of the states
 * @param inner width within a layer's perceptron
 * @param layers how many
 * @param heads of the attention
 * @param end the end of text's id
 * @param projection width of the projected pooled text; 0 gives a {@code CLIPTextModel}, else it is a {@code
 *     CLIPTextModelWithProjection}, which gives all hidden states too
 */
public record ClipTextEncoder(
        int vocabulary, int tokens, int width, int inner, int layers, int heads, int end, int projection)
        implements Definition {
    private static final String TEXT = "text_model.";
    private static final float EPSILON = 1e-5f;

    /** With four times the width within, as CLIP has. */
    public ClipTextEncoder(int vocabulary, int tokens, int width, int layers, int heads, int end, int projection) {
        this(vocabulary, tokens, width, 4 * width, layers, heads, end, projection);
    }

    @Override
    public List<Port> inputs() {
        return List.of(Port.integers("input_ids", "batch_size", String.valueOf(tokens)));
    }

    @Override
    public List<Port> outputs() {
        Port last = states("last_hidden_state");
        if (projection == 0) {
            return List.of(last, Port.floats("pooler_output", "batch_size", String.valueOf(width)));
        }
        List<Port> ports = new ArrayList<>();
        ports.add(Port.floats("text_embeds", "batch_size", String.valueOf(projection)));
        ports.add(last);
        for (int i = 0; i <= layers; i++) {
            ports.add(states("hidden_states." + i));
        }
        return ports;
    }

    private Port states(String name) {
        return Port.floats(name, "batch_size", String.valueOf(tokens), String.valueOf(width));
    }

    @Override
    public <T> List<T> forward(Layers<T> net, List<T> inputs) {
        Ops<T> ops = net.ops();
        T ids = inputs.get(0);
        String embeddings = TEXT + "embeddings.";
        T words = ops.weight(embeddings + "token_embedding.weight", Init.normal(0.02), vocabulary, width);
        T places = ops.weight(embeddings + "position_embedding.weight", Init.normal(0.01), tokens, width);
        T x = ops.add(ops.embedding(ids, words), places);
        T causal = ops.constant(causal(), tokens, tokens);
        List<T> states = new ArrayList<>(List.of(x));
        for (int i = 0; i < layers; i++) {
            x = layer(net, TEXT + "encoder.layers." + i, x, causal);
            states.add(x);
        }
        T last = net.layerNorm(TEXT + "final_layer_norm", x, width, EPSILON);
        T pooled = ops.first(last, ids, end);
        if (projection == 0) {
            return List.of(last, pooled);
        }
        List<T> outputs = new ArrayList<>();
        outputs.add(net.linearNoBias("text_projection", pooled, width, projection));
        outputs.add(last);
        outputs.addAll(states);
        return outputs;
    }

    private <T> T layer(Layers<T> net, String name, T x, T mask) {
        Ops<T> ops = net.ops();
        String self = name + ".self_attn.";
        T h = net.layerNorm(name + ".layer_norm1", x, width, EPSILON);
        T attended = new Attention<>(net, heads)
                .attend(
                        net.linear(self + "q_proj", h, width, width),
                        net.linear(self + "k_proj", h, width, width),
                        net.linear(self + "v_proj", h, width, width),
                        width,
                        mask);
        T y = ops.add(x, net.linear(self + "out_proj", attended, width, width));
        h = net.layerNorm(name + ".layer_norm2", y, width, EPSILON);
        h = ops.quickGelu(net.linear(name + ".mlp.fc1", h, width, inner));
        return ops.add(y, net.linear(name + ".mlp.fc2", h, inner, width));
    }

    /** No token sees what comes after it. Finite, so that no row of scores can become NaN. */
    private float[] causal() {
        float[] mask = new float[tokens * tokens];
        for (int i = 0; i < tokens; i++) {
            Arrays.fill(mask, i * tokens + i + 1, (i + 1) * tokens, -1e9f);
        }
        return mask;
    }
}
