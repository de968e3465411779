package io.darkroom.job;

import io.darkroom.job.Closing.Announcing;
import io.darkroom.job.Closing.Cleaning;
import io.darkroom.job.Closing.DeadLettering;
import io.darkroom.job.Closing.Deciding;
import io.darkroom.job.Closing.Lost;
import io.darkroom.job.Closing.Parting;
import io.darkroom.job.Closing.Released;
import io.darkroom.job.Closing.Releasing;
import io.darkroom.job.Closing.Settled;
import io.darkroom.job.Making.Looking;
import io.darkroom.job.Making.OnDevice;
import io.darkroom.job.Making.Rendering;
import io.darkroom.job.Making.Resuming;
import io.darkroom.job.ObjectStore.Location;
import io.darkroom.job.Starting.Claiming;
import io.darkroom.job.Starting.Queued;
import io.darkroom.job.Starting.Reading;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of one record from its receipt to its commit, as a pure function: a state and an event give the next state and
 * what is to be done. No I/O, no clock, no randomness: the time comes with each event.
 *
 * <p>Without faults: a turn, create {@code attempt-1}, render, create the pictures, create {@code result.json}, create
 * {@code outcome}, announce, settled. The job record is the only truth: a create that is refused is how a duplicate, a
 * redelivery or another owner is noticed, and whatever is stored already is taken over instead of one's own, but for what
 * is another request's, which has the same id and whose job record is gone: that fails the job. Nothing is settled before
 * the broker has acknowledged the terminal event (or the dead letter).
 *
 * <p>A fault of the surroundings changes no state: the same action is asked for again, so it costs no attempt.
 *
 * <p>A long job leaves checkpoints in its record, which hold nothing up: one that cannot be written is left out. A later
 * attempt goes on from the furthest that its renderer can use. They are deleted once the event is acknowledged.
 */
public final class Delivery {
    private static final String LOST = "its partition is another worker's";

    /** Where a delivery is, and what is to be done now, in this order. */
    public record Step(DeliveryState state, List<DeliveryAction> actions) {
        public Step {
            actions = List.copyOf(actions);
        }

        Step(DeliveryState state, DeliveryAction... actions) {
            this(state, List.of(actions));
        }
    }

    private Delivery() {}

    /** The first step of a delivery. */
    public static Step begin(Assignment a, Instant now) {
        if (a.request() instanceof ParsedRequest.Valid) {
            return a.begunBefore() ? read(a, null) : new Step(new Queued(a, JobRecord.NONE, 1, false));
        }
        return claim(a, JobRecord.NONE, 1, new Ending.Fail(failure(a.request())), now);
    }

    /** The next step of a delivery. */
    public static Step on(DeliveryState state, DeliveryEvent event, Instant now) {
        if (state.ended()) {
            return new Step(state);
        }
        if (event instanceof DeliveryEvent.Lose) {
            return lose(state);
        }
        if (event instanceof DeliveryEvent.Faulted faulted) {
            return state.awaits(faulted.action())
                    ? new Step(state.heard(event), new DeliveryAction.Backoff(faulted.action(), faulted.reason()))
                    : state.on(event, now);
        }
        if (event instanceof DeliveryEvent.RetryDue due) {
            return state.awaits(due.action()) ? new Step(state.heard(event), due.action()) : new Step(state);
        }
        if (event instanceof DeliveryEvent.Refused refused) {
            if (!ofTheRequest(refused.action())) {
                return on(state, new DeliveryEvent.Faulted(refused.action(), refused.reason()), now);
            }
            return state.awaits(refused.action()) ? state.on(event, now) : new Step(state);
        }
        return state.on(event, now);
    }

    /** The attempt is none that its worker has not survived: that is all that is said of it. */
    private static Step lose(DeliveryState state) {
        Assignment a = state.assignment();
        List<DeliveryAction> actions = new ArrayList<>();
        if (state instanceof OnDevice) {
            actions.add(stop(a));
        }
        if (state instanceof Making making) {
            actions.add(lost(a, making.attempt(), making.deviceMs()));
        } else if (state instanceof Parting parting) {
            actions.add(lost(a, parting.attempt(), parting.deviceMs()));
        } else if (state instanceof Releasing releasing) {
            actions.add(createEnd(a, releasing.attempt(), releasing.end()));
        } else if (state instanceof Deciding deciding && deciding.claimed() > 0) {
            actions.add(lost(a, deciding.claimed(), 0));
        } else if (state instanceof Queued queued && queued.claimed()) {
            actions.add(lost(a, queued.attempt(), 0));
        }
        return new Step(new Lost(a), actions);
    }

