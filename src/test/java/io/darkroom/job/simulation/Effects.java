package io.darkroom.job.simulation;

import io.darkroom.job.Bytes;
import io.darkroom.job.Checkpoint;
import io.darkroom.job.CheckpointName;
import io.darkroom.job.DeliveryAction;
import io.darkroom.job.DeliveryEvent;
import io.darkroom.job.Failure;
import io.darkroom.job.JobRecords;
import io.darkroom.job.ObjectStore.Location;
import io.darkroom.job.ObjectStore.Stored;
import io.darkroom.job.RenderJob;
import io.darkroom.job.RenderRequest;
import io.darkroom.job.Rendered;
import io.darkroom.job.simulation.SimulatedWorker.InFlight;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What actions do to the store and the log, and what they are answered. A fault may come before the effect, after it,
 * or without it; and an effect may come long after the fault that was answered, even after its worker's end.
 */
final class Effects {
    private final Simulation simulation;
    private final Random random;

    Effects(Simulation simulation) {
        this.simulation = simulation;
        this.random = simulation.random;
    }

    List<DeliveryEvent> perform(InFlight delivery, DeliveryAction action) {
        if (action instanceof DeliveryAction.SaveRender) {
            delivery.told.addAll(save(delivery));
            return List.of();
        }
        if (action instanceof DeliveryAction.CreateAttempt) {
            simulation.promises.attempted(delivery);
        }
        boolean refused = delivery.request.kind() == Scenario.Kind.REFUSED;
        if (refused
                && (action instanceof DeliveryAction.CreatePicture || action instanceof DeliveryAction.ReadResult)) {
            return List.of(new DeliveryEvent.Refused(action, "no access"));
        }
        int roll = simulation.faulty() ? random.nextInt(20) : 19;
        if (roll > 2) {
            List<DeliveryEvent> answers = effect(delivery, action);
            simulation.promises.acknowledged(action);
            return answers;
        }
        simulation.say(
                () -> "a fault is answered; the effect comes " + (roll == 0 ? "never" : roll == 1 ? "now" : "later"));
        boolean renders = action instanceof DeliveryAction.StartRender;
        if (roll == 1 && !renders) {
            var unused = effect(delivery, action);
        } else if (roll == 2 && !renders) {
            simulation.late.add(() -> {
                simulation.say(
                        () -> "late: " + delivery + " " + action.getClass().getSimpleName());
                var unused = effect(delivery, action);
            });
        }
        return List.of(new DeliveryEvent.Faulted(action, "out of order"));
    }

    private List<DeliveryEvent> effect(InFlight delivery, DeliveryAction action) {
        if (action instanceof DeliveryAction.StartRender start) {
            delivery.told.addAll(start(delivery, start.job()));
            return List.of();
        }
        if (action instanceof DeliveryAction.SendDeadLetter send) {
            simulation.log.append(send.letter());
            return List.of(new DeliveryEvent.LetterSent());
        }
        if (action instanceof DeliveryAction.Announce announce) {
            simulation.log.append(announce.event());
            simulation.promises.sent(announce.event());
            return List.of(new DeliveryEvent.Announced());
        }
        if (action instanceof DeliveryAction.ReadRecord) {
            simulation.promises.recordRead(delivery);
        } else if (action instanceof DeliveryAction.CreateCheckpoint create) {
            simulation.promises.furthest(delivery, create.name());
        } else if (action instanceof DeliveryAction.DeleteCheckpoints delete) {
            simulation.promises.deleted(delete.key());
        } else if (action instanceof DeliveryAction.CreateEnd) {
            simulation.promises.left(delivery);
        } else if (action instanceof DeliveryAction.CreateOutcome create) {
            simulation.promises.decided(delivery, create.content());
        }
        return List.of(onStore(action));
    }

