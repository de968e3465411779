package io.darkroom.job;

import java.util.List;
import java.util.Map;

/**
 * What a rendering has to do with checkpoints.
 *
 * @param untried those that are left should the present one turn out to be of no use
 * @param kept device milliseconds of earlier attempts that are in what the rendering goes on from, by attempt
 * @param writing whether one is on its way to the store: then the next is left out, for the store is slower than the
 *     device
 * @param any whether there are, or may be, any in the job record
 */
record Saves(List<CheckpointName> untried, Map<Integer, Double> kept, boolean writing, boolean any) {
    Saves {
        untried = List.copyOf(untried);
        kept = Map.copyOf(kept);
    }

    static Saves of(JobRecord past, List<CheckpointName> untried) {
        // A worker that stood still may wake up, and write down what an earlier attempt has come to.
        boolean any = past.hasCheckpoints() || !past.attempts().isEmpty();
        return new Saves(untried, Map.of(), false, any);
    }

    Saves from(Map<Integer, Double> deviceMs) {
        return new Saves(untried, deviceMs, writing, any);
    }

    Saves write() {
        return new Saves(untried, kept, true, true);
    }

    Saves written() {
        return new Saves(untried, kept, false, any);
    }

    /** Those that are left after one of an attempt was of no use. */
    List<CheckpointName> without(int attempt) {
        return untried.stream().filter(name -> name.attempt() != attempt).toList();
    }

    double keptMs() {
        return kept.values().stream().mapToDouble(Double::doubleValue).sum();
    }
}