    /** What is still to be said of an attempt that was made while its partition was lost. */
    public static DeliveryAction lost(Assignment a, int attempt) {
        return lost(a, attempt, 0);
    }

    private static DeliveryAction lost(Assignment a, int attempt, double deviceMs) {
        return createEnd(a, attempt, new JobRecord.End(true, LOST, deviceMs));
    }

    private static DeliveryAction createEnd(Assignment a, int attempt, JobRecord.End end) {
        return new DeliveryAction.CreateEnd(a.at(JobRecord.endKey(a.key(), attempt)), end.data());
    }

    /** Only pictures and {@code result.json} go where the request says; the job record's place is the worker's. */
    private static boolean ofTheRequest(DeliveryAction action) {
        return action instanceof DeliveryAction.CreatePicture
                || action instanceof DeliveryAction.ReadPicture
                || action instanceof DeliveryAction.CreateResult
                || action instanceof DeliveryAction.ReadResult;
    }

    private static Failure failure(ParsedRequest request) {
        if (request instanceof ParsedRequest.Invalid invalid) {
            return invalid.failure();
        }
        if (request instanceof ParsedRequest.Unreadable unreadable) {
            return unreadable.failure();
        }
        throw new IllegalArgumentException("a valid request has not failed yet: " + request.key());
    }

    // What the states share: one function for each way on.

    static Step claim(Assignment a, JobRecord past, int number, @Nullable Ending ending, Instant now) {
        Location at = a.at(JobRecord.attemptKey(a.key(), number));
        Bytes content = a.attempt(number, now).data();
        return new Step(new Claiming(a, past, number, ending), new DeliveryAction.CreateAttempt(number, at, content));
    }

    /** Somebody was there before: what has come of it? */
    static Step read(Assignment a, @Nullable Ending ending) {
        Reading reading = new Reading(a, ending, 0);
        return new Step(reading, reading.read());
    }

    /** Renders, where the job has not ended elsewhere while it waited for its turn, since its record was read. */
    static Step render(Assignment a, JobRecord past, int attempt, Instant now) {
        return past.attempts().isEmpty()
                ? resume(a, past, attempt, past.checkpoints(), now)
                : look(a, past, attempt, past.checkpoints());
    }

    /** Looks for an outcome first; these checkpoints are left to try. */
    static Step look(Assignment a, JobRecord past, int attempt, List<CheckpointName> untried) {
        return new Step(
                new Looking(a, past, attempt, untried),
                new DeliveryAction.ReadOutcome(a.at(JobRecord.outcomeKey(a.key()))));
    }

    /** Renders from the first of these checkpoints that is of use, else from the beginning. */
    static Step resume(Assignment a, JobRecord past, int attempt, List<CheckpointName> untried, Instant now) {
        if (untried.isEmpty()) {
            return start(a, attempt, past, null, Saves.of(past, untried), now);
        }
        Resuming resuming = new Resuming(a, past, attempt, untried);
        return new Step(resuming, resuming.read());
    }

    static Step start(
            Assignment a,
            int attempt,
            JobRecord past,
            Checkpoint.@Nullable Stored checkpoint,
            Saves saves,
            Instant now) {
        RenderJob job = new RenderJob(a.key(), request(a), attempt, a.alone(past, attempt), checkpoint);
        return new Step(
                new Rendering(
                        a, past, attempt, a.age(now), 0, checkpoint == null ? null : checkpoint.name(), false, saves),
                new DeliveryAction.StartRender(job));
    }

