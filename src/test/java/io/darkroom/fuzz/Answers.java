package io.darkroom.fuzz;

import io.darkroom.job.Assignment;
import io.darkroom.job.Closing;
import io.darkroom.job.DeadLetter;
import io.darkroom.job.Delivery;
import io.darkroom.job.DeliveryAction;
import io.darkroom.job.DeliveryEvent;
import io.darkroom.job.DeliveryState;
import io.darkroom.job.Failure;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.Limits;
import io.darkroom.job.ObjectStore.Creation;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.TerminalEvent;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What a request is answered where nothing is out of order, and the device refuses whatever it is given. */
final class Answers {
    /** More than any delivery takes. */
    private static final int MOST_ACTIONS = 20;

    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);

    final List<TerminalEvent> events = new ArrayList<>();
    final List<DeadLetter> letters = new ArrayList<>();

    private Answers() {}

    static Answers to(ParsedRequest request, IncomingRecord record) {
        Answers answers = new Answers();
        Assignment assignment = new Assignment(request, record, "worker", "run", "darkroom", 3, Limits.DEFAULTS, NOW);
        Delivery.Step step = Delivery.begin(assignment, NOW);
        Deque<DeliveryAction> actions = new ArrayDeque<>(step.actions());
        for (int i = 0; i < MOST_ACTIONS && !step.state().ended(); i++) {
            DeliveryEvent event = step.state().turn() == DeliveryState.Turn.WAITS
                    ? new DeliveryEvent.TurnGiven()
                    : answers.perform(actions.remove());
            step = Delivery.on(step.state(), event, NOW);
            actions.addAll(step.actions());
        }
        if (!(step.state() instanceof Closing.Settled)) {
            throw new AssertionError("no answer but " + step);
        }
        return answers;
    }

    private DeliveryEvent perform(DeliveryAction action) {
        if (action instanceof DeliveryAction.CreateAttempt create) {
            return new DeliveryEvent.AttemptCreated(create.number(), Creation.CREATED);
        }
        if (action instanceof DeliveryAction.StartRender) {
            return new DeliveryEvent.RenderFailed(new Failure(Failure.Code.INTERNAL, "not in a test"));
        }
        if (action instanceof DeliveryAction.CreateOutcome) {
            return new DeliveryEvent.OutcomeCreated(Creation.CREATED);
        }
        if (action instanceof DeliveryAction.SendDeadLetter send) {
            letters.add(send.letter());
            return new DeliveryEvent.LetterSent();
        }
        if (action instanceof DeliveryAction.Announce announce) {
            events.add(announce.event());
            return new DeliveryEvent.Announced();
        }
        if (action instanceof DeliveryAction.DeleteCheckpoints) {
            return new DeliveryEvent.CheckpointsDeleted();
        }
        throw new AssertionError("not expected: " + action);
    }
}
