package io.darkroom.worker;

import io.darkroom.job.Assignment;
import io.darkroom.job.TerminalEvent;
import org.jspecify.annotations.Nullable;

/** Hears how deliveries go: for figures and the log. Called on the delivery thread; calls do not block. */
public interface DeliveryObserver {
    /** A record is settled; {@code event} is null where it was only put aside. */
    default void settled(Assignment assignment, @Nullable TerminalEvent event) {}

    /** A record was left for another worker, or for later. */
    default void released(Assignment assignment) {}

    /** An action met a fault of the surroundings and will be tried again. */
    default void faulted(Assignment assignment, String action, String reason) {}
}
