package io.darkroom.job;

import io.darkroom.job.Delivery.Step;
import java.time.Instant;

/** Where a delivery is. Each state knows what it waits for, and what follows from each event. */
public sealed interface DeliveryState permits Starting, Making, Closing {
    /** Whether a delivery takes part in the order in which jobs are rendered. */
    enum Turn {
        NONE,
        /** Waits for {@link DeliveryEvent.TurnGiven}. */
        WAITS,
        /** Has been given its turn, and is not through with it. */
        HOLDS,
        /** Is through with it, and its attempt is open: should the worker end now, that counts against the job. */
        TRAILS
    }

    Assignment assignment();

    /** What follows from an event; an event that means nothing here changes nothing. */
    Step on(DeliveryEvent event, Instant now);

    /** Whether the answer to an action is still of use. */
    boolean awaits(DeliveryAction action);

    /** The state in which it waits to ask for an action again, or has asked again. */
    default DeliveryState heard(DeliveryEvent event) {
        return this;
    }

    default Turn turn() {
        return Turn.NONE;
    }

    /** Whether nothing follows any more. */
    default boolean ended() {
        return false;
    }
}
