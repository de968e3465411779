package io.darkroom.job;

import io.darkroom.job.Delivery.Step;
import io.darkroom.job.ObjectStore.Creation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A job becomes pictures, and these become objects in the store. */
public sealed interface Making extends DeliveryState {
    /** The attempt that is made, counted from 1. */
    int attempt();

    /** The job's share of the device in this attempt, in milliseconds, as far as it is known. */
    default double deviceMs() {
        return 0;
    }

    /** The renderer has the job. */
    sealed interface OnDevice extends Making {}

    /**
     * Reads the checkpoint to go on from.
     *
     * @param untried the names of those that may be of use, the furthest first; at least one
     */
    record Resuming(Assignment assignment, JobRecord past, int attempt, List<CheckpointName> untried)
            implements Making {
        DeliveryAction read() {
            CheckpointName first = untried.get(0);
            return new DeliveryAction.ReadCheckpoint(first, assignment.at(first.key(assignment.key())));
        }

        @Override
        public Turn turn() {
            return Turn.HOLDS;
        }

        @Override
        public Step on(DeliveryEvent event, Instant now) {
            CheckpointName first = untried.get(0);
            if (event instanceof DeliveryEvent.CheckpointRead read
                    && read.name().equals(first)) {
                List<CheckpointName> rest = untried.subList(1, untried.size());
                return read.content() == null
                        ? Delivery.look(assignment, past, attempt, rest)
                        : Delivery.start(
                                assignment,
                                attempt,
                                past,
                                new Checkpoint.Stored(first, read.content()),
                                Saves.of(past, rest),
                                now);
            }
            Ending ending = Ending.of(event);
            return ending == null ? new Step(this) : ending.take(assignment, attempt, attempt, List.of(), 0, true);
        }

        @Override
        public boolean awaits(DeliveryAction action) {
            return action instanceof DeliveryAction.ReadCheckpoint read
                    && read.name().equals(untried.get(0));
        }
    }

    /**
     * Looks whether the job has ended elsewhere: it was begun before, or a checkpoint is gone, as happens then.
     *
     * @param untried the checkpoints that may be of use, the furthest first
     */
    record Looking(Assignment assignment, JobRecord past, int attempt, List<CheckpointName> untried) implements Making {
        @Override
        public Turn turn() {
            return Turn.HOLDS;
        }

        @Override
        public Step on(DeliveryEvent event, Instant now) {
            if (event instanceof DeliveryEvent.OutcomeRead read) {
                if (read.content() == null) {
                    return Delivery.resume(assignment, past, attempt, untried, now);
                }
                TerminalEvent stored = TerminalEvent.read(assignment.key(), read.content());
                return stored == null
                        ? Delivery.broken(assignment, JobRecord.outcomeKey(assignment.key()))
                        : Delivery.publish(assignment, stored, true);
            }
            Ending ending = Ending.of(event);
            return ending == null ? new Step(this) : ending.take(assignment, attempt, attempt, List.of(), 0, true);
        }

        @Override
        public boolean awaits(DeliveryAction action) {
            return action instanceof DeliveryAction.ReadOutcome;
        }
    }

