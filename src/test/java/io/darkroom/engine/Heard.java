package io.darkroom.engine;

import io.darkroom.job.Failure;
import io.darkroom.job.Rendered;
import io.darkroom.job.Renderer;
import io.darkroom.job.SurroundingsException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a job's listener hears, in order: {@code started}, {@code step 1/2}, and how it ended. */
final class Heard implements Renderer.Listener {
    final List<String> news = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Object> ends = new LinkedBlockingQueue<>();

    @Override
    public void started(String model, int steps) {
        news.add("started " + steps);
    }

    @Override
    public void progress(Renderer.Step step) {
        news.add("step " + step.step() + "/" + step.steps());
    }

    @Override
    public void finished(Rendered rendered) {
        ends.add(rendered);
    }

    @Override
    public void failed(Failure failure) {
        ends.add(failure);
    }

    @Override
    public void faulted(SurroundingsException cause) {
        ends.add(cause);
    }

    /** How the job ended: Rendered, Failure or SurroundingsException. Waits for it. */
    Object end() throws InterruptedException {
        Object end = ends.poll(20, TimeUnit.SECONDS);
        if (end == null) {
            throw new AssertionError("the job has not ended; heard " + news);
        }
        return end;
    }

    /** The code of the failure with which the job ended. */
    Failure.Code failure() throws InterruptedException {
        if (end() instanceof Failure failure) {
            return failure.code();
        }
        throw new AssertionError("the job has not failed");
    }

    Rendered pictures() throws InterruptedException {
        Object end = end();
        if (end instanceof Rendered rendered) {
            return rendered;
        }
        throw new AssertionError("the job is not finished but " + end);
    }

    boolean ended() {
        return !ends.isEmpty();
    }
}
