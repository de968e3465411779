package io.darkroom.engine;

import io.darkroom.model.DeviceMemoryException;
import io.darkroom.pipeline.Pipeline;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How many rows the next call gets: what pays, by what calls were measured to cost, and what fits, by what they were
 * measured to need. Learns from every call. Owned by the device's thread.
 *
 * <p>Memory is measured only where a call is larger than any before it of its shape, since the runtime keeps what it once
 * took: what it took more is put down to the rows that it had more. Where the device says that it has not enough, no call
 * of that shape is that large again until {@link #FORGOTTEN} smaller ones went well.
 */
final class BatchSizes {
    /** Of the free memory, what calls may take: estimates are rough, and on a CPU nobody says stop before the kernel kills. */
    private static final double USABLE = 0.8;

    /** After so many calls that went well, one rung more is tried again. */
    private static final int FORGOTTEN = 512;

    /** A shape of so many times the elements is too far away to guess its needs. */
    private static final int FAR = 16;

    /** How much a new measurement of the time around calls counts against all before it. */
    private static final double NEW = 0.05;

    private final int most;
    private final Memory memory;
    private final Map<Pipeline, Map<String, Calls>> byShape = new WeakHashMap<>();
    /** Nanoseconds that pass around a call: samplers, guidance, choosing. */
    private double around;
    /** Nanoseconds of the calls since the last choice. */
    private double running;

    /** What is known of the calls of one shape. */
    private static final class Calls {
        final RowProfile profile = new RowProfile();
        long choices;
        int limit = Integer.MAX_VALUE;
        int wellSince;
        int elements;
        double bytesARow;
        double leastBytesARow = Double.POSITIVE_INFINITY;
        long before = -1;
    }

    /**
     * @param most rows a call at most, whatever pays
     * @param memory of the device
     */
    BatchSizes(int most, Memory memory) {
        this.most = most;
        this.memory = memory;
    }

    private @Nullable Calls known(Shape shape) {
        return byShape.getOrDefault(shape.pipeline(), Map.of()).get(shape.dimensions());
    }

    private Calls calls(Shape shape) {
        return byShape.computeIfAbsent(shape.pipeline(), p -> new HashMap<>())
                .computeIfAbsent(shape.dimensions(), d -> new Calls());
    }

    /** What a call should cost in nanoseconds; before the first of its shape, by the number of elements. */
    double nanos(Shape shape, int rows) {
        Calls calls = known(shape);
        return calls == null || calls.profile.largest() == 0
                ? (double) shape.elements() * rows
                : calls.profile.nanos(rows);
    }

    /**
     * How many of the first candidates go into the next call: at least one.
     *
     * @param candidates the most urgent first
     * @param crowded whether many are here, or others wait for these to leave the device
     */
    int choose(Shape shape, List<RowChoice.Candidate> candidates, boolean crowded) {
        Calls calls = calls(shape);
        running = 0;
        long choice = calls.choices++;
        int limit = Math.min(most, calls.limit);
        int chosen = RowChoice.first(candidates, calls.profile, around, limit, choice, crowded);
        int rows = candidates.stream()
                .limit(chosen)
                .mapToInt(RowChoice.Candidate::rows)
                .sum();
        // To ask for the memory takes time; what was run before fits.
        return rows <= calls.profile.largest()
                ? chosen
                : RowChoice.first(candidates, calls.profile, around, Math.min(limit, fitting(calls)), choice, crowded);
    }

    /**
     * All that a choice led to is done.
     *
     * @param nanos since before the choice
     */
    void done(double nanos) {
        around += NEW * (Math.max(0, nanos - running) - around);
    }

    /** So many rows should fit, by what a row was measured to need. */
    private int fitting(Calls calls) {
        int largest = calls.profile.largest();
        OptionalLong free = largest == 0 || calls.bytesARow <= 0 ? OptionalLong.empty() : memory.free();
        return free.isEmpty()
                ? Integer.MAX_VALUE
                : (int) (largest + (double) Math.max(0, free.getAsLong()) * USABLE * memory.share() / calls.bytesARow);
    }

    /**
     * A call is about to be made.
     *
     * @throws DeviceMemoryException where one row of a shape that was never run cannot fit, as far as can be told from
     *     others of the same model
     */
    void calling(Shape shape, int rows) {
        Calls calls = calls(shape);
        calls.before = -1;
        if (rows <= calls.profile.largest()) {
            return;
        }
        OptionalLong free = memory.free();
        if (free.isEmpty()) {
            return;
        }
        calls.before = free.getAsLong();
        if (calls.profile.largest() == 0) {
            double needed = guess(shape);
            if (needed > (double) Math.max(0, free.getAsLong()) + held(shape.pipeline())) {
                throw new DeviceMemoryException(
                        "one row of " + shape + " needs about " + mebibytes(needed) + " MiB, as rows of this model's"
                                + " other shapes did for their size; free are " + mebibytes((double) free.getAsLong())
                                + " of " + mebibytes((double) memory.limit().orElse(0)) + " MiB");
            }
        }
    }

    /**
     * The least that one row needs: as its elements to those of shapes that were run, and are not too far from it; 0 where
     * nothing like it was run. The least of all measurements, since others in the process take memory too.
     */
    private double guess(Shape shape) {
        boolean decoding = shape.dimensions().startsWith("decode");
        double[] least = {0};
        byShape.getOrDefault(shape.pipeline(), Map.of()).forEach((dimensions, calls) -> {
            if (dimensions.startsWith("decode") == decoding && isLike(calls, shape)) {
                least[0] = Math.max(least[0], calls.leastBytesARow / calls.elements * shape.elements());
            }
        });
        return least[0];
    }

    private static boolean isLike(Calls calls, Shape shape) {
        return calls.leastBytesARow < Double.POSITIVE_INFINITY
                && calls.elements <= shape.elements()
                && calls.elements >= shape.elements() / FAR;
    }

    /** What the runtime keeps for calls of this model, and would use for others. */
    private double held(Pipeline pipeline) {
        return byShape.getOrDefault(pipeline, Map.of()).values().stream()
                .mapToDouble(c -> c.bytesARow * c.profile.largest())
                .max()
                .orElse(0);
    }

    /** The call came back after so many nanoseconds. */
    void called(Shape shape, int rows, double nanos) {
        Calls calls = calls(shape);
        running += nanos;
        calls.elements = shape.elements();
        if (calls.before >= 0) {
            OptionalLong free = memory.free();
            int more = rows - calls.profile.largest();
            if (free.isPresent() && more > 0) {
                double bytes = Math.max(0, (double) (calls.before - free.getAsLong()) / more);
                calls.leastBytesARow = Math.min(calls.leastBytesARow, bytes);
                // One measurement may have caught what something else took: the next ones correct it.
                calls.bytesARow = Math.max(bytes, calls.bytesARow / 2);
            }
            calls.before = -1;
        }
        calls.profile.measured(rows, nanos);
        if (calls.limit < Integer.MAX_VALUE && ++calls.wellSince >= FORGOTTEN) {
            calls.limit = RowLadder.above(calls.limit);
            calls.wellSince = 0;
        }
    }

    /** The device had not enough memory for so many rows. */
    void full(Shape shape, int rows) {
        Calls calls = calls(shape);
        calls.limit = Math.max(1, Math.min(calls.limit, rows / 2));
        calls.wellSince = 0;
    }

    /** What is known of the memory, for a message: empty where nothing is. */
    String figures(Shape shape, int rows) {
        StringBuilder figures = new StringBuilder(rows + " row" + (rows == 1 ? "" : "s") + " of " + shape);
        memory.free().ifPresent(free -> {
            figures.append("; free on the device: ").append(mebibytes((double) free));
            memory.limit().ifPresent(limit -> figures.append(" of ").append(mebibytes((double) limit)));
            figures.append(" MiB");
        });
        return figures.toString();
    }

    private static long mebibytes(double bytes) {
        return Math.round(bytes / (1 << 20));
    }
}
