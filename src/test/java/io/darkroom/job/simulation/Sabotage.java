package io.darkroom.job.simulation;

import io.darkroom.job.Closing;
import io.darkroom.job.Delivery;
import io.darkroom.job.DeliveryAction;
import io.darkroom.job.DeliveryEvent;
import io.darkroom.job.DeliveryState;
import io.darkroom.job.JobRecord;
import io.darkroom.job.Making;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.ObjectStore.Creation;
import io.darkroom.job.Rendered;
import io.darkroom.job.Starting;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** State machines with a fault planted: a simulation that does not find them would prove nothing. */
final class Sabotage {
    static final Map<String, Machine> ALL = new LinkedHashMap<>();

    static {
        ALL.put("settled before the event is acknowledged", (state, event, now) -> {
            Delivery.Step step = Delivery.on(state, event, now);
            return step.state() instanceof Closing.Announcing announcing
                    ? new Delivery.Step(
                            new Closing.Settled(announcing.assignment(), announcing.event()), step.actions())
                    : step;
        });
        ALL.put(
                "a send that failed counts as sent",
                hears(event -> event instanceof DeliveryEvent.Faulted faulted
                                && faulted.action() instanceof DeliveryAction.Announce
                        ? new DeliveryEvent.Announced()
                        : event));
        ALL.put(
                "its own outcome is announced, not the stored one",
                hears(event -> event instanceof DeliveryEvent.OutcomeCreated
                        ? new DeliveryEvent.OutcomeCreated(Creation.CREATED)
                        : event));
        ALL.put("a taken picture is taken for its own", (state, event, now) -> {
            if (state instanceof Making.Storing storing && event instanceof DeliveryEvent.PictureTaken taken) {
                Rendered.Picture own = storing.rendered().pictures().get(taken.index());
                return Delivery.on(
                        state,
                        new DeliveryEvent.PictureStored(
                                taken.index(),
                                own.content().sha256(),
                                own.content().size(),
                                storing.assignment().request().digest()),
                        now);
            }
            return Delivery.on(state, event, now);
        });
        ALL.put("a picture whose creation failed is announced", (state, event, now) -> {
            if (state instanceof Making.Storing storing
                    && event instanceof DeliveryEvent.Faulted faulted
                    && faulted.action() instanceof DeliveryAction.CreatePicture create) {
                Rendered.Picture own = storing.rendered().pictures().get(create.index());
                return Delivery.on(
                        state,
                        new DeliveryEvent.PictureStored(
                                create.index(),
                                own.content().sha256(),
                                own.content().size(),
                                storing.assignment().request().digest()),
                        now);
            }
            return Delivery.on(state, event, now);
        });
        ALL.put(
                "another request's picture is taken for its own",
                hears(event -> event instanceof DeliveryEvent.PictureStored p
                        ? new DeliveryEvent.PictureStored(p.index(), p.sha256(), p.bytes(), null)
                        : event));
        ALL.put(
                "another request's result is taken for its own",
                hears(event -> event instanceof DeliveryEvent.ResultRead read && read.stored() != null
                        ? new DeliveryEvent.ResultRead(
                                new ObjectStore.Stored(read.stored().content(), null))
                        : event));
        ALL.put(
                "a taken attempt is taken for its own",
                hears(event -> event instanceof DeliveryEvent.AttemptCreated a
                        ? new DeliveryEvent.AttemptCreated(a.number(), Creation.CREATED)
                        : event));
        ALL.put(
                "the stored outcome is not looked at",
                hears(event -> event instanceof DeliveryEvent.RecordRead read
                        ? new DeliveryEvent.RecordRead(
                                new JobRecord(read.record().attempts(), null, null))
                        : event));
        ALL.put(
                "attempts are not counted",
                hears(event -> event instanceof DeliveryEvent.RecordRead read
                        ? new DeliveryEvent.RecordRead(new JobRecord(
                                cleaned(read.record()), read.record().outcome(), null))
                        : event));
        ALL.put(
                "a handover counts as a failed attempt",
                hears(event -> event instanceof DeliveryEvent.Release
                        ? new DeliveryEvent.Release("handed over", false)
                        : event));
        ALL.put(
                "a fault of the store costs an attempt",
                (state, event, now) -> state instanceof Starting.Claiming claiming
                                && claiming.ending() == null
                                && event instanceof DeliveryEvent.Faulted
                        ? new Delivery.Step(
                                new Starting.Queued(
                                        claiming.assignment(), claiming.past(), claiming.attempt() + 1, false),
                                List.of())
                        : Delivery.on(state, event, now));
        ALL.put("a dead letter is not waited for", (state, event, now) -> {
            Delivery.Step step = Delivery.on(state, event, now);
            return step.state() instanceof Closing.DeadLettering letter && letter.then() == null
                    ? new Delivery.Step(new Closing.Settled(letter.assignment(), null), step.actions())
                    : step;
        });
        ALL.put("a released job is settled", (state, event, now) -> {
            Delivery.Step step = Delivery.on(state, event, now);
            return step.state() instanceof Closing.Released released
                    ? new Delivery.Step(new Closing.Settled(released.assignment(), null), step.actions())
                    : step;
        });
        ALL.put(
                "a fault is never tried again",
                hears(event -> event instanceof DeliveryEvent.RetryDue ? new DeliveryEvent.RenderStarted() : event));
        ALL.put(
                "an id that is another request's is not noticed",
                (state, event, now) -> event instanceof DeliveryEvent.RecordRead read
                        ? Delivery.on(state, new DeliveryEvent.RecordRead(renamed(read.record(), state)), now)
                        : Delivery.on(state, event, now));
    }

