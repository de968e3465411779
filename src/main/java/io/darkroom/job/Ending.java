package io.darkroom.job;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a delivery is going to end that does not (or no longer) render. */
sealed interface Ending {
    /** The request is at fault. */
    record Fail(Failure failure) implements Ending {}

    /** Nobody wants it. */
    record Cancel(String reason) implements Ending {}

    /** Another worker will do it. */
    record Leave(DeliveryEvent.Release release) implements Ending {}

    /** The ending that an event asks for; null where it asks for none. */
    static @Nullable Ending of(DeliveryEvent event) {
        if (event instanceof DeliveryEvent.Cancel cancel) {
            return new Cancel(cancel.reason());
        }
        if (event instanceof DeliveryEvent.Expired) {
            return new Fail(new Failure(
                    Failure.Code.EXPIRED,
                    "the request's expires_at is past",
                    List.of(new Problem("expires_at", "is past", Failure.Code.EXPIRED))));
        }
        return event instanceof DeliveryEvent.Release release ? new Leave(release) : null;
    }

    /**
     * Goes that way.
     *
     * @param claimed the attempt that this delivery has made; 0 where it has none
     * @param attempt the last attempt that is known, for the event
     * @param outputs the pictures that are stored
     * @param checkpoints whether there may be any, to be deleted in the end
     */
    default Delivery.Step take(
            Assignment a, int claimed, int attempt, List<Output> outputs, double deviceMs, boolean checkpoints) {
        if (this instanceof Leave leave) {
            return Delivery.leave(a, claimed, leave.release(), deviceMs);
        }
        Outcome.Context context = a.context(Math.max(1, attempt));
        Outcome outcome = this instanceof Cancel cancel
                ? new Outcome.Canceled(context, cancel.reason(), outputs)
                : new Outcome.Failed(context, ((Fail) this).failure(), outputs);
        return Delivery.decide(a, claimed, outcome.event(), checkpoints);
    }
}
