package io.darkroom.job;

import io.darkroom.job.Delivery.Step;
import io.darkroom.job.ObjectStore.Creation;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Before a job is rendered: its turn, its attempt, and what its record says. */
public sealed interface Starting extends DeliveryState {
    /**
     * Waits to be rendered. No attempt is made before, so that a crash does not count against jobs that only waited.
     *
     * @param attempt the one to make; the job asks to run alone where one before it ended unclean: it may have been this
     *     job's doing, and must not count against others
     * @param claimed whether the attempt is there already: its creation was answered with a fault, or this process made it
     *     when it owned the partition before
     */
    record Queued(Assignment assignment, JobRecord past, int attempt, boolean claimed) implements Starting {
        /** Whether nothing else may be rendered meanwhile. */
        public boolean alone() {
            return assignment.alone(past, attempt);
        }

        @Override
        public Turn turn() {
            return Turn.WAITS;
        }

        @Override
        public Step on(DeliveryEvent event, Instant now) {
            if (event instanceof DeliveryEvent.TurnGiven) {
                return claimed
                        ? Delivery.render(assignment, past, attempt, now)
                        : Delivery.claim(assignment, past, attempt, null, now);
            }
            Ending ending = Ending.of(event);
            return ending == null ? new Step(this) : end(ending, now);
        }

        private Step end(Ending ending, Instant now) {
            if (past.attempts().isEmpty() && !(ending instanceof Ending.Leave)) {
                return Delivery.claim(assignment, past, attempt, ending, now);
            }
            return ending.take(assignment, claimed ? attempt : 0, past.last(), List.of(), 0, past.hasCheckpoints());
        }

        @Override
        public boolean awaits(DeliveryAction action) {
            return false;
        }
    }

    /** Creates an attempt, and then renders, or ends as was asked for meanwhile. */
    record Claiming(Assignment assignment, JobRecord past, int attempt, @Nullable Ending ending) implements Starting {
        @Override
        public Turn turn() {
            return ending == null ? Turn.HOLDS : Turn.NONE;
        }

        @Override
        public Step on(DeliveryEvent event, Instant now) {
            if (event instanceof DeliveryEvent.AttemptCreated created && created.number() == attempt) {
                if (created.creation() == Creation.EXISTS) {
                    return Delivery.read(assignment, ending);
                }
                return ending == null
                        ? Delivery.render(assignment, past, attempt, now)
                        : ending.take(assignment, attempt, attempt, List.of(), 0, past.hasCheckpoints());
            }
            Ending asked = Ending.of(event);
            return asked == null || ending != null
                    ? new Step(this)
                    : new Step(new Claiming(assignment, past, attempt, asked));
        }

        @Override
        public boolean awaits(DeliveryAction action) {
            return action instanceof DeliveryAction.CreateAttempt create && create.number() == attempt;
        }
    }

    /**
     * Somebody was there before: reads what the record says.
     *
     * @param doubted the attempt that was waited for, as {@link Adopting}; 0 where none was
     */
    record Reading(Assignment assignment, @Nullable Ending ending, int doubted) implements Starting {
        DeliveryAction read() {
            return new DeliveryAction.ReadRecord(assignment.bucket(), assignment.key());
        }

        @Override
        public Step on(DeliveryEvent event, Instant now) {
            if (event instanceof DeliveryEvent.RecordRead read) {
                return read(read.record(), now);
            }
            Ending asked = Ending.of(event);
            if (asked == null || ending != null) {
                return new Step(this);
            }
            Reading leaving = new Reading(assignment, asked, doubted);
            return doubted == 0 ? new Step(leaving) : new Step(leaving, read());
        }

        private Step read(JobRecord record, Instant now) {
            if (record.broken() != null) {
                return Delivery.broken(assignment, record.broken());
            }
            if (record.attempts().isEmpty()) {
                // An earlier owner meant to begin it, and did not come to it.
                Queued queued = new Queued(assignment, record, 1, false);
                return ending == null ? new Step(queued) : queued.end(ending, now);
            }
            if (record.conflicts(assignment.request().digest())) {
                String message = "the id " + assignment.key().id() + " belongs to a request with another content";
                return Delivery.bury(assignment, DeadLetter.Reason.ID_CONFLICT, message, null, false);
            }
            Bytes outcome = record.outcome();
            if (outcome != null) {
                TerminalEvent stored = TerminalEvent.read(assignment.key(), outcome);
                return stored == null
                        ? Delivery.broken(assignment, JobRecord.outcomeKey(assignment.key()))
                        : Delivery.publish(assignment, stored, record);
            }
            if (ending != null) {
                return ending.take(
                        assignment, assignment.open(record), record.last(), List.of(), 0, record.hasCheckpoints());
            }
            RenderRequest request = Delivery.request(assignment);
            return new Step(
                    new Adopting(assignment, record, doubted),
                    new DeliveryAction.ReadResult(assignment.result(request)));
        }

        @Override
        public boolean awaits(DeliveryAction action) {
            return action instanceof DeliveryAction.ReadRecord;
        }
    }

    /**
     * There were attempts and no outcome: takes over a result that is stored already, before it tries again. One that is
     * another request's would only stop it later, after its rendering.
     *
     * <p>Before a job is given up for an attempt without an end, that is waited for: its worker may have lost the partition
     * a moment ago, and live. Then it says so as soon as it hears of it, or has ended the job.
     *
     * @param doubted the attempt that was waited for; 0 where none was
     */
    record Adopting(Assignment assignment, JobRecord past, int doubted) implements Starting {
        @Override
        public Step on(DeliveryEvent event, Instant now) {
            if (event instanceof DeliveryEvent.ResultRead read) {
                if (read.stored() != null
                        && Ownership.anothers(assignment, read.stored().request())) {
                    return end(Ownership.taken(assignment, assignment.result(Delivery.request(assignment))));
                }
                TerminalEvent result = Delivery.completed(assignment, read.stored());
                return result != null
                        ? Delivery.decide(assignment, assignment.open(past), result, past.hasCheckpoints())
                        : again();
            }
            if (event instanceof DeliveryEvent.Refused) {
                return again();
            }
            Ending ending = Ending.of(event);
            return ending == null ? new Step(this) : end(ending);
        }

        private Step end(Ending ending) {
            return ending.take(assignment, assignment.open(past), past.last(), List.of(), 0, past.hasCheckpoints());
        }

        private Step again() {
            int own = assignment.open(past);
            if (own > 0) {
                return new Step(new Queued(assignment, past, own, true));
            }
            List<JobRecord.Attempt> unclean = assignment.unclean(past);
            if (unclean.size() < assignment.maxAttempts()) {
                return new Step(new Queued(assignment, past, past.last() + 1, false));
            }
            JobRecord.Attempt last = unclean.get(unclean.size() - 1);
            if (last.end() == null && last.number() > doubted) {
                Reading again = new Reading(assignment, null, last.number());
                return new Step(again, new DeliveryAction.Later(again.read()));
            }
            String cause = last.end() == null
                    ? "ended without a word"
                    : "ended: " + last.end().reason();
            Failure failure = new Failure(
                    Failure.Code.ATTEMPTS_EXHAUSTED,
                    "given up after " + unclean.size() + " attempts; in attempt " + last.number() + " worker "
                            + last.worker() + " " + cause);
            return new Ending.Fail(failure).take(assignment, 0, past.last(), List.of(), 0, past.hasCheckpoints());
        }

        @Override
        public boolean awaits(DeliveryAction action) {
            return action instanceof DeliveryAction.ReadResult;
        }
    }
}
