package io.darkroom.training.objective;

import java.util.Random;

/**
 * What makes classifier-free guidance possible (Ho and Salimans 2022, algorithm 1): with a small probability a sample's
 * condition is taken away, each sample on its own. What it gets instead is the empty prompt, as at inference.
 *
 * @param probability 0..1
 */
public record ConditionDropout(double probability) {
    public ConditionDropout {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("condition dropout: " + probability + " is not in 0..1");
        }
    }

    /**
     * Replaces some of a batch's token ids, in place.
     *
     * @param ids one row for each sample
     * @param empty the ids of the empty prompt
     */
    public void apply(long[][] ids, long[] empty, Random random) {
        for (int i = 0; i < ids.length; i++) {
            if (random.nextDouble() < probability) {
                ids[i] = empty.clone();
            }
        }
    }
}
