package io.darkroom.bench.schedule;

import java.util.Map;

/**
 * What a simulated device takes for its calls. A call of n rows takes {@code fixed + row * max(n, knee)}: up to the knee
 * the device is not busy and more rows cost nothing, beyond it each costs the same. The figures are assumed, but
 * for the starter's; docs/benchmarks.md has them too.
 *
 * @param name as in figures
 * @param denoiser by the pictures' side in pixels
 * @param decoder the same
 * @param text of the text encoder
 */
public record CostModel(String name, Map<Integer, Call> denoiser, Map<Integer, Call> decoder, Call text) {
    /** As a CPU: rows cost what they cost, however many share a call. */
    static final CostModel CPU = new CostModel(
            "CPU",
            Map.of(64, new Call(1.0, 2.4, 1), 96, new Call(1.0, 5.5, 1)),
            Map.of(64, new Call(1.0, 8.5, 1), 96, new Call(1.0, 19, 1)),
            new Call(0.5, 1.5, 1));

    /** As a GPU: a device that is not busy with fewer than eight small, or four large rows. */
    static final CostModel ACCELERATOR = new CostModel(
            "accelerator",
            Map.of(64, new Call(4, 2, 8), 96, new Call(4, 4.5, 4)),
            Map.of(64, new Call(4, 6, 2), 96, new Call(4, 14, 1)),
            new Call(3, 0.3, 8));

    /** As the starter on two cores, by raw calls; the decoder's and the text encoder's roughly. */
    static final CostModel STARTER = new CostModel(
            "starter",
            Map.of(96, new Call(3.2, 3.16, 1), 128, new Call(3.8, 5.03, 1)),
            Map.of(96, new Call(1, 9.5, 1), 128, new Call(1, 16, 1)),
            new Call(0.5, 1.2, 1));

    /** As many as share a call at most. */
    static final int MOST_ROWS = 64;

    /**
     * One network at one size.
     *
     * @param fixedMs of each call
     * @param rowMs of each row
     * @param knee rows up to which more cost nothing, at least 1
     */
    public record Call(double fixedMs, double rowMs, int knee) {
        /** Nanoseconds of a call. */
        public long nanos(int rows) {
            return Math.round(1e6 * (fixedMs + rowMs * Math.max(rows, knee)));
        }

        /** Nanoseconds a row where as many share a call as pay. */
        double bestNanosARow() {
            return nanos(MOST_ROWS) / (double) MOST_ROWS;
        }
    }

    /** Nanoseconds of a job that has the device for itself. */
    long alone(SimulatedJob job) {
        return text.nanos(2)
                + job.steps() * call(denoiser, job).nanos(job.rows())
                + call(decoder, job).nanos(1);
    }

    /** Nanoseconds of a job's part of calls that as many share as pay. */
    double shared(SimulatedJob job) {
        return 2 * text.bestNanosARow()
                + job.steps() * job.rows() * call(denoiser, job).bestNanosARow()
                + call(decoder, job).bestNanosARow();
    }

    static Call call(Map<Integer, Call> bySide, SimulatedJob job) {
        return call(bySide, job.side());
    }

    static Call call(Map<Integer, Call> bySide, int side) {
        Call call = bySide.get(side);
        if (call == null) {
            throw new IllegalArgumentException(
                    "no cost for pictures of " + side + " pixels; there is for " + bySide.keySet());
        }
        return call;
    }
}
