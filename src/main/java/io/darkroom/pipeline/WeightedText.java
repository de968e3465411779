package io.darkroom.pipeline;

import io.darkroom.tensor.HalfPrecision;
import io.darkroom.tensor.Tensor;
import io.darkroom.text.PromptAttention;
import io.darkroom.text.Tokenizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * A prompt whose words weigh ({@link PromptAttention}), as diffusers' community pipeline {@code lpw_stable_diffusion}: up to
 * three times the encoder's length, encoded in chunks of it that stand one behind another; each token's embedding times
 * its weight; then all of them scaled so that their mean is what it was.
 *
 * @param tokens the text's, without begin, end and padding
 * @param weights one for each
 * @param cut what did not fit; empty where all of it did
 */
record WeightedText(List<Integer> tokens, List<Double> weights, String cut) {
    /** lpw's {@code max_embeddings_multiples}. */
    private static final int MOST_CHUNKS = 3;

    /** @throws PromptAttention.WeightException where a weight is no number */
    static WeightedText of(String prompt, Tokenizer tokenizer) {
        int most = MOST_CHUNKS * (tokenizer.length() - 2);
        List<Integer> tokens = new ArrayList<>();
        List<Double> weights = new ArrayList<>();
        StringBuilder cut = new StringBuilder();
        for (PromptAttention.Part part : PromptAttention.parse(prompt)) {
            // Each part by itself, so that a word ends where its weight does.
            Tokenizer.Tokens own = tokenizer.encode(part.text(), most - tokens.size() + 2);
            List<Integer> body = own.ids().subList(1, own.used() - 1);
            tokens.addAll(body);
            weights.addAll(Collections.nCopies(body.size(), part.weight()));
            cut.append(own.cut().isEmpty() || cut.isEmpty() ? "" : " ").append(own.cut());
        }
        return new WeightedText(List.copyOf(tokens), List.copyOf(weights), cut.toString());
    }

    /** How many of the encoder's lengths it takes. */
    int chunks(Tokenizer tokenizer) {
        int room = tokenizer.length() - 2;
        return Math.max(1, (tokens.size() + room - 1) / room);
    }

    /** The ids of so many chunks: begin, text, padding to the last, end. */
    List<List<Integer>> ids(Tokenizer tokenizer, int chunks) {
        // The empty text is begin, end, padding.
        List<Integer> none = tokenizer.encode("", 3).ids();
        int room = tokenizer.length() - 2;
        List<Integer> stream = new ArrayList<>(tokens);
        stream.addAll(Collections.nCopies(chunks * room - tokens.size(), none.get(2)));
        List<List<Integer>> ids = new ArrayList<>();
        for (int i = 0; i < chunks; i++) {
            List<Integer> chunk = new ArrayList<>(room + 2);
            chunk.add(none.get(0));
            chunk.addAll(stream.subList(i * room, (i + 1) * room));
            chunk.add(none.get(1));
            ids.add(chunk);
        }
        return ids;
    }

    /**
     * The weighted embedding.
     *
     * @param chunks as encoded, [length, width] each
     * @param half whether the encoder calculates in float16, so that each result is rounded to it
     * @return [chunks * length, width]
     */
    Tensor weighted(List<Tensor> chunks, boolean half) {
        DoubleUnaryOperator rounded = half ? HalfPrecision::float16 : x -> (float) x;
        Tensor all = Join.first(chunks.toArray(Tensor[]::new));
        int length = chunks.get(0).dim(0);
        int width = chunks.get(0).dim(1);
        float[] out = all.data().clone();
        for (int i = 0; i < tokens.size(); i++) {
            int position = i / (length - 2) * length + 1 + i % (length - 2);
            float weight = (float) rounded.applyAsDouble(weights.get(i));
            for (int k = position * width; k < (position + 1) * width; k++) {
                out[k] = (float) rounded.applyAsDouble(out[k] * weight);
            }
        }
        double before = rounded.applyAsDouble(mean(all.data()));
        double after = rounded.applyAsDouble(mean(out));
        float factor = (float) rounded.applyAsDouble(before / after);
        for (int k = 0; k < out.length; k++) {
            out[k] = (float) rounded.applyAsDouble(out[k] * factor);
        }
        return Tensor.of(out, all.shape());
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
