package io.darkroom.chaos;

import io.darkroom.chaos.checker.Minimums;
import java.util.Map;

/**
 * How much of everything.
 *
 * @param jobs besides poison ones and copies
 * @param workers at the same time
 * @param faults of each kind, of workers and their ways
 * @param serverFaults how often broker and store are killed or restarted
 * @param minutes after which the run is given up
 */
record Scale(
        int jobs,
        int poison,
        int workers,
        Map<Fault, Integer> faults,
        int serverFaults,
        boolean rollingRestart,
        int minutes,
        Minimums minimums) {
    /** A whole run. */
    static final Scale FULL = new Scale(
            1000,
            5,
            4,
            Map.of(
                    Fault.SIGKILL, 50,
                    Fault.SIGTERM, 20,
                    Fault.SIGSTOP, 16,
                    Fault.BROKER_CUT, 6,
                    Fault.BROKER_SLOW, 4,
                    Fault.BROKER_REPLIES_LOST, 6,
                    Fault.STORE_CUT, 6,
                    Fault.STORE_SLOW, 4,
                    Fault.STORE_REPLIES_LOST, 6,
                    Fault.STORE_FULL, 6),
            6,
            true,
            30,
            Minimums.FULL);

    /** What every build affords. */
    static final Scale SHORT = new Scale(
            40,
            1,
            2,
            Map.of(Fault.SIGKILL, 3, Fault.SIGTERM, 2, Fault.SIGSTOP, 1, Fault.STORE_REPLIES_LOST, 1, Fault.STORE_FULL, 1),
            0,
            false,
            4,
            new Minimums(1, 1, 0, 1));
}
