package io.darkroom.job;

import io.darkroom.job.Delivery.Step;
import io.darkroom.job.ObjectStore.Creation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A job becomes pictures, and these become objects in the store. */
public sealed interface Making extends DeliveryState {
    /**
     * Is being rendered.
     *
     * @param queuedMs milliseconds from the request to its start
     * @param deviceMs the job's share of the device so far
     */
    record Rendering(Assignment assignment, JobRecord past, int attempt, long queuedMs, double deviceMs)
            implements Making {
        @Override
        public Turn turn() {
            return Turn.HOLDS;
        }

        @Override
        public Step on(DeliveryEvent event, Instant now) {
            if (event instanceof DeliveryEvent.RenderStarted) {
                return new Step(new Rendering(assignment, past, attempt, assignment.age(now), deviceMs));
            }
            if (event instanceof DeliveryEvent.Stepped stepped) {
                return new Step(new Rendering(assignment, past, attempt, queuedMs, stepped.deviceMs()));
            }
            if (event instanceof DeliveryEvent.Finished finished) {
                return new Storing(assignment, past, attempt, queuedMs, finished.rendered(), now, Map.of()).begin(now);
            }
            if (event instanceof DeliveryEvent.RenderFailed failed) {
                return new Ending.Fail(failed.failure()).take(assignment, attempt, attempt, List.of(), deviceMs);
            }
            Ending ending = Ending.of(event);
            if (ending == null) {
                return new Step(this);
            }
            Step step = ending.take(assignment, attempt, attempt, List.of(), deviceMs);
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
            Map<Integer, Output> stored)
            implements Making {
        Step begin(Instant now) {
            List<DeliveryAction> actions = new ArrayList<>();
            for (int i = 0; i < rendered.pictures().size(); i++) {
                actions.add(create(i));
            }
            return actions.isEmpty() ? record(now) : new Step(this, actions);
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
                Map<Integer, Output> more = new TreeMap<>(stored);
                more.put(picture.index(), output(picture));
                Storing next = new Storing(assignment, past, attempt, queuedMs, rendered, since, Map.copyOf(more));
                return more.size() == rendered.pictures().size() ? next.record(now) : new Step(next);
            }
            Ending ending = event instanceof DeliveryEvent.Refused refused
                    ? new Ending.Fail(new Failure(Failure.Code.STORAGE_UNAVAILABLE, refused.reason()))
                    : event instanceof DeliveryEvent.Expired ? null : Ending.of(event);
            return ending == null
                    ? new Step(this)
                    : ending.take(assignment, attempt, attempt, outputs(), rendered.deviceMs());
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
                            assignment.context(attempt), rendered, outputs(), timings, past.deviceMsLost())
                    .event();
            Recording recording = new Recording(assignment, attempt, event, outputs(), rendered.deviceMs());
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
            return new DeliveryAction.CreatePicture(index, location(index), picture.content(), picture.mediaType());
        }

        private ObjectStore.Location location(int index) {
            return assignment.file(
                    Delivery.request(assignment), rendered.pictures().get(index).fileName());
        }
    }

    /** Writes {@code result.json}, or takes over the one that is there. */
    record Recording(Assignment assignment, int attempt, TerminalEvent event, List<Output> outputs, double deviceMs)
            implements Making {
        DeliveryAction create() {
            return new DeliveryAction.CreateResult(at(), event.data());
        }

        private ObjectStore.Location at() {
            return assignment.result(Delivery.request(assignment));
        }

        @Override
        public Step on(DeliveryEvent got, Instant now) {
            if (got instanceof DeliveryEvent.ResultCreated created) {
                return created.creation() == Creation.CREATED
                        ? Delivery.decide(assignment, attempt, event)
                        : new Step(this, new DeliveryAction.ReadResult(at()));
            }
            if (got instanceof DeliveryEvent.ResultRead read) {
                if (read.content() == null) {
                    return new Step(this, create());
                }
                TerminalEvent stored = Delivery.completed(assignment, read.content());
                return Delivery.decide(assignment, attempt, stored == null ? event : stored);
            }
            if (got instanceof DeliveryEvent.Refused refused) {
                Failure failure = new Failure(Failure.Code.STORAGE_UNAVAILABLE, refused.reason());
                return new Ending.Fail(failure).take(assignment, attempt, attempt, outputs, deviceMs);
            }
            return got instanceof DeliveryEvent.Release release
                    ? Delivery.leave(assignment, attempt, release, deviceMs)
                    : new Step(this);
        }

        @Override
        public boolean awaits(DeliveryAction action) {
            return action instanceof DeliveryAction.CreateResult || action instanceof DeliveryAction.ReadResult;
        }
    }
}
