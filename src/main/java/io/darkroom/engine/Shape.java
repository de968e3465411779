package io.darkroom.engine;

import io.darkroom.model.Denoiser;
import io.darkroom.pipeline.Pipeline;
import io.darkroom.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the rows of a call agree on besides the time: the graph, and every dimension but the batch.
 *
 * @param pipeline compared by identity
 * @param dimensions of each input, and what is done
 * @param elements of a row's sample or latents, by which the memory of one shape is guessed from another's
 */
record Shape(Pipeline pipeline, String dimensions, int elements) {

    static Shape of(Pipeline pipeline, Denoiser.Row row) {
        Map<String, String> dimensions = new TreeMap<>();
        row.conditioning().tensors().forEach((name, t) -> dimensions.put(name, Arrays.toString(t.shape())));
        dimensions.put("control", String.valueOf(row.control() != null));
        dimensions.put("sample", Arrays.toString(row.input().shape()));
        return new Shape(pipeline, dimensions.toString(), row.input().size());
    }

    /** Of the decoder's calls. */
    static Shape decoding(Pipeline pipeline, Tensor latents) {
        return new Shape(pipeline, "decode " + Arrays.toString(latents.shape()), latents.size());
    }

    @Override
    public String toString() {
        return dimensions;
    }
}
