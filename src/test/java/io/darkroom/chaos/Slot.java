package io.darkroom.chaos;

import io.darkroom.crash.BrokerProxy;
import io.darkroom.crash.Effect;
import io.darkroom.crash.KafkaWire;
import io.darkroom.crash.KillPoint.Moment;
import io.darkroom.crash.StoreProxy;
import io.darkroom.crash.TcpProxy;
import io.darkroom.crash.TcpProxy.Weather;
import io.darkroom.crash.Witness;
import io.darkroom.crash.WorkerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A place for one worker after another, with ways of its own to broker and store. Faults are for one thread. */
final class Slot implements AutoCloseable {
    /** What jobs that kill their workers are called. */
    static final String POISON = "poison-";

    static final Duration SESSION = Duration.ofSeconds(6);
    private static final Duration AWAY = SESSION.plusSeconds(9);
    private static final Duration LONGEST_AWAY = Duration.ofSeconds(75);
    private static final Duration A_WHILE = Duration.ofSeconds(4);
    private static final Duration NO_WORK = Duration.ofSeconds(20);
    private static final int SKEW_S = 600;
    private static final int POLL_MS = 50;
    private static final String EARLIER = "-earlier";
    private static final String CHECKPOINTS = "checkpoints/";

    private final int number;
    private final Surroundings surroundings;
    private final BrokerProxy broker;
    private final StoreProxy store;
    private volatile WorkerProcess worker;
    private volatile boolean busy;
    private int starts;

    /**
     * What is the same for every slot.
     *
     * @param releases the packaged applications that take turns, in a slot and among slots
     */
    record Surroundings(
            Servers servers,
            KafkaWire wire,
            Path logs,
            Path clock,
            Map<String, String> settings,
            History history,
            Tries tries,
            AtomicInteger truces,
            List<Path> releases) {}

    Slot(int number, Surroundings surroundings) {
        this.number = number;
        this.surroundings = surroundings;
        Witness witness = new Onlooker();
        broker = new BrokerProxy(surroundings.servers().kafkaPort, surroundings.wire(), witness);
        store = new StoreProxy(surroundings.servers().s3Port, witness);
        worker = startWorker(0);
    }

    /** Sees the worker's jobs begin and end. */
    private final class Onlooker implements Witness {
        /**
         * Poison kills here: the attempt is written down, and its worker never hears of it. One more attempt is made to give
         * the job up, which renders nothing.
         */
        @Override
        public boolean springs(Effect effect, Moment moment, Collection<String> jobs) {
            if (moment == Moment.AFTER && effect == Effect.OUTCOME) {
                jobs.forEach(surroundings.tries()::ended);
            }
            if (moment != Moment.AFTER || effect != Effect.ATTEMPT) {
                return false;
            }
            busy = true;
            boolean kills = false;
            for (String job : jobs) {
                int attempt = surroundings.tries().begun(job, number);
                kills |= job.startsWith(POISON) && attempt <= Tries.MOST;
            }
            if (!kills) {
                return false;
            }
            WorkerProcess victim = worker;
            record("poison", victim, System.currentTimeMillis());
            victim.kill();
            return true;
        }

        @Override
        public void read(String job, String object) {
            if (object.startsWith(CHECKPOINTS)) {
                surroundings
                        .history()
                        .write(History.now("resume")
                                .put("worker", worker.toString())
                                .put("job", job)
                                .put("checkpoint", object.substring(CHECKPOINTS.length())));
            }
        }
    }