    /**
     * Writes the end down; the first to do so wins.
     *
     * @param claimed the attempt that this delivery has made; 0 where it has none
     * @param checkpoints whether there may be any, to be deleted in the end
     */
    static Step decide(Assignment a, int claimed, TerminalEvent event, boolean checkpoints) {
        Deciding deciding = new Deciding(a, claimed, event, checkpoints);
        return new Step(deciding, deciding.create());
    }

    /**
     * Tells the end that is stored, with a dead letter before it where one is due. Where each event is told once, and this
     * one was not brought about by this request, the record says by whom it is.
     */
    static Step publish(Assignment a, TerminalEvent stored, boolean checkpoints) {
        return a.exactlyOnce() && !stored.from(a.record().source())
                ? read(a, a.request() instanceof ParsedRequest.Valid ? null : new Ending.Fail(failure(a.request())))
                : publish(a, stored, checkpoints, true);
    }

    /** As {@link #publish(Assignment, TerminalEvent, boolean)}, by a record that was read. */
    static Step publish(Assignment a, TerminalEvent stored, JobRecord record) {
        return publish(a, stored, record.hasCheckpoints(), !a.exactlyOnce() || a.tells(stored, record));
    }

    /** @param tells whether the event is told with this request; else with another, which is redelivered until it is */
    private static Step publish(Assignment a, TerminalEvent stored, boolean checkpoints, boolean tells) {
        if (a.request() instanceof ParsedRequest.Unreadable unreadable) {
            String why = unreadable.failure().message();
            return bury(a, DeadLetter.Reason.UNREADABLE, why, tells ? stored : null, checkpoints);
        }
        boolean exhausted = Failure.Code.ATTEMPTS_EXHAUSTED.wireName().equals(stored.failureCode());
        boolean own = stored.from(a.record().source());
        if (exhausted && own) {
            return bury(a, DeadLetter.Reason.ATTEMPTS_EXHAUSTED, stored.failureMessage(), stored, checkpoints);
        }
        return tells ? announce(a, stored, checkpoints) : settled(a, stored);
    }

    static Step announce(Assignment a, TerminalEvent stored, boolean checkpoints) {
        return new Step(new Announcing(a, stored, checkpoints), new DeliveryAction.Announce(stored));
    }

    static Step bury(
            Assignment a, DeadLetter.Reason reason, String message, @Nullable TerminalEvent then, boolean checkpoints) {
        DeadLetter letter = a.letter(reason, message);
        return new Step(new DeadLettering(a, letter, then, checkpoints), new DeliveryAction.SendDeadLetter(letter));
    }

    static Step broken(Assignment a, String key) {
        return bury(a, DeadLetter.Reason.RECORD_UNREADABLE, "the job record's " + key + " cannot be read", null, false);
    }

    /** The broker has the event: what is left is to tidy up. */
    static Step told(Assignment a, TerminalEvent event, boolean checkpoints) {
        return checkpoints
                ? new Step(new Cleaning(a, event), new DeliveryAction.DeleteCheckpoints(a.bucket(), a.key()))
                : settled(a, event);
    }

    static Step settled(Assignment a, @Nullable TerminalEvent event) {
        return new Step(new Settled(a, event));
    }

    /** Leaves the job: at once, or once the attempt that this delivery has made is ended in the record. */
    static Step leave(Assignment a, int claimed, DeliveryEvent.Release release, double deviceMs) {
        if (claimed == 0) {
            return new Step(new Released(a));
        }
        JobRecord.End end = new JobRecord.End(release.clean(), release.reason(), deviceMs);
        return new Step(new Releasing(a, claimed, end), createEnd(a, claimed, end));
    }

    static DeliveryAction stop(Assignment a) {
        return new DeliveryAction.StopRender(a.key());
    }

    /** A completed job's data, if that is what is stored; else null. */
    static @Nullable TerminalEvent completed(Assignment a, ObjectStore.@Nullable Stored stored) {
        TerminalEvent event = stored == null ? null : TerminalEvent.read(a.key(), stored.content());
        return event != null && event.type() == EventType.COMPLETED ? event : null;
    }

    static RenderRequest request(Assignment a) {
        if (a.request() instanceof ParsedRequest.Valid valid) {
            return valid.request();
        }
        throw new IllegalStateException("not a request that is rendered: " + a.key());
    }
}
