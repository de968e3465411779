package io.darkroom.bench.schedule;

import java.util.Random;

/** By how much longer than its cost a simulated device's call takes that begins at a time. Stateful; times only go on. */
@FunctionalInterface
public interface Pacing {
    /** Always as fast. */
    Pacing STEADY = now -> 1;

    /**
     * Times as long as it costs that a call takes.
     *
     * @param now when it begins, in nanoseconds
     */
    double factor(long now);

    /**
     * As was seen on two cores of a machine that has others' work too: for some seconds at full speed, for some at three
     * quarters of it; some per cent between one call and the next, and one in a hundred takes up to twice as long.
     */
    static Pacing uneven(long seed) {
        Random random = new Random(seed);
        return new Pacing() {
            private boolean slow;
            private double until;

            @Override
            public double factor(long now) {
                while (now >= until) {
                    slow = !slow;
                    until += -Math.log(1 - random.nextDouble()) * 4e9;
                }
                double jitter = Math.exp(0.04 * random.nextGaussian());
                double outlier = random.nextInt(100) == 0 ? 1 + random.nextDouble() : 1;
                return (slow ? 1 / 0.75 : 1) * jitter * outlier;
            }
        };
    }
}
