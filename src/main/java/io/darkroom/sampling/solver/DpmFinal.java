package io.darkroom.sampling.solver;

/**
 * Lower orders at the end, for stability.
 *
 * @param lowerOrderFinal below 15 steps the last step is of order 1 and the one before of order 2 at most
 * @param firstOrderLast the last step is of order 1 in any case (euler_at_final, or a final noise level of zero)
 */
record DpmFinal(boolean lowerOrderFinal, boolean firstOrderLast) {
    /** The highest order at an index. */
    int highestOrder(int index, int evaluations) {
        boolean lower = lowerOrderFinal && evaluations < 15;
        if (index == evaluations - 1 && (lower || firstOrderLast)) {
            return 1;
        }
        return index == evaluations - 2 && lower ? 2 : Integer.MAX_VALUE;
    }
}
