package io.darkroom.worker;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait after a fault: twice as long from fault to fault up to a limit, of which a random part between half
 * and all is taken, so that many do not come back at once.
 */
final class Backoff {
    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;

    Backoff(Duration first, Duration longest, RandomGenerator random) {
        this.first = first;
        this.longest = longest;
        this.random = random;
    }

    /**
     * The next wait.
     *
     * @param faults in a row, counted from 1
     */
    Duration after(int faults) {
        double doubled = (double) first.toMillis() * Math.pow(2, Math.min(faults, 32) - 1);
        double most = Math.min(doubled, (double) longest.toMillis());
        return Duration.ofMillis(Math.round(most * (0.5 + random.nextDouble() / 2)));
    }
}
