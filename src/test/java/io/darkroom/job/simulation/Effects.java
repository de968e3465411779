package io.darkroom.job.simulation;

import io.darkroom.job.Bytes;
import io.darkroom.job.DeliveryAction;
import io.darkroom.job.DeliveryEvent;
import io.darkroom.job.Failure;
import io.darkroom.job.JobRecords;
import io.darkroom.job.ObjectStore.Location;
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
            simulation.promises.rendered(delivery);
            return render(delivery, start.job().request());
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
            return switch (store.create(a.at(), a.content().array(), a.mediaType())) {
                case CREATED -> stored(a.index(), a.content());
                case EXISTS -> new DeliveryEvent.PictureTaken(a.index());
            };
        }
        if (action instanceof DeliveryAction.ReadPicture a) {
            Bytes content = read(a.at());
            return content == null ? new DeliveryEvent.PictureGone(a.index()) : stored(a.index(), content);
        }
        if (action instanceof DeliveryAction.CreateResult a) {
            return new DeliveryEvent.ResultCreated(
                    store.create(a.at(), a.content().array(), ""));
        }
        if (action instanceof DeliveryAction.ReadResult a) {
            return new DeliveryEvent.ResultRead(read(a.at()));
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
        throw new IllegalStateException("not an action of the store: " + action);
    }

    private @Nullable Bytes read(Location at) {
        byte[] content = simulation.store.read(at, Long.MAX_VALUE);
        return content == null ? null : Bytes.of(content);
    }

    private static DeliveryEvent stored(int index, Bytes content) {
        return new DeliveryEvent.PictureStored(index, content.sha256(), content.size());
    }

    /** Pictures that differ from attempt to attempt, as on a device that does not repeat itself. */
    private List<DeliveryEvent> render(InFlight delivery, RenderRequest request) {
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
                new Rendered("m", "sha256:0", pictures, Map.of(), Map.of(), List.of(), Map.of(), random.nextInt(100));
        return List.of(new DeliveryEvent.RenderStarted(), new DeliveryEvent.Finished(rendered));
    }
}
