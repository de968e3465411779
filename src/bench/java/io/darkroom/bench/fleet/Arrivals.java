package io.darkroom.bench.fleet;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Requests of a day, second by second: a quiet night, a day that peaks in the afternoon, and bursts: a batch sent at once
 * (6:00), a rush of ten minutes (11:00), and one of an hour (20:00). The number in each second is Poisson's.
 */
final class Arrivals {
    static final int DAY = 24 * 3600;

    private Arrivals() {}

    /** @param peak requests a second in the afternoon, bursts aside */
    static int[] of(double peak, long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        int[] arrivals = new int[DAY];
        for (int second = 0; second < DAY; second++) {
            arrivals[second] = poisson(rate(second, peak), random);
        }
        arrivals[6 * 3600] += (int) (600 * peak);
        return arrivals;
    }

    private static double rate(int second, double peak) {
        double hour = second / 3600.0;
        double day = hour < 5 || hour > 23 ? 0 : Math.pow(Math.sin(Math.PI * (hour - 5) / 18), 2);
        boolean rush = hour >= 11 && hour < 11 + 1 / 6.0;
        boolean evening = hour >= 20 && hour < 21;
        return peak * (day + (rush ? 3 : 0) + (evening ? 1 : 0));
    }

    /** Knuth's method; the means here are small. */
    private static int poisson(double mean, RandomGenerator random) {
        double limit = Math.exp(-mean);
        int k = 0;
        for (double p = random.nextDouble(); p > limit; p *= random.nextDouble()) {
            k++;
        }
        return k;
    }
}
