package io.darkroom.worker;

import io.darkroom.job.Checkpoint;
import io.darkroom.job.DeliveryAction;
import io.darkroom.job.DeliveryEvent;
import io.darkroom.job.Failure;
import io.darkroom.job.Rendered;
import io.darkroom.job.Renderer;
import io.darkroom.job.SurroundingsException;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What the renderer tells, as events of the delivery, and as news for those who look on.
 *
 * @param answer takes the delivery's events
 * @param started takes model and steps
 * @param progress takes each step
 * @param action the rendering itself
 */
record RenderListener(
        Consumer<DeliveryEvent> answer,
        ObjIntConsumer<String> started,
        Consumer<Renderer.Step> progress,
        DeliveryAction action)
        implements Renderer.Listener {
    @Override
    public void started(String model, int steps) {
        answer.accept(new DeliveryEvent.RenderStarted());
        started.accept(model, steps);
    }

    @Override
    public void progress(Renderer.Step step) {
        answer.accept(new DeliveryEvent.Stepped(step.deviceMs()));
        progress.accept(step);
    }

    @Override
    public void resumed(Map<Integer, Double> deviceMs) {
        answer.accept(new DeliveryEvent.Resumed(deviceMs));
    }

    @Override
    public void unusable(boolean wholeAttempt) {
        answer.accept(new DeliveryEvent.CheckpointUnusable(wholeAttempt));
    }

    @Override
    public void checkpoint(Checkpoint checkpoint) {
        answer.accept(new DeliveryEvent.Checkpointed(checkpoint));
    }

    @Override
    public void saved(@Nullable Checkpoint checkpoint) {
        answer.accept(new DeliveryEvent.RenderSaved(checkpoint));
    }

    @Override
    public void finished(Rendered rendered) {
        answer.accept(new DeliveryEvent.Finished(rendered));
    }

    @Override
    public void failed(Failure failure) {
        answer.accept(new DeliveryEvent.RenderFailed(failure));
    }

    @Override
    public void faulted(SurroundingsException cause) {
        answer.accept(new DeliveryEvent.Faulted(action, Performer.reason(cause)));
    }
}
