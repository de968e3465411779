package io.darkroom.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.platform.Fp16Conversions;
import io.darkroom.model.LoraException;
import io.darkroom.model.LoraFile;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.onnx.GraphFile.Weight;
import io.darkroom.onnx.LoraMatch.Change;
import io.darkroom.onnx.ModuleWeights.Place;
import io.darkroom.tensor.HalfPrecision;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * A graph with LoRAs fused into its weights: W' = W + scale * alpha / rank * B A (Hu et al. 2021, section 4.1). The graph
 * itself is edited so that each changed weight is one that the session is given ({@code addExternalInitializers}); they are
 * needed until the session is open, and on the CPU until it is closed.
 */
final class FusedGraph implements AutoCloseable {
    private final ByteBuffer model;
    private final Map<String, OnnxTensor> weights;
    private final Scratch scratch;

    private FusedGraph(ByteBuffer model, Map<String, OnnxTensor> weights, Scratch scratch) {
        this.model = model;
        this.weights = weights;
        this.scratch = scratch;
    }

    /**
     * Fuses.
     *
     * @throws ModelUnavailableException where the weights cannot be read
     * @throws LoraException where they are of a type that nothing can be added to
     */
    static FusedGraph of(GraphFile graph, List<Change> changes) {
        Map<Place, List<Change>> byPlace =
                changes.stream().collect(Collectors.groupingBy(Change::place, LinkedHashMap::new, Collectors.toList()));
        Map<Place, String> names = new LinkedHashMap<>();
        byPlace.keySet()
                .forEach(place -> names.put(
                        place, "lora." + names.size() + "." + place.weight().name()));
        Scratch scratch = new Scratch();
        Map<String, OnnxTensor> weights = new ConcurrentHashMap<>();
        try {
            ByteBuffer model = GraphEdit.withExternalWeights(graph, names, scratch);
            byPlace.entrySet().parallelStream().forEach(e -> {
                Weight weight = e.getKey().weight();
                ByteBuffer fused = write(fused(graph, e.getKey(), e.getValue()), weight.type(), scratch);
                weights.put(String.valueOf(names.get(e.getKey())), tensor(weight, fused));
            });
            return new FusedGraph(model, weights, scratch);
        } catch (RuntimeException | Error e) {
            weights.values().forEach(OnnxTensor::close);
            scratch.close();
            throw e;
        }
    }

    private static float[] fused(GraphFile graph, Place place, List<Change> changes) {
        float[] weight = read(graph, place.weight(), changes.get(0).file().name());
        for (Change change : changes) {
            LoraFile.Factors factors = change.file().factors(change.module());
            add(weight, place, factors, (float) (change.scale() * factors.scale()));
        }
        return weight;
    }

    /** Adds the product row by row; of a transposed weight the rows are inputs, and the product is that of A^T B^T. */
    private static void add(float[] weight, Place place, LoraFile.Factors factors, float scale) {
        int rank = factors.down().dim(0);
        float[] down = factors.down().data();
        float[] up = factors.up().data();
        int rows = place.transposed() ? place.in() : place.out();
        int columns = place.transposed() ? place.out() : place.in();
        float[] right = place.transposed() ? transposed(up, columns, rank) : down;
        float[] row = new float[columns];
        for (int i = 0; i < rows; i++) {
            java.util.Arrays.fill(row, 0);
            for (int k = 0; k < rank; k++) {
                float left = place.transposed() ? down[k * rows + i] : up[i * rank + k];
                for (int j = 0, at = k * columns; j < columns; j++, at++) {
                    row[j] += left * right[at];
                }
            }
            for (int j = 0, at = i * columns; j < columns; j++, at++) {
                weight[at] += scale * row[j];
            }
        }
    }

    private static float[] transposed(float[] matrix, int rows, int columns) {
        float[] result = new float[matrix.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                result[j * rows + i] = matrix[i * columns + j];
            }
        }
        return result;
    }

    private static float[] read(GraphFile graph, Weight weight, String lora) {
        if (weight.type() != GraphFile.FLOAT && weight.type() != GraphFile.FLOAT16) {
            throw LoraException.unfitting(
                    lora,
                    "cannot be fused into " + graph.file() + ": " + weight.name() + ": found element type "
                            + weight.type() + " of ONNX's; float32 and float16 are accepted");
        }
        ByteBuffer elements = graph.elements(weight);
        boolean half = weight.type() == GraphFile.FLOAT16;
        float[] values = new float[elements.remaining() / (half ? Short.BYTES : Float.BYTES)];
        for (int i = 0; i < values.length; i++) {
            values[i] = half ? HalfPrecision.ofFloat16(elements.getShort()) : elements.getFloat();
        }
        return values;
    }

    private static ByteBuffer write(float[] values, int type, Scratch scratch) {
        boolean half = type == GraphFile.FLOAT16;
        ByteBuffer memory = scratch.allocate((long) values.length * (half ? Short.BYTES : Float.BYTES));
        for (float value : values) {
            if (half) {
                memory.putShort(Fp16Conversions.floatToFp16(value));
            } else {
                memory.putFloat(value);
            }
        }
        return memory.flip();
    }

    private static OnnxTensor tensor(Weight weight, ByteBuffer memory) {
        long[] shape = weight.dims().stream().mapToLong(Integer::longValue).toArray();
        OnnxJavaType type = weight.type() == GraphFile.FLOAT16 ? OnnxJavaType.FLOAT16 : OnnxJavaType.FLOAT;
        try {
            return OnnxTensor.createTensor(Sessions.environment(), memory, shape, type);
        } catch (OrtException e) {
            throw new IllegalStateException("weight " + weight.name() + " cannot be made", e);
        }
    }

    /** The edited graph. */
    ByteBuffer model() {
        return model;
    }

    /** The weights that it lacks, by name. */
    Map<String, OnnxTensor> weights() {
        return weights;
    }

    @Override
    public void close() {
        weights.values().forEach(OnnxTensor::close);
        scratch.close();
    }
}
