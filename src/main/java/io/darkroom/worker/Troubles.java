package io.darkroom.worker;

import io.darkroom.job.DeliveryAction;
import io.darkroom.job.Intake;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What deliveries have met of faults of the surroundings, and the intake that waits while there are any. Of the delivery
 * thread alone, but for {@link #now}.
 */
final class Troubles {
    /** How often an action met a fault in a row, and the last reason. */
    private record Trouble(int faults, String reason) {}

    private final Intake intake;
    /** By delivery and action: the action itself, for equal pictures may be large. */
    private final Map<Running, Map<DeliveryAction, Trouble>> met = new LinkedHashMap<>();

    private volatile @Nullable String now;

    Troubles(Intake intake) {
        this.intake = intake;
    }

    /** What is wrong; empty where all is well. */
    Optional<String> now() {
        return Optional.ofNullable(now);
    }

    /**
     * An action met a fault.
     *
     * @return how many in a row, counted from 1
     */
    int add(Running running, DeliveryAction action, String reason) {
        int faults = met.computeIfAbsent(running, r -> new IdentityHashMap<>())
                .merge(action, new Trouble(1, reason), (before, one) -> new Trouble(before.faults() + 1, reason))
                .faults();
        look();
        return faults;
    }

    /** What the action met is over. */
    void over(Running running, DeliveryAction action) {
        Map<DeliveryAction, Trouble> its = met.get(running);
        if (its != null && its.remove(action) != null) {
            if (its.isEmpty()) {
                met.remove(running);
            }
            look();
        }
    }

    /** The delivery has ended. */
    void over(Running running) {
        if (met.remove(running) != null) {
            look();
        }
    }

    /** Tells the intake when trouble begins and when it ends. */
    private void look() {
        boolean was = now != null;
        String first = met.values().stream()
                .flatMap(its -> its.values().stream())
                .map(Trouble::reason)
                .findFirst()
                .orElse(null);
        now = first;
        if (first != null && !was) {
            intake.pause(first);
        } else if (first == null && was) {
            intake.resume();
        }
    }
}
