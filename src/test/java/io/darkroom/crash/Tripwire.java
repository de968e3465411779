package io.darkroom.crash;

import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Kills a worker at an armed point of one job. The proxies tell it of every effect that comes by. */
final class Tripwire implements Witness {
    private record Trap(KillPoint point, String job, WorkerProcess victim, CompletableFuture<Void> sprung) {}

    private final AtomicReference<@Nullable Trap> armed = new AtomicReference<>();

    /** Lies in wait, once. The future completes when the worker has been killed at that point. */
    CompletableFuture<Void> arm(KillPoint point, String job, WorkerProcess victim) {
        CompletableFuture<Void> sprung = new CompletableFuture<>();
        armed.set(new Trap(point, job, victim, sprung));
        return sprung;
    }

    void disarm() {
        armed.set(null);
    }

    @Override
    public boolean springs(Effect effect, KillPoint.Moment moment, Collection<String> jobs) {
        Trap trap = armed.get();
        if (trap == null
                || !trap.point().equals(new KillPoint(effect, moment))
                || !jobs.contains(trap.job())
                || !armed.compareAndSet(trap, null)) {
            return false;
        }
        trap.victim().kill();
        trap.sprung().complete(null);
        return true;
    }
}