    private DeliveryEvent onStore(DeliveryAction action) {
        FakeStore store = simulation.store;
        if (action instanceof DeliveryAction.CreateAttempt a) {
            return new DeliveryEvent.AttemptCreated(
                    a.number(), store.create(a.at(), a.content().array(), ""));
        }
        if (action instanceof DeliveryAction.ReadRecord a) {
            return new DeliveryEvent.RecordRead(JobRecords.read(store, a.bucket(), a.key()));
        }
        if (action instanceof DeliveryAction.CreatePicture a) {
            return switch (store.create(a.at(), a.content().array(), a.mediaType(), a.request())) {
                case CREATED -> stored(a.index(), a.content(), a.request());
                case EXISTS -> new DeliveryEvent.PictureTaken(a.index());
            };
        }
        if (action instanceof DeliveryAction.ReadPicture a) {
            Stored found = store.find(a.at(), Long.MAX_VALUE);
            return found == null
                    ? new DeliveryEvent.PictureGone(a.index())
                    : stored(a.index(), found.content(), found.request());
        }
        if (action instanceof DeliveryAction.CreateResult a) {
            return new DeliveryEvent.ResultCreated(
                    store.create(a.at(), a.content().array(), "", a.request()));
        }
        if (action instanceof DeliveryAction.ReadResult a) {
            return new DeliveryEvent.ResultRead(store.find(a.at(), Long.MAX_VALUE));
        }
        if (action instanceof DeliveryAction.CreateOutcome a) {
            return new DeliveryEvent.OutcomeCreated(
                    store.create(a.at(), a.content().array(), ""));
        }
        if (action instanceof DeliveryAction.ReadOutcome a) {
            return new DeliveryEvent.OutcomeRead(read(a.at()));
        }
        if (action instanceof DeliveryAction.CreateEnd a) {
            var unused = store.create(a.at(), a.content().array(), "");
            return new DeliveryEvent.EndCreated();
        }
        if (action instanceof DeliveryAction.CreateCheckpoint a) {
            var unused = store.create(a.at(), a.content().array(), "");
            return new DeliveryEvent.CheckpointCreated(a.name());
        }
        if (action instanceof DeliveryAction.ReadCheckpoint a) {
            return new DeliveryEvent.CheckpointRead(a.name(), read(a.at()));
        }
        if (action instanceof DeliveryAction.DeleteCheckpoints a) {
            store.list(a.bucket(), CheckpointName.folder(a.key()))
                    .forEach(key -> store.delete(new Location(a.bucket(), key)));
            return new DeliveryEvent.CheckpointsDeleted();
        }
        throw new IllegalStateException("not an action of the store: " + action);
    }

    private @Nullable Bytes read(Location at) {
        byte[] content = simulation.store.read(at, Long.MAX_VALUE);
        return content == null ? null : Bytes.of(content);
    }

    private static DeliveryEvent stored(int index, Bytes content, @Nullable String request) {
        return new DeliveryEvent.PictureStored(index, content.sha256(), content.size(), request);
    }

    /** The device takes a job, or refuses its checkpoint. */
    private List<DeliveryEvent> start(InFlight delivery, RenderJob job) {
        Checkpoint.Stored given = job.checkpoint();
        if (given != null && FakeDevice.step(given.content()) < 0) {
            return List.of(new DeliveryEvent.CheckpointUnusable(FakeDevice.foreign(given.content())));
        }
        FakeDevice device = new FakeDevice(job);
        simulation.promises.rendered(delivery, device.start);
        delivery.device = device;
        return given == null
                ? List.of(new DeliveryEvent.RenderStarted())
                : List.of(new DeliveryEvent.RenderStarted(), new DeliveryEvent.Resumed(device.kept()));
    }

    /** The device makes a step. */
    void evaluate(InFlight delivery, FakeDevice device) {
        if (device.step < FakeDevice.STEPS) {
            device.step++;
            simulation.promises.spent(delivery.key());
            delivery.told.add(new DeliveryEvent.Stepped(device.ownMs()));
            Checkpoint made =
                    device.step < FakeDevice.STEPS && random.nextInt(3) == 0 ? device.save(delivery.run, random) : null;
            if (made != null) {
                delivery.told.add(new DeliveryEvent.Checkpointed(made));
            }
            return;
        }
        delivery.device = null;
        delivery.told.addAll(end(delivery, device));
    }

    /** The device gives a job up. */
    private List<DeliveryEvent> save(InFlight delivery) {
        FakeDevice device = delivery.device;
        if (device == null) {
            return List.of();
        }
        delivery.device = null;
        Checkpoint made = device.save(delivery.run, random);
        delivery.parting = made == null ? null : new CheckpointName(device.job.attempt(), made.step());
        return List.of(new DeliveryEvent.RenderSaved(made));
    }

    /** Pictures that differ from attempt to attempt, as on a device that does not repeat itself. */
    private List<DeliveryEvent> end(InFlight delivery, FakeDevice device) {
        RenderRequest request = device.job.request();
        if (delivery.request.kind() == Scenario.Kind.FAILS) {
            return List.of(new DeliveryEvent.RenderFailed(new Failure(Failure.Code.UNSUPPORTED, "cannot")));
        }
        List<Rendered.Picture> pictures = new ArrayList<>();
        Integer count = request.numImagesPerPrompt();
        Supplier<String> content = () -> request.digest() + "|" + delivery.run + "|" + random.nextInt();
        for (int i = 0; i < (count == null ? 1 : count); i++) {
            pictures.add(new Rendered.Picture(
                    i + ".png", Bytes.utf8(content.get()), "image/png", 8, 8, request.seed() + i, Map.of()));
        }
        Rendered rendered =
                new Rendered("m", "sha256:0", pictures, Map.of(), Map.of(), List.of(), Map.of(), device.ownMs());
        return List.of(new DeliveryEvent.Finished(rendered));
    }
}
