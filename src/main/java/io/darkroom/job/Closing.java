package io.darkroom.job;

import io.darkroom.job.Delivery.Step;
import io.darkroom.job.ObjectStore.Creation;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How a job ends is known: it is written down, told, and settled; or the job is left to another worker. */
public sealed interface Closing extends DeliveryState {
    /**
     * Writes the outcome, or takes over the one that is there: the first wins, whoever wrote it.
     *
     * @param claimed the attempt that this delivery has made; 0 where it has none
     * @param event what this delivery would have it be
     * @param checkpoints whether there may be any, to be deleted in the end; so in the states that follow
     */
    record Deciding(Assignment assignment, int claimed, TerminalEvent event, boolean checkpoints) implements Closing {
        DeliveryAction create() {
            return new DeliveryAction.CreateOutcome(at(), event.data());
        }

        private ObjectStore.Location at() {
            return assignment.at(JobRecord.outcomeKey(assignment.key()));
        }

        @Override
        public Turn turn() {
            return Turn.TRAILS;
        }

        @Override
        public Step on(DeliveryEvent got, Instant now) {
            if (got instanceof DeliveryEvent.OutcomeCreated created) {
                return created.creation() == Creation.CREATED
                        ? Delivery.publish(assignment, event, checkpoints)
                        : new Step(this, new DeliveryAction.ReadOutcome(at()));
            }
            if (got instanceof DeliveryEvent.OutcomeRead read) {
                if (read.content() == null) {
                    return new Step(this, create());
                }
                TerminalEvent stored = TerminalEvent.read(assignment.key(), read.content());
                return stored == null
                        ? Delivery.broken(assignment, at().key())
                        : Delivery.publish(assignment, stored, checkpoints);
            }
            return got instanceof DeliveryEvent.Release release
                    ? Delivery.leave(assignment, claimed, release, 0)
                    : new Step(this);
        }

        @Override
        public boolean awaits(DeliveryAction action) {
            return action instanceof DeliveryAction.CreateOutcome || action instanceof DeliveryAction.ReadOutcome;
        }
    }

    /**
     * Puts the request aside, and then tells how the job ended.
     *
     * @param then null where there is no terminal event: the id is another request's
     */
    record DeadLettering(Assignment assignment, DeadLetter letter, @Nullable TerminalEvent then, boolean checkpoints)
            implements Closing {
        @Override
        public Step on(DeliveryEvent event, Instant now) {
            if (event instanceof DeliveryEvent.LetterSent) {
                return then == null
                        ? Delivery.settled(assignment, null)
                        : Delivery.announce(assignment, then, checkpoints);
            }
            return event instanceof DeliveryEvent.Release ? new Step(new Released(assignment)) : new Step(this);
        }

        @Override
        public boolean awaits(DeliveryAction action) {
            return action instanceof DeliveryAction.SendDeadLetter;
        }
    }

    /** Tells how the job ended, and waits until the broker has it. */
    record Announcing(Assignment assignment, TerminalEvent event, boolean checkpoints) implements Closing {
        @Override
        public Step on(DeliveryEvent got, Instant now) {
            if (got instanceof DeliveryEvent.Announced) {
                return Delivery.told(assignment, event, checkpoints);
            }
            return got instanceof DeliveryEvent.Release ? new Step(new Released(assignment)) : new Step(this);
        }

        @Override
        public boolean awaits(DeliveryAction action) {
            return action instanceof DeliveryAction.Announce;
        }
    }

    /**
     * The event is told: deletes what a later attempt would have gone on from. A store that does not do that holds nothing
     * up; what is left then goes with the job record.
     */
    record Cleaning(Assignment assignment, TerminalEvent event) implements Closing {
        @Override
        public Step on(DeliveryEvent got, Instant now) {
            boolean over = got instanceof DeliveryEvent.CheckpointsDeleted
                    || got instanceof DeliveryEvent.Release
                    || (got instanceof DeliveryEvent.Faulted faulted
                            && faulted.action() instanceof DeliveryAction.DeleteCheckpoints);
            return over ? Delivery.settled(assignment, event) : new Step(this);
        }

        @Override
        public boolean awaits(DeliveryAction action) {
            return false;
        }
    }

    /**
     * Writes down what the rendering has come to, and then leaves the job.
     *
     * @param name of the checkpoint
     * @param deviceMs what the attempt has spent
     */
    record Parting(
            Assignment assignment, int attempt, CheckpointName name, DeliveryEvent.Release release, double deviceMs)
            implements Closing {
        @Override
        public Turn turn() {
            return Turn.TRAILS;
        }

        @Override
        public Step on(DeliveryEvent event, Instant now) {
            if (event instanceof DeliveryEvent.CheckpointCreated created
                    && created.name().equals(name)) {
                return Delivery.leave(assignment, attempt, release, deviceMs);
            }
            return event instanceof DeliveryEvent.Release again && !again.clean()
                    ? Delivery.leave(assignment, attempt, again, deviceMs)
                    : new Step(this);
        }

        @Override
        public boolean awaits(DeliveryAction action) {
            return action instanceof DeliveryAction.CreateCheckpoint create
                    && create.name().equals(name);
        }
    }

    /** Leaves the job, and says in its record that the attempt does not count. */
    record Releasing(Assignment assignment, int attempt, JobRecord.End end) implements Closing {
        @Override
        public Turn turn() {
            return Turn.TRAILS;
        }

        @Override
        public Step on(DeliveryEvent event, Instant now) {
            return event instanceof DeliveryEvent.EndCreated ? new Step(new Released(assignment)) : new Step(this);
        }

        @Override
        public boolean awaits(DeliveryAction action) {
            return action instanceof DeliveryAction.CreateEnd;
        }
    }

    /**
     * The offset may be committed.
     *
     * @param event what was announced; null where the request was only put aside
     */
    record Settled(Assignment assignment, @Nullable TerminalEvent event) implements Ended {}

    /** Left for another worker, or for later: the offset must not be committed. */
    record Released(Assignment assignment) implements Ended {}

    /** The partition is another's. */
    record Lost(Assignment assignment) implements Ended {}

    /** Nothing follows any more. */
    sealed interface Ended extends Closing {
        @Override
        default boolean ended() {
            return true;
        }

        @Override
        default Step on(DeliveryEvent event, Instant now) {
            return new Step(this);
        }

        @Override
        default boolean awaits(DeliveryAction action) {
            return false;
        }
    }
}
