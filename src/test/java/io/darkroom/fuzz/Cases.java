package io.darkroom.fuzz;

import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.function.LongConsumer;

/**
 * Runs many cases: {@code -Ddarkroom.fuzz.cases=N} as many, {@code -Ddarkroom.fuzz.seed=N} that one alone. Memory has to
 * stay flat over them.
 */
final class Cases {
    private static final int USUAL = 3000;
    private static final int SMALLER = 10;

    /** Of live objects, over all cases after the first tenth. */
    private static final long MOST_GROWTH = 8L << 20;

    private Cases() {}

    /**
     * Runs cases.
     *
     * @param cost how many times less of them there are than usual, for those that take long
     * @param each is given the seed of its case
     */
    static void run(int cost, LongConsumer each) {
        Long one = Long.getLong("darkroom.fuzz.seed");
        if (one != null) {
            each.accept(one);
            return;
        }
        int cases = Integer.getInteger("darkroom.fuzz.cases", USUAL) / cost;
        long before = 0;
        for (long seed = 0; seed < cases; seed++) {
            if (seed == cases / SMALLER) {
                before = live();
            }
            try {
                each.accept(seed);
            } catch (Throwable e) {
                throw new AssertionError("case " + seed + ": " + e + "; see it with -Ddarkroom.fuzz.seed=" + seed, e);
            }
        }
        long growth = live() - before;
        if (growth > MOST_GROWTH) {
            throw new AssertionError("live memory grew by " + growth + " bytes over " + cases + " cases");
        }
    }

    static Random random(long seed) {
        // Neighbouring seeds of java.util.Random begin alike.
        return new Random(seed * 0x9E3779B97F4A7C15L);
    }

    private static long live() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