    static {
        ALL.put("checkpoints are deleted before the event is acknowledged", (state, event, now) -> {
            Delivery.Step step = Delivery.on(state, event, now);
            if (step.state() instanceof Closing.Announcing announcing && announcing.checkpoints()) {
                List<DeliveryAction> actions = new ArrayList<>(step.actions());
                actions.add(new DeliveryAction.DeleteCheckpoints(
                        announcing.assignment().bucket(),
                        announcing.assignment().key()));
                return new Delivery.Step(announcing, actions);
            }
            return step;
        });
        ALL.put(
                "checkpoints are not looked at",
                hears(event -> event instanceof DeliveryEvent.RecordRead read
                        ? new DeliveryEvent.RecordRead(withoutCheckpoints(read.record()))
                        : event));
        ALL.put(
                "a damaged checkpoint discredits its attempt",
                hears(event -> event instanceof DeliveryEvent.CheckpointUnusable
                        ? new DeliveryEvent.CheckpointUnusable(true)
                        : event));
        ALL.put(
                "a checkpoint that cannot be read is taken for none",
                hears(event -> event instanceof DeliveryEvent.Faulted faulted
                                && faulted.action() instanceof DeliveryAction.ReadCheckpoint read
                        ? new DeliveryEvent.CheckpointRead(read.name(), null)
                        : event));
        ALL.put(
                "what earlier attempts spent on a checkpoint is forgotten",
                hears(event -> event instanceof DeliveryEvent.Resumed ? new DeliveryEvent.Resumed(Map.of()) : event));
        ALL.put(
                "a handover drops what the device has come to",
                hears(event ->
                        event instanceof DeliveryEvent.RenderSaved ? new DeliveryEvent.RenderSaved(null) : event));
        ALL.put("a handover does not wait for the checkpoint to be written", (state, event, now) -> {
            Delivery.Step step = Delivery.on(state, event, now);
            return step.state() instanceof Closing.Parting parting && !(state instanceof Closing.Parting)
                    ? Delivery.on(parting, new DeliveryEvent.CheckpointCreated(parting.name()), now)
                    : step;
        });
        ALL.put("a newer checkpoint does not restart the count", (state, event, now) -> {
            if (state instanceof Starting.Adopting adopting && event instanceof DeliveryEvent.ResultRead) {
                JobRecord past = withoutCheckpoints(adopting.past());
                Delivery.Step step =
                        Delivery.on(new Starting.Adopting(adopting.assignment(), past, adopting.doubted()), event, now);
                if (step.state() instanceof Closing.Deciding) {
                    return step;
                }
            }
            return Delivery.on(state, event, now);
        });
        ALL.put(
                "checkpoints that are not deleted hold up the job",
                hears(event -> event instanceof DeliveryEvent.Faulted faulted
                                && faulted.action() instanceof DeliveryAction.DeleteCheckpoints
                        ? new DeliveryEvent.RenderStarted()
                        : event));
    }

    private Sabotage() {}

    private static JobRecord withoutCheckpoints(JobRecord record) {
        return new JobRecord(record.attempts(), record.outcome(), record.broken());
    }

    private static Machine hears(UnaryOperator<DeliveryEvent> otherwise) {
        return (DeliveryState state, DeliveryEvent event, Instant now) ->
                Delivery.on(state, otherwise.apply(event), now);
    }

    private static List<JobRecord.Attempt> cleaned(JobRecord record) {
        return record.attempts().stream()
                .map(a -> new JobRecord.Attempt(
                        a.number(),
                        a.digest(),
                        "another topic",
                        a.source(),
                        a.worker(),
                        a.run(),
                        a.startedAt(),
                        a.end()))
                .toList();
    }

    private static JobRecord renamed(JobRecord record, DeliveryState state) {
        String digest = state.assignment().request().digest();
        return new JobRecord(
                record.attempts().stream()
                        .map(a -> new JobRecord.Attempt(
                                a.number(),
                                digest,
                                a.topicId(),
                                a.source(),
                                a.worker(),
                                a.run(),
                                a.startedAt(),
                                a.end()))
                        .toList(),
                record.outcome(),
                record.broken());
    }
}
