package io.darkroom.model;

import io.darkroom.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A text encoder: ids to hidden states. */
public interface TextEncoder extends Network {
    /**
     * Encodes a batch of texts.
     *
     * @param ids one row of ids a text, all of one length
     * @param outputs which of {@link #outputs()} are wanted
     * @return one encoding a text, in order
     */
    List<Encoding> encode(List<List<Integer>> ids, Set<String> outputs);

    /** The names of all outputs that the graph has. */
    Set<String> outputs();

    /**
     * What an encoder gave for one text.
     *
     * @param outputs by the graph's output names, without the batch axis: {@code last_hidden_state} [sequence, width],
     *     {@code pooler_output} or {@code text_embeds} [width], {@code hidden_states.N} [sequence, width]
     */
    record Encoding(Map<String, Tensor> outputs) {
        public Encoding {
            outputs = Map.copyOf(outputs);
        }

        /**
         * One of the outputs.
         *
         * @throws IllegalArgumentException where the graph has no such output
         */
        public Tensor output(String name) {
            Tensor output = outputs.get(name);
            if (output == null) {
                throw new IllegalArgumentException("no output " + name + ", there are " + outputs.keySet());
            }
            return output;
        }
    }
}
