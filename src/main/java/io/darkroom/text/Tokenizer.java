package io.darkroom.text;

import java.util.List;

/** From text to the ids that a text encoder takes. Immutable and safe for use from any thread. */
public interface Tokenizer {
    /** How many ids an encoder is given: {@code model_max_length}. */
    int length();

    /** The ids of a text, cut and padded to {@link #length()} as diffusers' pipelines do it. */
    default Tokens encode(String text) {
        return encode(text, length());
    }

    /** The same with another length: T5's follows from the request. */
    Tokens encode(String text, int length);

    /**
     * A text as ids.
     *
     * @param ids as many as the encoder takes: begin, the text, end, padding
     * @param used how many of them come before the padding
     * @param special how many of those are no part of the text: begin, end
     * @param cut the part of the text that did not fit, in the tokenizer's spelling; empty where all of it did
     */
    record Tokens(List<Integer> ids, int used, int special, String cut) {
        public Tokens {
            ids = List.copyOf(ids);
        }
    }
}
