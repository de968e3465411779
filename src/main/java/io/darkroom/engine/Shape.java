package io.darkroom.engine;

import io.darkroom.model.Denoiser;
import io.darkroom.pipeline.Pipeline;
import io.darkroom.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the rows of a call agree on besides the time: the graph, and every dimension but the batch.
 *
 * @param pipeline compared by identity
 * @param dimensions of each input, and what is done
 * @param elements of a row's sample, or pixels of a picture, by which one shape's needs are guessed from another's
 */
record Shape(Pipeline pipeline, String dimensions, int elements) {
    /** How the dimensions of the decoder's calls begin. */
    static final String DECODE = "decode ";

    static Shape of(Pipeline pipeline, Denoiser.Row row) {
        Map<String, String> dimensions = new TreeMap<>();
        row.conditioning().tensors().forEach((name, t) -> dimensions.put(name, Arrays.toString(t.shape())));
        dimensions.put("control", String.valueOf(row.control() != null));
        dimensions.put("sample", Arrays.toString(row.input().shape()));
        return new Shape(pipeline, dimensions.toString(), row.input().size());
    }

    /** Whether two rows for the same pipeline have the same shape: sooner told than what it is. */
    static boolean alike(Denoiser.Row one, Denoiser.Row other) {
        return (one.control() != null) == (other.control() != null)
                && one.input().sameShape(other.input())
                && alike(one.conditioning().tensors(), other.conditioning().tensors());
    }

    private static boolean alike(Map<String, Tensor> some, Map<String, Tensor> others) {
        return some.size() == others.size()
                && some.entrySet().stream().allMatch(each -> alike(each.getValue(), others.get(each.getKey())));
    }

    private static boolean alike(Tensor one, @Nullable Tensor other) {
        return other != null && one.sameShape(other);
    }

    /**
     * Of the decoder's calls, which are alike where the pictures are; of a tile's elements where they are decoded in tiles.
     *
     * @param width in pixels, as is the height
     */
    static Shape decoding(Pipeline pipeline, int width, int height) {
        return new Shape(pipeline, DECODE + width + " x " + height, pipeline.decodedAtOnce(width, height));
    }

    @Override
    public String toString() {
        return dimensions;
    }
}
