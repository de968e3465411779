package io.darkroom.engine;

import io.darkroom.model.DeviceMemoryException;
import io.darkroom.pipeline.Pipeline;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How many rows the next call gets: what pays, by what calls were measured to cost, and what fits, by what they were
 * measured to need. Learns from every call. Owned by the device's thread.
 *
 * <p>Memory is measured only where a call is larger than any before it of its shape, since the runtime keeps what it once
 * took until it is {@link #shrunk}: what it took more is put down to the rows that it had more. Where the device says that
 * it has not enough, no call of that shape is that large again until {@link #FORGOTTEN} smaller ones went well.
 */
final class BatchSizes {
    /** Of the free memory, what calls may take: estimates are rough, and on a CPU nobody says stop before the kernel kills. */
    private static final double USABLE = 0.8;

    /** After so many calls that went well, one rung more is tried again. */
    private static final int FORGOTTEN = 512;

    /** A shape of so many times the elements is too far away to guess its needs. */
    private static final int FAR = 16;

    /** A device that says itself that a call was too large is asked for its memory once in so many choices. */
    private static final int ASKED_EVERY = 64;

    /** How much a new measurement of the time around calls counts against all before it. */
    private static final double NEW = 0.05;

    private final int most;
    private final Memory memory;
    private final Map<Pipeline, Map<String, Calls>> byShape = new WeakHashMap<>();
    private final Pace pace = new Pace();
    /** Whose network was called before. */
    private WeakReference<@Nullable Pipeline> last = new WeakReference<>(null);

    private boolean lastDecoded;
    /** Nanoseconds that pass around a call: samplers, guidance, choosing. */
    private double around;

    /** What is known of the calls of one shape. */
    private static final class Calls {
        final RowProfile profile;
        long choices;
        int limit = Integer.MAX_VALUE;
        /** The runtime keeps what so many rows take. */
        int kept;

        int wellSince;
        int elements;
        double bytesARow;
        double leastBytesARow = Double.POSITIVE_INFINITY;
        /** Calls since one was measured. */
        int sameSince;

        long before = -1;
        int fitting;
        /** The number of the choice at which the memory is asked again. */
        long askAgain;

        Calls(Pace pace) {
            this.profile = new RowProfile(pace);
        }
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
                .computeIfAbsent(shape.dimensions(), d -> new Calls(pace));
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
        long choice = calls.choices++;
        int limit = Math.min(most, calls.limit);
        int chosen = RowChoice.first(candidates, calls.profile, around, limit, choice, crowded);
        int rows = candidates.stream()
                .limit(chosen)
                .mapToInt(RowChoice.Candidate::rows)
                .sum();
        // To ask for the memory takes time; what was run before fits, unless its memory was given back.
        return rows <= calls.kept
                ? chosen
                : RowChoice.first(
                        candidates, calls.profile, around, Math.min(limit, fitting(shape, calls)), choice, crowded);
    }

    /**
     * All that a choice led to is done.
     *
     * @param nanos since before the choice, without the calls themselves
     */
    void done(double nanos) {
        around += NEW * (nanos - around);
    }

    /** So many rows should fit, by what a row was measured to need. Where asking takes time, it is not done at each choice. */
    private int fitting(Shape shape, Calls calls) {
        if (memory.kills() || calls.choices >= calls.askAgain) {
            calls.fitting = askFitting(shape, calls);
            // What is not known yet is asked until it is.
            calls.askAgain = calls.fitting == Integer.MAX_VALUE ? 0 : calls.choices + ASKED_EVERY;
        }
        return calls.fitting;
    }

    private int askFitting(Shape shape, Calls calls) {
        OptionalLong free = calls.bytesARow <= 0 ? OptionalLong.empty() : memory.free();
        return free.isEmpty()
                ? Integer.MAX_VALUE
                : (int) (calls.kept
                        + ((double) Math.max(0, free.getAsLong()) * USABLE * memory.share() + spare(shape, calls))
                                / calls.bytesARow);
    }

    /** What the runtime keeps for larger calls of the same network, and uses for this shape's too. */
    private double spare(Shape shape, Calls calls) {
        boolean decoding = isDecoding(shape.dimensions());
        double most = byShape.getOrDefault(shape.pipeline(), Map.of()).entrySet().stream()
                .filter(each -> isDecoding(each.getKey()) == decoding)
                .mapToDouble(each -> each.getValue().bytesARow * each.getValue().kept)
                .max()
                .orElse(0);
        return Math.max(0, most - calls.bytesARow * calls.kept);
    }

    /**
     * Looks whether one row can fit, before the first call of its shape. Only where a call that does not fit would end the
     * process ({@link Memory#kills}): elsewhere the device itself says so, which is more than a guess.
     *
     * @throws DeviceMemoryException where it cannot, as far as can be told from other shapes of the same model
     */
    void require(Shape shape) {
        if (!memory.kills() || calls(shape).profile.largest() > 0) {
            return;
        }
        OptionalLong free = memory.free();
        double needed = guess(shape);
        if (free.isPresent() && needed > (double) Math.max(0, free.getAsLong()) + held(shape.pipeline())) {
            throw new DeviceMemoryException(
                    "one row of " + shape + " needs about " + mebibytes(needed) + " MiB, as rows of this model's"
                            + " other shapes did for their size; free are " + mebibytes((double) free.getAsLong())
                            + " of " + mebibytes((double) memory.limit().orElse(0)) + " MiB");
        }
    }

    /**
     * Whether a call that was made before may not fit now, since its memory was given back and others may have taken it.
     * Only where it would end the process.
     */
    boolean isTight(Shape shape) {
        Calls calls = known(shape);
        if (!memory.kills() || calls == null || calls.kept > 0 || calls.profile.largest() == 0) {
            return false;
        }
        OptionalLong free = memory.free();
        return free.isPresent()
                && calls.leastBytesARow < Double.POSITIVE_INFINITY
                && calls.leastBytesARow > (double) free.getAsLong() + held(shape.pipeline());
    }

    /**
     * Makes a call, and learns from it what it cost and needed, or that there was no memory for it.
     *
     * @param meter is told of the call
     */
    <T> T call(Shape shape, int rows, CallMeter meter, Supplier<T> call) {
        calling(shape, rows);
        long before = meter.total();
        try {
            T result = call.get();
            called(shape, rows, (double) (meter.total() - before));
            return result;
        } catch (DeviceMemoryException e) {
            full(shape, rows);
            throw e;
        }
    }

    /** A call is about to be made. */
    void calling(Shape shape, int rows) {
        Calls calls = calls(shape);
        OptionalLong free = rows <= calls.kept ? OptionalLong.empty() : memory.free();
        calls.before = free.orElse(-1);
    }

    /**
     * The least that one row needs: as its elements to those of shapes that were run, and are not too far from it; 0 where
     * nothing like it was run. The least of all measurements, since others in the process take memory too.
     */
    private double guess(Shape shape) {
        boolean decoding = isDecoding(shape.dimensions());
        double[] least = {0};
        byShape.getOrDefault(shape.pipeline(), Map.of()).forEach((dimensions, calls) -> {
            if (isDecoding(dimensions) == decoding && isLike(calls, shape)) {
                least[0] = Math.max(least[0], calls.leastBytesARow / calls.elements * shape.elements());
            }
        });
        return least[0];
    }

    private static boolean isDecoding(String dimensions) {
        return dimensions.startsWith(Shape.DECODE);
    }

    private static boolean isLike(Calls calls, Shape shape) {
        return calls.leastBytesARow < Double.POSITIVE_INFINITY
                && calls.elements <= shape.elements()
                && calls.elements >= shape.elements() / FAR;
    }

    /** What the runtime keeps for calls of this model, and would use for others. */
    private double held(Pipeline pipeline) {
        return byShape.getOrDefault(pipeline, Map.of()).values().stream()
                .mapToDouble(c -> c.bytesARow * c.kept)
                .max()
                .orElse(0);
    }

    /** The call came back after so many nanoseconds. */
    void called(Shape shape, int rows, double nanos) {
        Calls calls = calls(shape);
        calls.elements = shape.elements();
        if (calls.before >= 0) {
            OptionalLong free = memory.free();
            int more = rows - calls.kept;
            if (free.isPresent() && more > 0) {
                double bytes = Math.max(0, (double) (calls.before - free.getAsLong()) / more);
                // A network's first call ever also takes what all of its calls need, whatever their size.
                if (wasRun(shape)) {
                    calls.leastBytesARow = Math.min(calls.leastBytesARow, bytes);
                }
                // One measurement may have caught what something else took: the next ones correct it.
                calls.bytesARow = Math.max(bytes, calls.bytesARow / 2);
                calls.askAgain = 0;
                calls.sameSince = 0;
            }
            calls.before = -1;
        }
        if (++calls.sameSince >= FORGOTTEN) {
            doubt(calls);
        }
        boolean decoding = isDecoding(shape.dimensions());
        calls.profile.measured(rows, nanos, !last.refersTo(shape.pipeline()) || decoding != lastDecoded);
        last = new WeakReference<>(shape.pipeline());
        lastDecoded = decoding;
        calls.kept = Math.max(calls.kept, rows);
        if (calls.limit < Integer.MAX_VALUE && ++calls.wellSince >= FORGOTTEN) {
            int above = RowLadder.above(calls.limit);
            calls.limit = above < most ? above : Integer.MAX_VALUE;
            calls.wellSince = 0;
        }
    }

    /**
     * So many calls had no more rows than one before: a measurement that caught more than the call itself may have kept them
     * small. It counts half from now on, yet no less than the least that was measured; where a mistake would end the process,
     * nothing is tried on less than that.
     */
    private void doubt(Calls calls) {
        boolean known = calls.leastBytesARow < Double.POSITIVE_INFINITY;
        double least = known ? calls.leastBytesARow : memory.kills() ? calls.bytesARow : 0;
        calls.bytesARow = Math.max(Math.min(least, calls.bytesARow), calls.bytesARow / 2);
        calls.askAgain = 0;
        calls.sameSince = 0;
    }

    /** Whether there was a call of the network that a shape is for. */
    private boolean wasRun(Shape shape) {
        return byShape.getOrDefault(shape.pipeline(), Map.of()).entrySet().stream()
                .anyMatch(each -> isDecoding(each.getKey()) == isDecoding(shape.dimensions())
                        && each.getValue().profile.largest() > 0);
    }

    /** The runtime has given back what it kept for calls. */
    void shrunk() {
        byShape.values().forEach(shapes -> shapes.values().forEach(calls -> {
            calls.kept = 0;
            calls.askAgain = 0;
        }));
    }

    /** Whether so many rows of one picture are known not to fit into one call. */
    boolean isTooMany(Shape shape, int rows) {
        return rows > calls(shape).limit;
    }

    /** The device had not enough memory for so many rows. Of one row that says nothing of others: less cannot be called. */
    void full(Shape shape, int rows) {
        if (rows == 1) {
            return;
        }
        Calls calls = calls(shape);
        calls.limit = Math.min(calls.limit, rows / 2);
        calls.wellSince = 0;
    }

    /** Whether the device is known to have less than so many bytes in all. */
    boolean isTooSmall(long bytes) {
        OptionalLong limit = memory.limit();
        return limit.isPresent() && bytes > limit.getAsLong();
    }

    /** A call and what is free, for a message. */
    String figures(Shape shape, int rows) {
        return rows + " row" + (rows == 1 ? "" : "s") + " of " + shape + free();
    }

    /** What is free, for the end of a message: empty where that is not known. */
    String free() {
        StringBuilder figures = new StringBuilder();
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
