package io.darkroom.worker;

import io.darkroom.job.Checkpoint;
import io.darkroom.job.Failure;
import io.darkroom.job.Rendered;
import io.darkroom.job.Renderer;
import io.darkroom.job.SurroundingsException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A listener between a renderer and another listener: passes all on, for those that look at some of it. */
abstract class PassingOn implements Renderer.Listener {
    /** Who hears it next. */
    final Renderer.Listener next;

    PassingOn(Renderer.Listener next) {
        this.next = next;
    }

    @Override
    public void started(String model, int steps) {
        next.started(model, steps);
    }

    @Override
    public void progress(Renderer.Step step) {
        next.progress(step);
    }

    @Override
    public void resumed(Map<Integer, Double> deviceMs) {
        next.resumed(deviceMs);
    }

    @Override
    public void unusable(boolean wholeAttempt) {
        next.unusable(wholeAttempt);
    }

    @Override
    public void checkpoint(Checkpoint checkpoint) {
        next.checkpoint(checkpoint);
    }

    @Override
    public void saved(@Nullable Checkpoint checkpoint) {
        next.saved(checkpoint);
    }

    @Override
    public void finished(Rendered rendered) {
        next.finished(rendered);
    }

    @Override
    public void failed(Failure failure) {
        next.failed(failure);
    }

    @Override
    public void faulted(SurroundingsException cause) {
        next.faulted(cause);
    }
}