    /**
     * Is being rendered.
     *
     * @param queuedMs milliseconds from the request to its start
     * @param deviceMs the job's share of the device so far, in this attempt
     * @param checkpoint what it goes on from; null where it began at the beginning
     * @param away whether the renderer has given it back, after a fault of the surroundings, until it is asked again
     */
    record Rendering(
            Assignment assignment,
            JobRecord past,
            int attempt,
            long queuedMs,
            double deviceMs,
            @Nullable CheckpointName checkpoint,
            boolean away,
            Saves saves)
            implements OnDevice {
        @Override
        public Turn turn() {
            return Turn.HOLDS;
        }

        @Override
        public Step on(DeliveryEvent event, Instant now) {
            if (event instanceof DeliveryEvent.RenderStarted) {
                return new Step(new Rendering(
                        assignment, past, attempt, assignment.age(now), deviceMs, checkpoint, away, saves));
            }
            if (event instanceof DeliveryEvent.Stepped stepped) {
                return new Step(new Rendering(
                        assignment, past, attempt, queuedMs, stepped.atLeast(deviceMs), checkpoint, away, saves));
            }
            if (event instanceof DeliveryEvent.Finished finished) {
                return store(finished.rendered(), now);
            }
            if (event instanceof DeliveryEvent.RenderFailed failed) {
                return end(new Ending.Fail(failed.failure()));
            }
            if (event instanceof DeliveryEvent.Release release && release.clean() && !away) {
                return new Step(new Saving(this, release), new DeliveryAction.SaveRender(assignment.key()));
            }
            Ending ending = Ending.of(event);
            return ending == null ? onCheckpoint(event, now) : stop(ending);
        }

        @Override
        public DeliveryState heard(DeliveryEvent event) {
            boolean given = event instanceof DeliveryEvent.RetryDue;
            return new Rendering(assignment, past, attempt, queuedMs, deviceMs, checkpoint, !given, saves);
        }

        private Step onCheckpoint(DeliveryEvent event, Instant now) {
            if (event instanceof DeliveryEvent.Resumed resumed) {
                return new Step(with(saves.from(resumed.deviceMs())));
            }
            if (event instanceof DeliveryEvent.CheckpointUnusable unusable && checkpoint != null) {
                List<CheckpointName> left =
                        unusable.wholeAttempt() ? saves.without(checkpoint.attempt()) : saves.untried();
                return Delivery.resume(assignment, past, attempt, left, now);
            }
            if (event instanceof DeliveryEvent.Checkpointed made && !saves.writing()) {
                return new Step(with(saves.write()), keep(made.checkpoint()));
            }
            boolean written = event instanceof DeliveryEvent.CheckpointCreated
                    || (event instanceof DeliveryEvent.Faulted faulted
                            && faulted.action() instanceof DeliveryAction.CreateCheckpoint);
            return new Step(written ? with(saves.written()) : this);
        }

        private Rendering with(Saves other) {
            return new Rendering(assignment, past, attempt, queuedMs, deviceMs, checkpoint, away, other);
        }

        DeliveryAction.CreateCheckpoint keep(Checkpoint made) {
            CheckpointName name = new CheckpointName(attempt, made.step());
            return new DeliveryAction.CreateCheckpoint(name, assignment.at(name.key(assignment.key())), made.content());
        }

        Step store(Rendered rendered, Instant now) {
            return new Storing(assignment, past, attempt, queuedMs, rendered, now, saves, Map.of()).begin(now);
        }

        /** It is not with the renderer any more. */
        Step end(Ending ending) {
            return ending.take(assignment, attempt, attempt, List.of(), deviceMs, saves.any());
        }

        /** It is taken from the renderer. */
        Step stop(Ending ending) {
            Step step = end(ending);
            List<DeliveryAction> actions = new ArrayList<>(List.of(Delivery.stop(assignment)));
            actions.addAll(step.actions());
            return new Step(step.state(), actions);
        }

        @Override
        public boolean awaits(DeliveryAction action) {
            return action instanceof DeliveryAction.StartRender;
        }
    }

    /**
     * Is to be left, and waits for what the renderer has come to; goes on where that is the end.
     *
     * @param release for when it is left
     */
    record Saving(Rendering rendering, DeliveryEvent.Release release) implements OnDevice {
        @Override
        public Assignment assignment() {
            return rendering.assignment();
        }

        @Override
        public int attempt() {
            return rendering.attempt();
        }

        @Override
        public double deviceMs() {
            return rendering.deviceMs();
        }

        @Override
        public Turn turn() {
            return Turn.HOLDS;
        }

        @Override
        public Step on(DeliveryEvent event, Instant now) {
            if (event instanceof DeliveryEvent.RenderSaved saved) {
                return saved.checkpoint() == null ? leave() : part(saved.checkpoint());
            }
            if (event instanceof DeliveryEvent.Finished finished) {
                return rendering.store(finished.rendered(), now);
            }
            if (event instanceof DeliveryEvent.RenderFailed failed) {
                return rendering.end(new Ending.Fail(failed.failure()));
            }
            if (event instanceof DeliveryEvent.Resumed resumed) {
                return new Step(new Saving(rendering.with(rendering.saves().from(resumed.deviceMs())), release));
            }
            boolean notBegun = event instanceof DeliveryEvent.CheckpointUnusable
                    || (event instanceof DeliveryEvent.Faulted faulted
                            && faulted.action() instanceof DeliveryAction.StartRender);
            if (notBegun) {
                return leave();
            }
            Ending ending = Ending.of(event);
            boolean again = event instanceof DeliveryEvent.Release other && other.clean();
            return ending == null || again ? new Step(this) : rendering.stop(ending);
        }

        private Step leave() {
            return rendering.end(new Ending.Leave(release));
        }

        private Step part(Checkpoint made) {
            DeliveryAction.CreateCheckpoint create = rendering.keep(made);
            double deviceMs = Math.max(rendering.deviceMs(), made.deviceMs());
            return new Step(
                    new Closing.Parting(assignment(), rendering.attempt(), create.name(), release, deviceMs), create);
        }

        @Override
        public boolean awaits(DeliveryAction action) {
            return false;
        }
    }

