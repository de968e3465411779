package io.darkroom.bench.schedule;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * First in, first out, with batches of requests: the one that waits longest, and with it all that wait and want the same
 * size, steps, sampler and guidance, run together to their end. As servers do that batch whole requests.
 */
final class RequestBatches {
    private static final int PICTURES = 8;

    private RequestBatches() {}

    private record Kind(int steps, int rows, int side, String sampler) {
        static Kind of(SimulatedJob job) {
            return new Kind(job.steps(), job.rows(), job.side(), job.sampler());
        }
    }

    /** When each job ended, in nanoseconds. */
    static long[] run(List<SimulatedJob> jobs, CostModel model) {
        long[] ends = new long[jobs.size()];
        Deque<SimulatedJob> arriving = new ArrayDeque<>(jobs);
        List<SimulatedJob> waiting = new ArrayList<>();
        long now = 0;
        while (!arriving.isEmpty() || !waiting.isEmpty()) {
            if (waiting.isEmpty()) {
                now = Math.max(now, arriving.element().arrival());
            }
            while (!arriving.isEmpty() && arriving.element().arrival() <= now) {
                waiting.add(arriving.remove());
            }
            SimulatedJob head = waiting.get(0);
            List<SimulatedJob> batch = waiting.stream()
                    .filter(job -> Kind.of(job).equals(Kind.of(head)))
                    .limit(PICTURES)
                    .toList();
            waiting.removeAll(batch);
            now += model.text().nanos(2 * batch.size())
                    + head.steps() * CostModel.call(model.denoiser(), head).nanos(head.rows() * batch.size())
                    + CostModel.call(model.decoder(), head).nanos(batch.size());
            for (SimulatedJob job : batch) {
                ends[job.number()] = now;
            }
        }
        return ends;
    }
}
