package io.darkroom.worker;

import io.darkroom.job.Making;
import io.darkroom.job.ProgressEvent;
import io.darkroom.job.RenderRequest;
import io.darkroom.job.Renderer;
import io.darkroom.job.StartedEvent;
import io.darkroom.job.Starting;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How far the jobs under way have come: as events, and for who asks. Of the delivery thread alone, but for
 * {@link #snapshot}.
 */
final class Reports {
    private final String worker;
    private final DeliveryLoop.Ports ports;
    private final Clock clock;
    private final Map<String, DeliveryLoop.Snapshot> snapshots = new ConcurrentHashMap<>();

    Reports(String worker, DeliveryLoop.Ports ports, Clock clock) {
        this.worker = worker;
        this.ports = ports;
        this.clock = clock;
    }

    /** Where a job is; empty where it is not here. */
    Optional<DeliveryLoop.Snapshot> snapshot(String id) {
        return Optional.ofNullable(snapshots.get(id));
    }

    /** The device has begun with a job. */
    void started(Running running, String model, int steps) {
        if (running.state instanceof Making.Rendering rendering) {
            running.steps = steps;
            show(running);
            running.trace.started(model, steps, rendering.attempt(), clock.instant());
            ports.observer().started(running.assignment, model);
            ports.announcer()
                    .started(new StartedEvent(
                            running.key(),
                            model,
                            steps,
                            rendering.attempt(),
                            worker,
                            running.assignment.request().labels(),
                            running.assignment.trace()));
        }
    }

    /** The device has made a step. */
    void progress(Running running, Renderer.Step step) {
        if (running.state instanceof Making.Rendering) {
            // One with a preview may come after later ones.
            running.step = Math.max(running.step, step.step());
            running.steps = step.steps();
            running.previews |= step.preview() != null;
            running.deviceMs = Math.max(running.deviceMs, step.deviceMs());
            show(running);
            running.trace.stepped(step, clock.instant());
            ports.observer().stepped(running.assignment);
            ports.announcer()
                    .progress(new ProgressEvent(
                            running.key(),
                            step,
                            wantsPreviews(running),
                            running.assignment.request().labels(),
                            running.assignment.trace()));
        }
    }

    /** As its request says, or its model's own defaults do, which show in the first one. */
    private static boolean wantsPreviews(Running running) {
        RenderRequest request = running.request();
        return running.previews || (request != null && request.previewEvery() != null);
    }

    /** A delivery's state has changed. */
    void show(Running running) {
        if (running.state == null || running.state.ended()) {
            return;
        }
        boolean waits = running.state instanceof Starting;
        DeliveryLoop.Snapshot.State state =
                waits ? DeliveryLoop.Snapshot.State.QUEUED : DeliveryLoop.Snapshot.State.RUNNING;
        snapshots.put(running.key().id(), new DeliveryLoop.Snapshot(running.key(), state, running.step, running.steps));
    }

    /** No delivery of the job is here any more. */
    void forget(Running running) {
        snapshots.remove(running.key().id());
    }
}
