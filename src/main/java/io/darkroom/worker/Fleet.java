package io.darkroom.worker;

import io.darkroom.job.Checkpoint;
import io.darkroom.job.Failure;
import io.darkroom.job.JobKey;
import io.darkroom.job.RenderJob;
import io.darkroom.job.Rendered;
import io.darkroom.job.Renderer;
import io.darkroom.job.SurroundingsException;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The devices of a worker as one renderer. A job goes to the device that should be through with it first, among those
 * that have room: by the work that is left there, and by the time that its model takes to load where it is not loaded. It
 * stays there to its end. Jobs come in the order of their urgency and only as many as there is room for, so that none
 * waits before one device while another is idle. Safe for use from any thread.
 */
final class Fleet implements Renderer {
    /**
     * One device.
     *
     * @param name as {@code cuda:0}
     * @param renderer the device's engine
     * @param room jobs at the same time
     * @param loadingMs milliseconds until a model, by its name, can be used there: 0 where it is loaded; NaN where unknown
     */
    record Member(String name, Renderer renderer, int room, ToDoubleFunction<String> loadingMs) {}

    /** A job that was given to a device and has not left it. */
    private static final class Given {
        final JobKey key;
        final int member;
        final double costMs;
        double leftMs;

        Given(JobKey key, int member, double costMs) {
            this.key = key;
            this.member = member;
            this.costMs = costMs;
            this.leftMs = costMs;
        }
    }

    private final List<Member> members;
    // Guarded by this.
    private final Costs costs = new Costs();
    /** By the job's own listener: one that was stopped may be given again before it is forgotten. */
    private final IdentityHashMap<Listener, Given> given = new IdentityHashMap<>();

    /** @param members at least one */
    Fleet(List<Member> members) {
        this.members = List.copyOf(members);
    }

    /** How many jobs there is room for in all. */
    int room() {
        return members.stream().mapToInt(Member::room).sum();
    }

    /** The jobs that a device has now, by its name. */
    synchronized Set<JobKey> on(String name) {
        return given.values().stream()
                .filter(g -> members.get(g.member).name().equals(name))
                .map(g -> g.key)
                .collect(Collectors.toSet());
    }

    @Override
    public void render(RenderJob job, Listener listener) {
        Member chosen;
        synchronized (this) {
            int at = choose(job.request().model());
            given.put(listener, new Given(job.key(), at, costs.estimate(job.request())));
            chosen = members.get(at);
        }
        chosen.renderer().render(job, new Watched(job, listener));
    }

    private int choose(@Nullable String model) {
        double[] soon = new double[members.size()];
        int[] jobs = new int[members.size()];
        for (Given g : given.values()) {
            soon[g.member] += g.leftMs;
            jobs[g.member]++;
        }
        for (int i = 0; i < soon.length; i++) {
            soon[i] += loadingMs(i, model);
        }
        return IntStream.range(0, members.size())
                .boxed()
                .min(Comparator.<Integer, Boolean>comparing(
                                i -> jobs[i] >= members.get(i).room())
                        // With all full, one that goes ahead.
                        .thenComparing(i -> jobs[i] - members.get(i).room()
                                >= Renderer.ahead(members.get(i).room()))
                        .thenComparing(i -> soon[i])
                        .thenComparing(i -> jobs[i]))
                .orElseThrow();
    }

    /** Where a device has not loaded a model yet, as another did; the default model is loaded at the start. */
    private double loadingMs(int member, @Nullable String model) {
        if (model == null) {
            return 0;
        }
        double own = members.get(member).loadingMs().applyAsDouble(model);
        return Double.isNaN(own)
                ? members.stream()
                        .mapToDouble(m -> m.loadingMs().applyAsDouble(model))
                        .filter(ms -> ms > 0)
                        .max()
                        .orElse(0)
                : own;
    }

    @Override
    public void stop(JobKey key) {
        synchronized (this) {
            given.values().removeIf(g -> g.key.equals(key));
        }
        members.forEach(m -> m.renderer().stop(key));
    }

    @Override
    public void save(JobKey key) {
        members.forEach(m -> m.renderer().save(key));
    }

    private synchronized void stepped(Listener listener, Step step) {
        Given of = given.get(listener);
        if (of != null && step.steps() > 0) {
            of.leftMs = of.costMs * (1 - (double) step.step() / step.steps());
        }
    }

    private synchronized void left(Listener listener) {
        given.remove(listener);
    }

    private synchronized void learn(RenderJob job, double deviceMs) {
        if (deviceMs > 0 && job.checkpoint() == null) {
            costs.learn(job.request(), deviceMs);
        }
    }

    /** Notes when a job leaves its device, and passes everything on. */
    private final class Watched extends PassingOn {
        private final RenderJob job;

        Watched(RenderJob job, Listener next) {
            super(next);
            this.job = job;
        }

        @Override
        public void progress(Step step) {
            stepped(next, step);
            super.progress(step);
        }

        @Override
        public void unusable(boolean wholeAttempt) {
            left(next);
            super.unusable(wholeAttempt);
        }

        @Override
        public void saved(@Nullable Checkpoint checkpoint) {
            left(next);
            super.saved(checkpoint);
        }

        @Override
        public void finished(Rendered rendered) {
            learn(job, rendered.deviceMs());
            left(next);
            super.finished(rendered);
        }

        @Override
        public void failed(Failure failure) {
            left(next);
            super.failed(failure);
        }

        @Override
        public void faulted(SurroundingsException cause) {
            left(next);
            super.faulted(cause);
        }
    }
}
