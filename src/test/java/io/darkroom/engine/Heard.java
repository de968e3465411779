package io.darkroom.engine;

import io.darkroom.job.Checkpoint;
import io.darkroom.job.Failure;
import io.darkroom.job.Rendered;
import io.darkroom.job.Renderer;
import io.darkroom.job.SurroundingsException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a job's listener hears, in order: {@code started}, {@code step 1/2}, and how it ended. */
final class Heard implements Renderer.Listener {
    final List<String> news = new CopyOnWriteArrayList<>();
    final List<Renderer.Step> steps = new CopyOnWriteArrayList<>();
    final List<Checkpoint> checkpoints = new CopyOnWriteArrayList<>();
    final List<Map<Integer, Double>> resumed = new CopyOnWriteArrayList<>();
    final CountDownLatch firstStep = new CountDownLatch(1);
    private final BlockingQueue<Object> ends = new LinkedBlockingQueue<>();
    private final BlockingQueue<Boolean> unusable = new LinkedBlockingQueue<>();
    private final BlockingQueue<Optional<Checkpoint>> saved = new LinkedBlockingQueue<>();

    @Override
    public void started(String model, int steps) {
        news.add("started " + steps);
    }

    @Override
    public void progress(Renderer.Step step) {
        news.add("step " + step.step() + "/" + step.steps());
        steps.add(step);
        firstStep.countDown();
    }

    @Override
    public void resumed(Map<Integer, Double> deviceMs) {
        resumed.add(Map.copyOf(deviceMs));
    }

    @Override
    public void unusable(boolean wholeAttempt) {
        unusable.add(wholeAttempt);
    }

    @Override
    public void checkpoint(Checkpoint checkpoint) {
        checkpoints.add(checkpoint);
    }

    @Override
    public void saved(@Nullable Checkpoint checkpoint) {
        saved.add(Optional.ofNullable(checkpoint));
    }

    /** Whether the whole attempt of the checkpoint that it was given is of no use. Waits for it. */
    boolean nextUnusable() throws InterruptedException {
        Boolean next = unusable.poll(20, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("the checkpoint was not refused; heard " + news);
        }
        return next;
    }

    /** What it was taken out with. Waits for it. */
    Optional<Checkpoint> nextSaved() throws InterruptedException {
        Optional<Checkpoint> next = saved.poll(20, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("the job was not taken out; heard " + news);
        }
        return next;
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
