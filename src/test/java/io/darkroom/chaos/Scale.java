package io.darkroom.chaos;

import io.darkroom.chaos.checker.Minimums;
import java.util.Locale;
import java.util.Map;

/**
 * How much of everything.
 *
 * @param jobs besides references and poison ones
 * @param poison jobs that kill their workers
 * @param workers at the same time
 * @param faults of each kind, of workers and their ways
 * @param serverFaults how often broker and store are killed or restarted
 * @param rollingRestart whether the fleet is restarted in the end, one worker after the other
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
                    Fault.SIGSTOP, 32,
                    Fault.BROKER_CUT, 6,
                    Fault.BROKER_SLOW, 4,
                    Fault.BROKER_REPLIES_LOST, 6,
                    Fault.STORE_CUT, 6,
                    Fault.STORE_SLOW, 4,
                    Fault.STORE_REPLIES_LOST, 6,
                    Fault.STORE_FULL, 6),
            6,
            true,
            45,
            Minimums.FULL);

    /** Every kind of fault, in some minutes. */
    static final Scale MEDIUM = new Scale(
            120,
            1,
            3,
            Map.of(
                    Fault.SIGKILL, 6,
                    Fault.SIGTERM, 4,
                    Fault.SIGSTOP, 3,
                    Fault.BROKER_CUT, 1,
                    Fault.BROKER_SLOW, 1,
                    Fault.BROKER_REPLIES_LOST, 1,
                    Fault.STORE_CUT, 1,
                    Fault.STORE_SLOW, 1,
                    Fault.STORE_REPLIES_LOST, 1,
                    Fault.STORE_FULL, 1),
            2,
            true,
            10,
            new Minimums(2, 1, 1, 1));

    /** What every build affords: too few faults to say how many of them strike. */
    static final Scale SHORT = new Scale(
            20,
            1,
            2,
            Map.of(Fault.SIGKILL, 1, Fault.SIGTERM, 1, Fault.SIGSTOP, 1, Fault.STORE_FULL, 1),
            0,
            false,
            4,
            new Minimums(0, 0, 0, 1));

    static Scale named(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "full" -> FULL;
            case "medium" -> MEDIUM;
            case "short" -> SHORT;
            default -> throw new IllegalArgumentException(
                    "darkroom.chaos.scale is " + name + "; accepted are short, medium and full");
        };
    }
}
