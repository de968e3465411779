package io.darkroom.worker;

import io.darkroom.job.Assignment;
import io.darkroom.job.Cancellation;
import io.darkroom.job.Closing;
import io.darkroom.job.Delivery;
import io.darkroom.job.DeliveryAction;
import io.darkroom.job.DeliveryEvent;
import io.darkroom.job.DeliveryState;
import io.darkroom.job.Disposition;
import io.darkroom.job.EventType;
import io.darkroom.job.JobKey;
import io.darkroom.job.Making;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.RenderRequest;
import io.darkroom.job.Renderer;
import io.darkroom.job.Shares;
import io.darkroom.job.Source;
import io.darkroom.job.Starting;
import io.darkroom.job.TerminalEvent;
import io.darkroom.telemetry.JobTrace;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Every delivery that is here, each moved by the state machine. All of it belongs to the delivery thread, but for
 * {@link #snapshot} and {@link #trouble}.
 */
final class Deliveries {
    private static final System.Logger LOG = System.getLogger(Deliveries.class.getName());
    private static final DeliveryEvent.Release LEAVE = new DeliveryEvent.Release("handed over", true);
    /** A clock may be set anew: a time that is far off is looked at again. */
    private static final Duration LONGEST_TIMER = Duration.ofHours(1);

    /** Jobs that may overtake one: a part of what the worker looks ahead, so that the offsets behind it are committed. */
    private static final int PATIENCE = 250;

    private final DeliveryLoop.Settings settings;
    private final DeliveryLoop.Ports ports;
    private final Performer performer;
    private final Backoff backoff;
    private final Clock clock;
    private final DeliveryThread thread;

    private final Set<Running> all = new LinkedHashSet<>();
    /** Deliveries of one job, the first of which is under way; the others wait to meet its outcome. */
    private final Map<JobKey, Deque<Running>> byJob = new HashMap<>();

    private final Turns<Running> turns;
    private final Costs costs = new Costs();
    private final Cancellations cancellations = new Cancellations();
    private final Departures departures = new Departures();
    private final Reports reports;
    private final Troubles troubles;
    private boolean refusing;

    Deliveries(
            DeliveryLoop.Settings settings,
            DeliveryLoop.Ports ports,
            Performer performer,
            Backoff backoff,
            Clock clock,
            ScheduledExecutorService executor) {
        this.settings = settings;
        this.ports = ports;
        this.performer = performer;
        this.backoff = backoff;
        this.clock = clock;
        this.thread = new DeliveryThread(executor, this::giveTurns);
        this.reports = new Reports(settings.worker(), ports, clock);
        this.troubles = new Troubles(ports.intake());
        this.turns = new Turns<>(settings.jobsAtOnce(), PATIENCE, new Quotas(settings.quotas(), clock));
    }

    Optional<DeliveryLoop.Snapshot> snapshot(String id) {
        return reports.snapshot(id);
    }

    Optional<String> trouble() {
        return troubles.now();
    }

    void refuse() {
        refusing = true;
    }

    void take(
            Assignment assignment,
            Runnable begun,
            BooleanSupplier owned,
            JobTrace trace,
            CompletableFuture<Disposition> done) {
        if (refusing || !owned.getAsBoolean()) {
            trace.ended(null, clock.instant());
            done.complete(Disposition.RELEASED);
            return;
        }
        Running running = new Running(assignment, begun, trace, done);
        all.add(running);
        ports.observer().taken(assignment);
        Deque<Running> same = byJob.computeIfAbsent(running.key(), key -> new ArrayDeque<>());
        same.add(running);
        if (same.size() == 1) {
            begin(running);
        }
    }

    void cancel(Cancellation cancellation) {
        cancellations.add(cancellation);
        for (Running running : List.copyOf(all)) {
            RenderRequest request = running.request();
            if (request != null
                    && cancellation.means(
                            running.key(),
                            request.group(),
                            running.assignment.record().timestamp())) {
                on(running, new DeliveryEvent.Cancel(cancellation.reason()));
            }
        }
    }

    void handOver(Predicate<Source> which, Duration grace, CompletableFuture<Void> done) {
        Set<Running> meant = meant(which);
        departures.await(meant, done);
        for (Running running : meant) {
            running.leaving = true;
            if (running.state == null) {
                end(running, new Closing.Released(running.assignment));
            } else if (running.state.turn() == DeliveryState.Turn.WAITS) {
                on(running, LEAVE);
            }
        }
        departures.look();
        var unused = later(settings.finishing(grace), () -> leave(meant));
    }

    /**
     * Leaves jobs that are under way. Of those that only have to be stored a next worker would make everything again: they
     * have half of the time, and the other half to say how their attempt ended.
     */
    private void leave(Set<Running> meant) {
        for (Running running : meant) {
            if (running.state != null && running.state.turn() != DeliveryState.Turn.TRAILS) {
                on(running, LEAVE);
            }
        }
        var unused = later(settings.leaving().dividedBy(2), () -> meant.forEach(running -> on(running, LEAVE)));
        var unusedToo = later(settings.leaving(), () -> meant.forEach(r -> on(r, new DeliveryEvent.Lose())));
    }

    void abandon(String cause, Predicate<JobKey> suspect, CompletableFuture<Void> done) {
        refusing = true;
        DeliveryEvent.Release broken = new DeliveryEvent.Release(cause, false);
        Set<Running> meant = meant(source -> true);
        departures.await(meant, done);
        for (Running running : meant) {
            if (running.state == null) {
                end(running, new Closing.Released(running.assignment));
            } else {
                running.leaving = true;
                if (running.state instanceof Making.OnDevice && suspect.test(running.key())) {
                    on(running, broken);
                }
            }
        }
        departures.look();
        leave(meant);
    }

    void lose(Predicate<Source> which) {
        for (Running running : meant(which)) {
            if (running.state == null) {
                end(running, new Closing.Lost(running.assignment));
            } else {
                on(running, new DeliveryEvent.Lose());
            }
        }
    }

    private Set<Running> meant(Predicate<Source> which) {
        Set<Running> meant = new LinkedHashSet<>();
        for (Running running : all) {
            if (which.test(running.assignment.record().source())) {
                meant.add(running);
            }
        }
        return meant;
    }

    private void begin(Running running) {
        Instant now = clock.instant();
        step(running, Delivery.begin(running.assignment, now));
        RenderRequest request = running.request();
        if (request == null) {
            return;
        }
        Cancellation cancellation = cancellations.of(
                running.key(), request.group(), running.assignment.record().timestamp());
        if (cancellation != null) {
            on(running, new DeliveryEvent.Cancel(cancellation.reason()));
        }
        if (request.expiresAt() != null) {
            awaitExpiry(running, request.expiresAt());
        }
    }

    private void awaitExpiry(Running running, Instant at) {
        Duration left = Duration.between(clock.instant(), at);
        if (left.isNegative() || left.isZero()) {
            on(running, new DeliveryEvent.Expired());
            return;
        }
        Duration wait = left.compareTo(LONGEST_TIMER) < 0 ? left : LONGEST_TIMER;
        running.expiry = later(wait.plusMillis(1), () -> awaitExpiry(running, at));
    }

    /** Gives an event to a delivery; from another thread through {@link #answered}. */
    private void on(Running running, DeliveryEvent event) {
        if (running.state != null && !running.state.ended()) {
            if (event instanceof DeliveryEvent.Finished finished) {
                running.deviceMs =
                        Math.max(running.deviceMs, finished.rendered().deviceMs());
            }
            step(running, Delivery.on(running.state, event, clock.instant()));
        }
    }

    /** From any thread: what came of an action. */
    private void answered(Running running, DeliveryAction action, DeliveryEvent event) {
        post(() -> {
            try {
                calm(running, action, event);
                if (running.state instanceof Closing.Lost) {
                    lastWord(running, action, event);
                }
                on(running, event);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "job " + running.key().id() + " is left: a bug", e);
                end(running, new Closing.Lost(running.assignment));
            }
        });
    }

    /**
     * How an attempt ended is all that is still said of a lost job: without it the attempt would count against the job.
     * Where the job is here again, that delivery goes on with the attempt, and says how it ends.
     */
    private void lastWord(Running running, DeliveryAction action, DeliveryEvent event) {
        if (event instanceof DeliveryEvent.Faulted && action instanceof DeliveryAction.CreateEnd) {
            var unused = later(backoff.after(++running.lastWords), () -> say(running, action));
        } else if (event instanceof DeliveryEvent.AttemptCreated created
                && created.creation() == ObjectStore.Creation.CREATED) {
            say(running, Delivery.lost(running.assignment, created.number()));
        }
    }

    private void say(Running running, DeliveryAction action) {
        if (!byJob.containsKey(running.key())) {
            performer.perform(
                    running.assignment, action, listener(running, action), answer -> answered(running, action, answer));
        }
    }

    private void step(Running running, Delivery.Step step) {
        running.state = step.state();
        running.trace.moved(step.state(), clock.instant());
        for (DeliveryAction action : step.actions()) {
            perform(running, action);
        }
        DeliveryState state = step.state();
        if (state instanceof Closing.Ended ended) {
            end(running, ended);
        } else if (state instanceof Starting.Queued queued) {
            if (running.leaving) {
                on(running, LEAVE);
                return;
            }
            askForTurn(running, queued);
        } else if (state.turn() == DeliveryState.Turn.NONE) {
            turns.giveBack(running, running.deviceMs);
        } else if (state.turn() == DeliveryState.Turn.TRAILS) {
            turns.trail(running, running.deviceMs);
        }
        reports.show(running);
    }

    private void askForTurn(Running running, Starting.Queued queued) {
        RenderRequest request = running.request();
        Source source = running.assignment.record().source();
        int level = settings.urgency(source.topic()) + (request == null ? 0 : request.priority());
        String tenant = request == null || request.tenant() == null ? "" : request.tenant();
        turns.ask(
                running,
                new Turns.Ask(
                        new Shares.Account(level, tenant),
                        request == null ? null : request.expiresAt(),
                        request == null ? 0 : costs.estimate(request),
                        Instant.ofEpochMilli(running.assignment.record().timestamp()),
                        queued.attempt() > 1,
                        queued.alone()));
    }

    private void giveTurns() {
        for (Optional<Running> next = turns.next(); next.isPresent(); next = turns.next()) {
            next.get().begun.run();
            on(next.get(), new DeliveryEvent.TurnGiven());
        }
    }

    private void perform(Running running, DeliveryAction action) {
        if (action instanceof DeliveryAction.Backoff wait) {
            int faults = troubles.add(running, wait.action(), wait.reason());
            ports.observer()
                    .faulted(running.assignment, wait.action().getClass().getSimpleName(), wait.reason());
            var unused = later(backoff.after(faults), () -> retry(running, wait.action()));
            return;
        }
        if (action instanceof DeliveryAction.Later wait) {
            var unused =
                    later(DeliveryAction.Later.DOUBT, () -> on(running, new DeliveryEvent.RetryDue(wait.action())));
            return;
        }
        performer.perform(
                running.assignment, action, listener(running, action), event -> answered(running, action, event));
    }

    private void retry(Running running, DeliveryAction action) {
        if (running.state != null && running.state.awaits(action)) {
            on(running, new DeliveryEvent.RetryDue(action));
        } else {
            troubles.over(running, action);
        }
    }

    /** An answer that is no fault: what this action met is over. */
    private void calm(Running running, DeliveryAction action, DeliveryEvent event) {
        boolean faulted = event instanceof DeliveryEvent.Faulted || event instanceof DeliveryEvent.Refused;
        if (event instanceof DeliveryEvent.Faulted fault && running.state != null && !running.state.awaits(action)) {
            // Left out, as a checkpoint is, or too late to matter.
            ports.observer().faulted(running.assignment, action.getClass().getSimpleName(), fault.reason());
        }
        if (!faulted) {
            troubles.over(running, action);
        }
    }

    private Renderer.Listener listener(Running running, DeliveryAction action) {
        return new RenderListener(
                event -> answered(running, action, event),
                (model, steps) -> post(() -> reports.started(running, model, steps)),
                step -> post(() -> reports.progress(running, step)),
                action);
    }

    private void end(Running running, Closing.Ended ended) {
        running.state = ended;
        if (!all.remove(running)) {
            return;
        }
        turns.giveBack(running, running.deviceMs);
        if (running.expiry != null) {
            running.expiry.cancel(false);
        }
        troubles.over(running);
        boolean settled = ended instanceof Closing.Settled;
        if (ended instanceof Closing.Settled s) {
            RenderRequest request = running.request();
            TerminalEvent told = s.event();
            if (request != null && told != null && told.type() == EventType.COMPLETED && running.deviceMs > 0) {
                // Of all attempts: one that went on from a checkpoint took less than the job does.
                costs.learn(request, told.json().path("device_ms").asDouble(running.deviceMs));
            }
            running.trace.within(() -> ports.observer().settled(running.assignment, s.event(), running.deviceMs));
            running.trace.ended(s.event(), clock.instant());
        } else {
            ports.observer().released(running.assignment, running.deviceMs);
            running.trace.ended(null, clock.instant());
        }
        passOn(running);
        running.done.complete(settled ? Disposition.SETTLED : Disposition.RELEASED);
        departures.left(running);
    }

    /** The next delivery of the same job begins, and meets what this one left. */
    private void passOn(Running running) {
        Deque<Running> same = byJob.get(running.key());
        if (same == null) {
            return;
        }
        boolean first = same.peek() == running;
        same.remove(running);
        Running next = same.peek();
        if (next == null) {
            byJob.remove(running.key());
            reports.forget(running);
        } else if (first) {
            post(() -> {
                if (next.state == null && all.contains(next)) {
                    begin(next);
                }
            });
        }
    }

    private @Nullable Future<?> later(Duration wait, Runnable work) {
        return thread.later(wait, work);
    }

    /** Does something on the delivery thread; false where that has ended. */
    boolean post(Runnable work) {
        return thread.post(work);
    }
}
