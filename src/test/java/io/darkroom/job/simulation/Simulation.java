package io.darkroom.job.simulation;

import io.darkroom.job.Assignment;
import io.darkroom.job.Closing;
import io.darkroom.job.Delivery;
import io.darkroom.job.DeliveryAction;
import io.darkroom.job.DeliveryEvent;
import io.darkroom.job.DeliveryState;
import io.darkroom.job.JobKey;
import io.darkroom.job.Limits;
import io.darkroom.job.Offsets;
import io.darkroom.job.Source;
import io.darkroom.job.Starting;
import io.darkroom.job.TraceContext;
import io.darkroom.job.simulation.SimulatedWorker.InFlight;
import io.darkroom.job.simulation.SimulatedWorker.Owned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One schedule: some workers, one store, one log, and a seed that decides what happens next. First with faults, then
 * without, until nothing is left to do; then every promise is checked.
 */
final class Simulation {
    static final int MAX_ATTEMPTS = 3;
    static final String BUCKET = "bucket";
    private static final int PARTITIONS = 2;
    private static final int FAULTY_STEPS = 160;
    private static final int MOST_STEPS = 20_000;
    private static final int WINDOW = 4;

    final FakeStore store = new FakeStore();
    final FakeLog log;
    final Leftovers leftovers;
    final Promises promises;
    final Random random;
    private final Machine machine;
    private final @Nullable Consumer<String> trace;
    private final Effects effects;
    private final List<SimulatedWorker> workers = new ArrayList<>();
    private final Set<JobKey> canceled = new HashSet<>();
    /** How often a delivery of a request was cut short: by a crash, a pause, a loss. */
    final Map<Source, Integer> disturbed = new HashMap<>();
    /** What was answered with a fault and takes effect all the same, some time. */
    final List<Runnable> late = new ArrayList<>();

    private long now = 1_000_000;
    private int named;
    private int runs;
    private boolean faulty = true;

    Simulation(long seed, Machine machine, @Nullable Consumer<String> trace) {
        // Nearby seeds give nearby first draws: they are spread first.
        this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        this.machine = machine;
        this.trace = trace;
        this.log = new FakeLog(Scenario.make(random, PARTITIONS));
        this.leftovers = new Leftovers(store, new Random(seed * 0x9E3779B97F4A7C15L + 1));
        leftovers.leave(log.all());
        this.promises = new Promises(this);
        this.effects = new Effects(this);
    }

