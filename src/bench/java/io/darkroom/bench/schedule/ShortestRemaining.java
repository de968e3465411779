package io.darkroom.bench.schedule;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Shortest remaining time, one job at a time: between any two steps the one that would end soonest goes on. No other order
 * has a smaller mean time to the end on a device that takes one job at a time (Schrage 1968).
 */
final class ShortestRemaining {
    private ShortestRemaining() {}

    private static final class Left {
        final SimulatedJob job;
        int steps;
        long nanos;

        Left(SimulatedJob job, CostModel model) {
            this.job = job;
            this.steps = job.steps();
            this.nanos = model.alone(job);
        }
    }

    /** When each job ended, in nanoseconds. */
    static long[] run(List<SimulatedJob> jobs, CostModel model) {
        long[] ends = new long[jobs.size()];
        Deque<SimulatedJob> arriving = new ArrayDeque<>(jobs);
        PriorityQueue<Left> waiting = new PriorityQueue<>(
                Comparator.<Left>comparingLong(left -> left.nanos).thenComparingInt(left -> left.job.number()));
        long now = 0;
        while (!arriving.isEmpty() || !waiting.isEmpty()) {
            if (waiting.isEmpty()) {
                now = Math.max(now, arriving.element().arrival());
            }
            while (!arriving.isEmpty() && arriving.element().arrival() <= now) {
                waiting.add(new Left(arriving.remove(), model));
            }
            Left next = waiting.remove();
            long call = CostModel.call(model.denoiser(), next.job).nanos(next.job.rows());
            boolean last = next.steps == 1;
            long took = last ? next.nanos : call;
            now += took;
            next.nanos -= took;
            next.steps--;
            if (last) {
                ends[next.job.number()] = now;
            } else {
                waiting.add(next);
            }
        }
        return ends;
    }
}
