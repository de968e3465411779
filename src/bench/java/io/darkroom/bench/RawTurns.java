package io.darkroom.bench;

import ai.onnxruntime.OrtException;
import io.darkroom.model.Denoiser;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Calls of {@link RawRows} that take turns with a worker's, on its device's thread: from one second to the next a machine may
 * be three quarters as fast, so the worker's calls are compared with the raw ones that were made right before and after.
 */
final class RawTurns implements AutoCloseable {
    /** Numbers of rows that take turns: those with which the most rows a second were done before. */
    private static final int BEST = 3;

    /** Of its calls, so many in a hundred are faster than what inputs take at the machine's full speed. */
    private static final int FULL_SPEED = 20;

    /** A raw call with the inputs of this index. */
    private record Turn(int inputs, double seconds) {}

    private final RawRows raw;
    private final List<RawRows.Inputs> inputs = new ArrayList<>();
    private final NavigableMap<Long, Turn> turns = new TreeMap<>();
    private int next;
    private volatile boolean on;
    private final AtomicLong nanos = new AtomicLong();

    /** @param kinds rows of the shapes in question */
    RawTurns(RawRows raw, List<Denoiser.Row> kinds) throws OrtException {
        this.raw = raw;
        for (Denoiser.Row kind : kinds) {
            for (int rows : raw.bestNumbers(kind, BEST)) {
                inputs.add(raw.inputs(kind, rows));
            }
        }
    }

    /** Goes on, or leaves off: then {@link #take} does nothing. */
    void on(boolean now) {
        on = now;
    }

    /** The next call. */
    void take() {
        if (!on) {
            return;
        }
        long start = System.nanoTime();
        long at = now();
        int index = next++ % inputs.size();
        RawRows.Inputs turn = inputs.get(index);
        try {
            raw.seconds(turn); // brings its weights back into the caches, as the worker's own calls do for each other
            turns.put(at, new Turn(index, raw.seconds(turn)));
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        } finally {
            nanos.addAndGet(System.nanoTime() - start);
        }
    }

    /** The most rows a second at the machine's full speed, over the numbers of rows that took turns. */
    double best(Denoiser.Row kind) {
        return IntStream.range(0, inputs.size())
                .filter(i -> inputs.get(i).like().equals(kind))
                .mapToDouble(i -> inputs.get(i).rows() / atFullSpeed(i))
                .max()
                .orElseThrow();
    }

    private double atFullSpeed(int index) {
        double[] seconds = turns.values().stream()
                .filter(turn -> turn.inputs() == index)
                .mapToDouble(Turn::seconds)
                .sorted()
                .toArray();
        if (seconds.length == 0) {
            throw new IllegalStateException(
                    "no raw call of " + inputs.get(index).rows() + " rows had its turn");
        }
        return seconds[seconds.length * FULL_SPEED / 100];
    }

    /**
     * How fast the machine is by the raw calls before and after, to its full speed; once all have been made. What else the
     * process does on the machine's cores, such as encoding PNGs, makes it slower for both.
     *
     * @param from by {@link #now}: only calls since then count
     * @param to the same, until then
     * @return by the time of {@link #now}: about 1 at its full speed
     */
    LongToDoubleFunction speed(long from, long to) {
        double[] full =
                IntStream.range(0, inputs.size()).mapToDouble(this::atFullSpeed).toArray();
        NavigableMap<Long, Turn> those = turns.subMap(from, true, to, true);
        return at -> Stream.of(those.floorEntry(at), those.ceilingEntry(at))
                .filter(Objects::nonNull)
                .mapToDouble(
                        turn -> full[turn.getValue().inputs()] / turn.getValue().seconds())
                .average()
                .orElseThrow(() -> new IllegalStateException("no raw call had its turn"));
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