    /** Runs the schedule to its end. */
    void run() {
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            workers.add(new SimulatedWorker("w" + named++));
        }
        for (int p = 0; p < PARTITIONS; p++) {
            assign(p);
        }
        int steps = random.nextInt(FAULTY_STEPS);
        for (int i = 0; i < steps; i++) {
            if (random.nextInt(12) == 0) {
                disturb();
            } else {
                move();
            }
        }
        say(() -> "the faults stop");
        faulty = false;
        workers.forEach(this::wake);
        for (int i = 0; move(); i++) {
            if (i > MOST_STEPS) {
                throw new Violation("it does not end");
            }
        }
        promises.atTheEnd(canceled);
    }

    void say(Supplier<String> what) {
        if (trace != null) {
            trace.accept(what.get());
        }
    }

    boolean faulty() {
        return faulty;
    }

    Instant now() {
        return Instant.ofEpochMilli(now);
    }

    /** Makes one of all possible moves, each as likely as any other; false where there is none. */
    private boolean move() {
        now += random.nextInt(50);
        List<Runnable> moves = new ArrayList<>();
        for (SimulatedWorker worker : workers) {
            if (!worker.paused) {
                moves(worker, moves);
            }
        }
        for (Runnable effect : late) {
            moves.add(() -> {
                late.remove(effect);
                effect.run();
            });
        }
        if (moves.isEmpty()) {
            return false;
        }
        moves.get(random.nextInt(moves.size())).run();
        return true;
    }

    private void moves(SimulatedWorker worker, List<Runnable> moves) {
        for (var entry : worker.owned.entrySet()) {
            int p = entry.getKey();
            Owned owned = entry.getValue();
            if (!owned.leaving && owned.position < log.requests.get(p).size() && worker.inFlight.size() < WINDOW) {
                moves.add(() -> fetch(worker, p, owned));
            }
            if (owned.offsets.toCommit().isPresent()) {
                moves.add(() -> commit(worker, p, owned));
            } else if (owned.leaving && worker.inFlight.stream().noneMatch(d -> d.partition() == p)) {
                moves.add(() -> assign(p));
            }
        }
        if (worker.stale) {
            moves.add(() -> lose(worker));
        }
        for (InFlight delivery : worker.inFlight) {
            moves(worker, delivery, moves);
        }
    }

    private void moves(SimulatedWorker worker, InFlight delivery, List<Runnable> moves) {
        if (delivery.state == null) {
            if (!worker.mustWait(delivery)) {
                moves.add(() -> begin(worker, delivery));
            }
            return;
        }
        if (delivery.state instanceof Starting.Queued queued && worker.mayHaveTurn(queued)) {
            moves.add(() -> turn(worker, delivery));
        }
        for (DeliveryAction action : delivery.todo) {
            moves.add(() -> act(worker, delivery, action));
        }
        for (DeliveryEvent answer : delivery.answers) {
            moves.add(() -> {
                delivery.answers.remove(answer);
                on(worker, delivery, answer);
            });
        }
        for (DeliveryAction action : delivery.waiting) {
            moves.add(() -> {
                delivery.waiting.remove(action);
                on(worker, delivery, new DeliveryEvent.RetryDue(action));
            });
        }
        if (!delivery.told.isEmpty()) {
            moves.add(() -> on(worker, delivery, delivery.told.remove()));
        }
        FakeDevice device = delivery.device;
        if (device != null) {
            moves.add(() -> evaluate(worker, delivery, device));
        }
        if (delivery.request.kind() == Scenario.Kind.EXPIRES && faulty && random.nextInt(8) == 0) {
            moves.add(() -> on(worker, delivery, new DeliveryEvent.Expired()));
        }
    }

    private void turn(SimulatedWorker worker, InFlight delivery) {
        Owned owned = worker.owned.get(delivery.partition());
        if (owned != null) {
            owned.offsets.begun(delivery.offset());
            if (random.nextBoolean()) {
                owned.offsets.tellBegun();
            }
        }
        on(worker, delivery, new DeliveryEvent.TurnGiven());
    }

    private void fetch(SimulatedWorker worker, int p, Owned owned) {
        Scenario.Request request = log.requests.get(p).get((int) owned.position);
        long position = owned.position++;
        Offsets.Receipt receipt = owned.offsets.received(position);
        if (receipt == Offsets.Receipt.SETTLED) {
            say(() -> worker.name + " skips " + p + ":" + position + ", which was settled before");
            return;
        }
        // Advice may be wrong: what an earlier owner meant to begin, or another partition's.
        boolean begunBefore = receipt == Offsets.Receipt.BEGUN || random.nextInt(20) == 0;
        InFlight delivery = new InFlight(request, worker.name + "/" + runs++, begunBefore);
        worker.inFlight.add(delivery);
        say(() -> worker.name + " fetches " + delivery + (begunBefore ? ", which was begun before" : ""));
    }

    private void begin(SimulatedWorker worker, InFlight delivery) {
        delivery.ended = promises.ended(delivery.key());
        Assignment assignment = new Assignment(
                delivery.request.parsed(),
                delivery.request.record(),
                worker.name,
                delivery.run,
                BUCKET,
                MAX_ATTEMPTS,
                Limits.DEFAULTS,
                now(),
                false,
                delivery.begunBefore,
                TraceContext.of(delivery.request.record()));
        step(worker, delivery, Delivery.begin(assignment, now()));
        if (canceled.contains(delivery.key()) && delivery.canBeCanceled()) {
            on(worker, delivery, new DeliveryEvent.Cancel("not wanted"));
        }
    }

    private void on(SimulatedWorker worker, InFlight delivery, DeliveryEvent event) {
        DeliveryState state = delivery.state;
        if (state == null || !worker.inFlight.contains(delivery)) {
            return;
        }
        say(() ->
                worker.name + " " + delivery + " " + state.getClass().getSimpleName() + " hears " + Trace.brief(event));
        step(worker, delivery, machine.on(state, event, now()));
    }

    private void step(SimulatedWorker worker, InFlight delivery, Delivery.Step step) {
        delivery.state = step.state();
        for (DeliveryAction action : step.actions()) {
            if (action instanceof DeliveryAction.Backoff backoff) {
                delivery.waiting.add(backoff.action());
            } else if (action instanceof DeliveryAction.Later later) {
                delivery.waiting.add(later.action());
            } else if (action instanceof DeliveryAction.StopRender) {
                delivery.device = null;
                delivery.todo.removeIf(
                        a -> a instanceof DeliveryAction.StartRender || a instanceof DeliveryAction.SaveRender);
            } else {
                delivery.todo.add(action);
            }
        }
        if (step.state() instanceof Closing.Ended) {
            worker.inFlight.remove(delivery);
            Owned owned = worker.owned.get(delivery.partition());
            if (step.state() instanceof Closing.Settled && owned != null) {
                owned.offsets.settled(delivery.offset());
            }
        }
    }

    private void act(SimulatedWorker worker, InFlight delivery, DeliveryAction action) {
        boolean poison =
                action instanceof DeliveryAction.StartRender && delivery.request.kind() == Scenario.Kind.POISON;
        int roll = faulty ? random.nextInt(60) : 59;
        if (roll == 0) {
            say(() -> "before " + delivery + " " + Trace.brief(action));
            crash(worker);
            return;
        }
        delivery.todo.remove(action);
        say(() -> worker.name + " " + delivery + " does " + Trace.brief(action));
        if (poison) {
            promises.poisoned(delivery.request.record().source(), MAX_ATTEMPTS);
            crash(worker);
            return;
        }
        delivery.answers.addAll(effects.perform(delivery, action));
        if (roll == 1) {
            say(() -> "after " + delivery + " " + Trace.brief(action));
            crash(worker);
        }
    }

    private void evaluate(SimulatedWorker worker, InFlight delivery, FakeDevice device) {
        if (delivery.request.kind() == Scenario.Kind.LATE_POISON && device.step == FakeDevice.LATE) {
            promises.poisoned(delivery.request.record().source(), Simulation.MAX_ATTEMPTS * (FakeDevice.LATE + 1));
            crash(worker);
            return;
        }
        if (faulty && random.nextInt(40) == 0) {
            say(() -> "on the device: " + delivery);
            crash(worker);
            return;
        }
        say(() -> worker.name + " " + delivery + " is evaluated");
        effects.evaluate(delivery, device);
    }

    private void commit(SimulatedWorker worker, int p, Owned owned) {
        Offsets.Commit commit = owned.offsets.toCommit().orElseThrow();
        owned.offsets.committed(commit);
        boolean taken = log.commit(p, owned.epoch, commit);
        say(() -> worker.name + " commits " + p + ":" + commit + (taken ? "" : ", refused: no longer its owner"));
        if (taken) {
            promises.committed(p, commit);
        }
    }

    private void disturb() {
        SimulatedWorker worker = workers.get(random.nextInt(workers.size()));
        switch (random.nextInt(7)) {
            case 0 -> crash(worker);
            case 1 -> pause(worker);
            case 2 -> wake(worker);
            case 3, 4 -> handOver(worker);
            case 5 -> workers.add(new SimulatedWorker("w" + named++));
            default -> cancel();
        }
    }

    private void crash(SimulatedWorker worker) {
        say(() -> worker.name + " crashes");
        disturbed(worker);
        workers.remove(worker);
        workers.add(new SimulatedWorker("w" + named++));
        reassign(worker);
    }

    private void pause(SimulatedWorker worker) {
        if (worker.paused || worker.stale) {
            return;
        }
        say(() -> worker.name + " is paused; its partitions go to others");
        disturbed(worker);
        worker.paused = true;
        worker.stale = true;
        workers.add(new SimulatedWorker("w" + named++));
        reassign(worker);
    }

    private void wake(SimulatedWorker worker) {
        if (worker.paused) {
            say(() -> worker.name + " goes on");
            worker.paused = false;
        }
    }

    /** A stale owner learns at last that it is none. */
    private void lose(SimulatedWorker worker) {
        say(() -> worker.name + " learns that its partitions are others'");
        disturbed(worker);
        for (InFlight delivery : List.copyOf(worker.inFlight)) {
            on(worker, delivery, new DeliveryEvent.Lose());
        }
        worker.inFlight.clear();
        worker.owned.clear();
        worker.stale = false;
    }

    private void handOver(SimulatedWorker worker) {
        if (worker.paused || worker.stale) {
            return;
        }
        for (int p : List.copyOf(worker.owned.keySet())) {
            Owned owned = worker.owned.get(p);
            if (owned != null && !owned.leaving && random.nextBoolean()) {
                say(() -> worker.name + " is asked for partition " + p);
                owned.leaving = true;
                for (InFlight delivery : List.copyOf(worker.inFlight)) {
                    if (delivery.partition() != p) {
                        continue;
                    }
                    if (delivery.state == null) {
                        worker.inFlight.remove(delivery);
                    } else {
                        on(worker, delivery, new DeliveryEvent.Release("handed over", true));
                    }
                }
            }
        }
    }

    private void cancel() {
        List<Scenario.Request> all = log.all();
        JobKey key = all.get(random.nextInt(all.size())).parsed().key();
        say(() -> "cancel " + key.name());
        canceled.add(key);
        for (SimulatedWorker worker : List.copyOf(workers)) {
            for (InFlight delivery : List.copyOf(worker.inFlight)) {
                if (delivery.key().equals(key) && delivery.canBeCanceled() && !worker.paused) {
                    on(worker, delivery, new DeliveryEvent.Cancel("not wanted"));
                }
            }
        }
    }

    private void disturbed(SimulatedWorker worker) {
        worker.inFlight.stream().map(InFlight::partition).distinct().toList().forEach(p -> disturbed(worker, p));
    }

    private void disturbed(SimulatedWorker worker, int partition) {
        for (InFlight delivery : worker.inFlight) {
            if (delivery.partition() != partition) {
                continue;
            }
            boolean waits =
                    delivery.state == null || (delivery.state instanceof Starting.Queued queued && !queued.claimed());
            if (!waits && !delivery.cutShort) {
                delivery.cutShort = true;
                disturbed.merge(delivery.request.record().source(), 1, Integer::sum);
            }
        }
    }

    private void reassign(SimulatedWorker from) {
        for (int p : from.owned.keySet()) {
            Owned owned = from.owned.get(p);
            if (owned != null && owned.epoch == log.epoch[p]) {
                assign(p);
            }
        }
    }

    /** Gives a partition to some worker, who goes on where the last commit was. */
    private void assign(int p) {
        for (SimulatedWorker worker : workers) {
            Owned owned = worker.owned.get(p);
            if (owned != null && owned.epoch == log.epoch[p] && !worker.stale) {
                worker.owned.remove(p);
                // One that was asked back twice is taken from a worker that does not know it yet.
                disturbed(worker, p);
            }
        }
        List<SimulatedWorker> fit =
                workers.stream().filter(w -> !w.paused && !w.stale).toList();
        SimulatedWorker to = fit.isEmpty() ? new SimulatedWorker("w" + named++) : fit.get(random.nextInt(fit.size()));
        if (fit.isEmpty()) {
            workers.add(to);
        }
        log.epoch[p]++;
        to.owned.put(p, new Owned(log.epoch[p], log.left[p]));
        say(() -> to.name + " owns partition " + p + " from " + log.committed[p]);
    }
}
