package io.darkroom.bench;

import ai.onnxruntime.OrtException;
import io.darkroom.model.Denoiser;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Calls of {@link RawRows} that take turns with a worker's, on its device's thread: from one second to the next a machine may
 * be half as fast, so only what was measured in the same moments can be compared.
 */
final class RawTurns implements AutoCloseable {
    /** Numbers of rows that take turns: those with which the most rows a second were done before. */
    private static final int BEST = 3;

    private static final class Sum {
        double rows;
        double seconds;
    }

    private final RawRows raw;
    private final List<RawRows.Inputs> inputs = new ArrayList<>();
    private final Map<Denoiser.Row, Map<Integer, Sum>> sums = new LinkedHashMap<>();
    private int next;
    private volatile boolean on;
    private final AtomicLong nanos = new AtomicLong();

    /** @param kinds rows of the shapes in question */
    RawTurns(RawRows raw, List<Denoiser.Row> kinds) throws OrtException {
        this.raw = raw;
        for (Denoiser.Row kind : kinds) {
            sums.put(kind, new LinkedHashMap<>());
            for (int rows : raw.bestNumbers(kind, BEST)) {
                inputs.add(raw.inputs(kind, rows));
            }
        }
    }

    /** Begins anew, or leaves off: then {@link #take} does nothing. */
    void on(boolean now) {
        sums.values().forEach(Map::clear);
        on = now;
    }

    /** The next call. */
    void take() {
        if (!on) {
            return;
        }
        long start = System.nanoTime();
        RawRows.Inputs turn = inputs.get(next++ % inputs.size());
        try {
            raw.seconds(turn); // brings its weights back into the caches, as the worker's own calls do for each other
            double seconds = raw.seconds(turn);
            Sum sum = sums.getOrDefault(turn.like(), Map.of()).computeIfAbsent(turn.rows(), r -> new Sum());
            sum.rows += turn.rows();
            sum.seconds += seconds;
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        } finally {
            nanos.addAndGet(System.nanoTime() - start);
        }
    }

    /** The most rows a second, over the numbers of rows that took turns. */
    double best(Denoiser.Row kind) {
        return sums.getOrDefault(kind, Map.of()).values().stream()
                .mapToDouble(sum -> sum.rows / sum.seconds)
                .max()
                .orElseThrow(() -> new IllegalStateException("no raw call of this shape had its turn"));
    }

    /** A clock that stands still while raw calls are made. */
    long now() {
        return System.nanoTime() - nanos.get();
    }

    @Override
    public void close() throws OrtException {
        inputs.forEach(RawRows.Inputs::close);
        raw.close();
    }
}
