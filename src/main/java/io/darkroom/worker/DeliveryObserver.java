package io.darkroom.worker;

import io.darkroom.job.Assignment;
import io.darkroom.job.TerminalEvent;
import org.jspecify.annotations.Nullable;

/** Hears how deliveries go: for figures and the log. Called on the delivery thread; calls do not block. */
public interface DeliveryObserver {
    /** A record was taken in, and waits. */
    default void taken(Assignment assignment) {}

    /** The device begins with its job. */
    default void started(Assignment assignment, String model) {}

    /** Its job made a step. */
    default void stepped(Assignment assignment) {}

    /**
     * A record is settled; {@code event} is null where it was only put aside.
     *
     * @param deviceMs what this delivery took of the device
     */
    default void settled(Assignment assignment, @Nullable TerminalEvent event, double deviceMs) {}

    /** A record was left for another worker, or for later. */
    default void released(Assignment assignment, double deviceMs) {}

    /** An action met a fault of the surroundings and will be tried again. */
    default void faulted(Assignment assignment, String action, String reason) {}
}
