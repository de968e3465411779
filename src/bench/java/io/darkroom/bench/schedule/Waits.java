package io.darkroom.bench.schedule;

import java.util.Arrays;
import java.util.List;

/**
 * What came of a policy: how long jobs took beyond what they take alone on the device.
 *
 * @param policy its name
 * @param picturesASecond from the first arrival to the last end
 * @param seconds by priority as in {@link SimulatedJob#PRIORITIES}, each sorted
 */
@SuppressWarnings("ArrayRecordComponent") // never changed
record Waits(String policy, double picturesASecond, List<double[]> seconds) {
    static Waits of(String policy, List<SimulatedJob> jobs, long[] ends, CostModel model) {
        double last = Arrays.stream(ends).max().orElseThrow();
        List<double[]> seconds = Arrays.stream(SimulatedJob.PRIORITIES)
                .mapToObj(priority -> jobs.stream()
                        .filter(job -> job.priority() == priority)
                        .mapToDouble(job -> (ends[job.number()] - job.arrival() - model.alone(job)) / 1e9)
                        .sorted()
                        .toArray())
                .toList();
        return new Waits(policy, jobs.size() / ((last - jobs.get(0).arrival()) / 1e9), seconds);
    }

    /**
     * So many seconds at most that part of the jobs waited.
     *
     * @param part 0 to 1
     */
    double quantile(int priority, double part) {
        double[] sorted = seconds.get(priority);
        return sorted[(int) Math.min(sorted.length - 1.0, Math.floor(part * sorted.length))];
    }

    double mean() {
        return seconds.stream().flatMapToDouble(Arrays::stream).average().orElseThrow();
    }
}
