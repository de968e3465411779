package io.darkroom.engine;

import io.darkroom.model.Denoiser;
import io.darkroom.model.ElementType;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A denoiser whose calls have certain numbers of rows only: what is missing is filled up with copies of the last row,
 * whose outputs are dropped.
 */
final class PaddedRows implements Denoiser {
    private final Denoiser denoiser;
    private final int most;
    private final IntUnaryOperator padded;

    private PaddedRows(Denoiser denoiser, int most, IntUnaryOperator padded) {
        this.denoiser = denoiser;
        this.most = most;
        this.padded = padded;
    }

    /** Every call has the same number of rows, so that a row is always computed in the same way. */
    static Denoiser fixed(Denoiser denoiser, int rows) {
        return new PaddedRows(denoiser, rows, given -> rows);
    }

    /** Calls have as many rows as the ladder's next rung: a device that searches anew for each shape sees few. */
    static Denoiser rungs(Denoiser denoiser) {
        return new PaddedRows(denoiser, Integer.MAX_VALUE, RowLadder::atLeast);
    }

    /** What has to agree for rows to share a call. */
    private record Key(Map<String, List<Integer>> shapes, @Nullable Double time) {}

    private Key key(Row row) {
        Map<String, List<Integer>> shapes = new TreeMap<>();
        row.conditioning().tensors().forEach((name, tensor) -> shapes.put(name, shape(tensor)));
        shapes.put(row.control() == null ? "" : "controlled", shape(row.input()));
        return new Key(shapes, denoiser.timePerRow() ? null : row.time());
    }

    private static List<Integer> shape(Tensor tensor) {
        return Arrays.stream(tensor.shape()).boxed().toList();
    }

    @Override
    public List<Tensor> evaluate(List<Row> rows) {
        Map<Key, List<Integer>> alike = new LinkedHashMap<>();
        for (int i = 0; i < rows.size(); i++) {
            alike.computeIfAbsent(key(rows.get(i)), k -> new ArrayList<>()).add(i);
        }
        Tensor[] outputs = new Tensor[rows.size()];
        for (List<Integer> indices : alike.values()) {
            for (int from = 0; from < indices.size(); from += Math.min(most, indices.size() - from)) {
                List<Integer> call = indices.subList(from, from + Math.min(most, indices.size() - from));
                List<Tensor> results = call(call.stream().map(rows::get).toList());
                for (int i = 0; i < call.size(); i++) {
                    outputs[call.get(i)] = results.get(i);
                }
            }
        }
        return List.of(outputs);
    }

    private List<Tensor> call(List<Row> rows) {
        List<Row> filled = new ArrayList<>(rows);
        while (filled.size() < padded.applyAsInt(rows.size())) {
            filled.add(rows.get(rows.size() - 1));
        }
        return denoiser.evaluate(filled);
    }

    @Override
    public boolean timePerRow() {
        return denoiser.timePerRow();
    }

    @Override
    public Map<String, List<Integer>> conditions() {
        return denoiser.conditions();
    }

    @Override
    public List<Integer> inputShape() {
        return denoiser.inputShape();
    }

    @Override
    public ElementType elementType() {
        return denoiser.elementType();
    }

    @Override
    public void shrink() {
        denoiser.shrink();
    }

    @Override
    public void close() {
        denoiser.close();
    }
}