    /** Waits until the worker has begun a job, if there are any; starts one where it has ended. */
    void awaitBusy() throws InterruptedException {
        long until = System.nanoTime() + NO_WORK.toNanos();
        while (!busy && System.nanoTime() < until) {
            ensureAlive();
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }

    void ensureAlive() {
        if (!worker.alive()) {
            worker = startWorker(0);
        }
    }

    /**
     * Does what is planned, so long after now. A job that has two attempts behind it is spared: were its worker ended once
     * more, it would rightly be given up.
     */
    void strike(Plan.Strike strike) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(strike.afterMs());
        while (surroundings.tries().onLastAttempt(number)
                || surroundings.truces().get() > 0) {
            ensureAlive();
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
        if (strike.fault() == Fault.SIGSTOP) {
            awaitJob();
        }
        ensureAlive();
        long from = System.currentTimeMillis();
        WorkerProcess victim = worker;
        switch (strike.fault()) {
            case SIGKILL -> victim.kill();
            case SIGTERM -> {
                victim.terminate();
                victim.exit();
            }
            case SIGSTOP -> {
                victim.freeze();
                Set<String> held = surroundings.tries().at(number);
                TimeUnit.MILLISECONDS.sleep(AWAY.toMillis());
                awaitTakenOver(held);
                victim.wake();
            }
            case BROKER_CUT -> cut(broker);
            case STORE_CUT -> cut(store);
            case BROKER_SLOW -> weather(broker, Weather.SLOW, A_WHILE);
            case STORE_SLOW -> weather(store, Weather.SLOW, A_WHILE);
            case BROKER_REPLIES_LOST -> weather(broker, Weather.REPLIES_LOST, AWAY);
            case STORE_REPLIES_LOST -> weather(store, Weather.REPLIES_LOST, A_WHILE);
            case STORE_FULL -> {
                store.full(true);
                TimeUnit.MILLISECONDS.sleep(A_WHILE.toMillis());
                store.full(false);
            }
        }
        record(strike.fault().name(), victim, from);
        if (!victim.alive()) {
            int sign = strike.afterMs() % 2 == 0 ? 1 : -1;
            worker = startWorker(strike.skewed() ? sign * SKEW_S : 0);
        }
    }

    /** Waits until a job is under way here, if there are any: a worker without would be missed by nobody. */
    private void awaitJob() throws InterruptedException {
        long until = System.nanoTime() + NO_WORK.toNanos();
        while (surroundings.tries().at(number).isEmpty() && System.nanoTime() < until) {
            ensureAlive();
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }

    /**
     * Waits until another worker has begun one of these jobs, so that this one's owner is stale; not for ever. Meanwhile the
     * others are left alone: it takes one that lives for a while to begin them.
     */
    private void awaitTakenOver(Set<String> held) throws InterruptedException {
        surroundings.truces().incrementAndGet();
        try {
            long until = System.nanoTime() + LONGEST_AWAY.minus(AWAY).toNanos();
            while (surroundings.tries().awaited(held, number) && System.nanoTime() < until) {
                TimeUnit.MILLISECONDS.sleep(POLL_MS);
            }
        } finally {
            surroundings.truces().decrementAndGet();
        }
    }

    private static void cut(TcpProxy way) throws InterruptedException {
        way.cut();
        TimeUnit.MILLISECONDS.sleep(A_WHILE.toMillis());
        way.mend();
    }

    private static void weather(TcpProxy way, Weather weather, Duration time) throws InterruptedException {
        way.weather(weather);
        TimeUnit.MILLISECONDS.sleep(time.toMillis());
        way.weather(Weather.CLEAR);
    }

    private void record(String what, WorkerProcess victim, long from) {
        surroundings
                .history()
                .write(History.line("fault")
                        .put("t", from)
                        .put("what", what)
                        .put("target", victim.toString())
                        .put("until", System.currentTimeMillis()));
    }

    private WorkerProcess startWorker(int skewSeconds) {
        busy = false;
        String name = "worker-" + number + "-" + ++starts;
        int release = (number + starts) % surroundings.releases().size();
        name += release > 0 ? EARLIER : "";
        Map<String, String> settings = new HashMap<>(surroundings.settings());
        settings.put("kafka.bootstrap.servers", TcpProxy.LOOPBACK + ":" + broker.port());
        settings.put("darkroom.storage.endpoint", "http://" + TcpProxy.LOOPBACK + ":" + store.port());
        List<String> jvm = List.of();
        if (skewSeconds != 0) {
            jvm = List.of(SkewedClock.option(surroundings.clock(), skewSeconds));
            surroundings
                    .history()
                    .write(History.now("fault")
                            .put("what", "CLOCK")
                            .put("target", name)
                            .put("seconds", skewSeconds));
        }
        surroundings.history().write(History.now("start").put("worker", name));
        return WorkerProcess.start(
                name,
                surroundings.logs().resolve(name + ".log"),
                settings,
                jvm,
                surroundings.releases().get(release));
    }

    WorkerProcess worker() {
        return worker;
    }

    @Override
    public void close() {
        worker.close();
        broker.close();
        store.close();
    }
}