    /**
     * Puts the pictures into the store.
     *
     * @param since when the pictures were there
     * @param stored by index, what the store has confirmed
     */
    record Storing(
            Assignment assignment,
            JobRecord past,
            int attempt,
            long queuedMs,
            Rendered rendered,
            Instant since,
            Saves saves,
            Map<Integer, Output> stored)
            implements Making {
        @Override
        public double deviceMs() {
            return rendered.deviceMs();
        }

        Step begin(Instant now) {
            List<DeliveryAction> actions = new ArrayList<>();
            for (int i = 0; i < rendered.pictures().size(); i++) {
                actions.add(create(i));
            }
            return actions.isEmpty() ? record(now) : new Step(this, actions);
        }

        @Override
        public Turn turn() {
            return Turn.TRAILS;
        }

        @Override
        public Step on(DeliveryEvent event, Instant now) {
            if (event instanceof DeliveryEvent.PictureTaken taken) {
                return new Step(this, new DeliveryAction.ReadPicture(taken.index(), location(taken.index())));
            }
            if (event instanceof DeliveryEvent.PictureGone gone) {
                return new Step(this, create(gone.index()));
            }
            if (event instanceof DeliveryEvent.PictureStored picture) {
                if (Ownership.anothers(assignment, picture.request())) {
                    return end(Ownership.taken(assignment, location(picture.index())));
                }
                Map<Integer, Output> more = new TreeMap<>(stored);
                more.put(picture.index(), output(picture));
                Storing next =
                        new Storing(assignment, past, attempt, queuedMs, rendered, since, saves, Map.copyOf(more));
                return more.size() == rendered.pictures().size() ? next.record(now) : new Step(next);
            }
            Ending ending = event instanceof DeliveryEvent.Refused refused
                    ? new Ending.Fail(new Failure(Failure.Code.STORAGE_UNAVAILABLE, refused.reason()))
                    : event instanceof DeliveryEvent.Expired ? null : Ending.of(event);
            return ending == null ? new Step(this) : end(ending);
        }

        private Step end(Ending ending) {
            return ending.take(assignment, attempt, attempt, outputs(), rendered.deviceMs(), saves.any());
        }

        @Override
        public boolean awaits(DeliveryAction action) {
            return (action instanceof DeliveryAction.CreatePicture create && !stored.containsKey(create.index()))
                    || (action instanceof DeliveryAction.ReadPicture read && !stored.containsKey(read.index()));
        }

        private Step record(Instant now) {
            Map<String, Long> timings = new LinkedHashMap<>();
            timings.put("queued", queuedMs);
            timings.putAll(rendered.timingsMs());
            timings.put("upload", Math.max(0, now.toEpochMilli() - since.toEpochMilli()));
            timings.put("total", assignment.age(now));
            TerminalEvent event = new Outcome.Completed(
                            assignment.context(attempt),
                            rendered.plusDeviceMs(saves.keptMs()),
                            outputs(),
                            timings,
                            past.deviceMsLost(saves.kept()))
                    .event();
            Recording recording =
                    new Recording(assignment, attempt, event, outputs(), rendered.deviceMs(), saves.any());
            return new Step(recording, recording.create());
        }

        private List<Output> outputs() {
            return stored.keySet().stream().sorted().map(stored::get).toList();
        }

        private Output output(DeliveryEvent.PictureStored picture) {
            Rendered.Picture of = rendered.pictures().get(picture.index());
            return new Output(
                    location(picture.index()),
                    of.mediaType(),
                    of.width(),
                    of.height(),
                    picture.bytes(),
                    picture.sha256(),
                    of.seed(),
                    of.swept());
        }

        private DeliveryAction create(int index) {
            Rendered.Picture picture = rendered.pictures().get(index);
            return new DeliveryAction.CreatePicture(
                    index,
                    location(index),
                    picture.content(),
                    picture.mediaType(),
                    assignment.request().digest());
        }

        private ObjectStore.Location location(int index) {
            return assignment.file(
                    Delivery.request(assignment), rendered.pictures().get(index).fileName());
        }
    }

    /** Writes {@code result.json}, or takes over the one that is there, unless that is another request's. */
    record Recording(
            Assignment assignment,
            int attempt,
            TerminalEvent event,
            List<Output> outputs,
            double deviceMs,
            boolean checkpoints)
            implements Making {
        DeliveryAction create() {
            return new DeliveryAction.CreateResult(
                    at(), event.data(), assignment.request().digest());
        }

        private ObjectStore.Location at() {
            return assignment.result(Delivery.request(assignment));
        }

        @Override
        public Turn turn() {
            return Turn.TRAILS;
        }

        @Override
        public Step on(DeliveryEvent got, Instant now) {
            if (got instanceof DeliveryEvent.ResultCreated created) {
                return created.creation() == Creation.CREATED
                        ? Delivery.decide(assignment, attempt, event, checkpoints)
                        : new Step(this, new DeliveryAction.ReadResult(at()));
            }
            if (got instanceof DeliveryEvent.ResultRead read) {
                if (read.stored() == null) {
                    return new Step(this, create());
                }
                if (Ownership.anothers(assignment, read.stored().request())) {
                    return end(Ownership.taken(assignment, at()));
                }
                TerminalEvent stored = Delivery.completed(assignment, read.stored());
                return Delivery.decide(assignment, attempt, stored == null ? event : stored, checkpoints);
            }
            if (got instanceof DeliveryEvent.Refused refused) {
                return end(new Ending.Fail(new Failure(Failure.Code.STORAGE_UNAVAILABLE, refused.reason())));
            }
            return got instanceof DeliveryEvent.Release release
                    ? Delivery.leave(assignment, attempt, release, deviceMs)
                    : new Step(this);
        }

        private Step end(Ending ending) {
            return ending.take(assignment, attempt, attempt, outputs, deviceMs, checkpoints);
        }

        @Override
        public boolean awaits(DeliveryAction action) {
            return action instanceof DeliveryAction.CreateResult || action instanceof DeliveryAction.ReadResult;
        }
    }
}
