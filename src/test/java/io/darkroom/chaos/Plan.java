package io.darkroom.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * What a seed makes of a scale: for each worker its faults, in order, each so long after the worker has begun a job.
 *
 * @param workers by worker
 */
record Plan(long seed, Scale scale, List<List<Strike>> workers) {
    /**
     * One fault.
     *
     * @param afterMs since the worker has begun a job
     * @param skewed whether the worker that comes after it, if any does, has a clock that is ten minutes off
     */
    record Strike(Fault fault, long afterMs, boolean skewed) {}

    private static final int LATEST_MS = 3000;
    private static final int ONE_IN = 6;

    static Plan of(long seed, Scale scale) {
        Random random = new Random(seed);
        List<Fault> all = new ArrayList<>();
        for (Fault fault : Fault.values()) {
            all.addAll(Collections.nCopies(scale.faults().getOrDefault(fault, 0), fault));
        }
        Collections.shuffle(all, random);
        List<List<Strike>> workers = new ArrayList<>();
        for (int i = 0; i < scale.workers(); i++) {
            workers.add(new ArrayList<>());
        }
        for (int i = 0; i < all.size(); i++) {
            workers.get(i % scale.workers())
                    .add(new Strike(all.get(i), random.nextInt(LATEST_MS), random.nextInt(ONE_IN) == 0));
        }
        return new Plan(seed, scale, workers);
    }

    int strikes() {
        return workers.stream().mapToInt(List::size).sum();
    }
}
