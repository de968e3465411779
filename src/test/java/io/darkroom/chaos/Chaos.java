package io.darkroom.chaos;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.darkroom.bench.NullModel;
import io.darkroom.crash.EndState;
import io.darkroom.crash.KafkaWire;
import io.darkroom.crash.WorkerProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.kafka.common.TopicPartition;

/** One run: servers, a fleet, a load, faults, and the history of it all. */
final class Chaos {
    private static final Duration CHECKPOINTS = Duration.ofMillis(200);
    private static final Duration HANDOVER = Duration.ofSeconds(1);
    /** A call of the null model takes some milliseconds then. */
    private static final int SINES = 20;

    private static final String EARLIER = "darkroom.chaos.earlier";
    private static final int SAMPLE_MS = 1000;
    private static final int OFFSETS_MS = 250;
    private static final int SERVER_FAULT_MS = 20_000;

    /** Held, for a logger that nobody holds forgets its level. */
    private static final List<Logger> QUIET = List.of(
            Logger.getLogger("kafka"), Logger.getLogger("org.apache.kafka"), Logger.getLogger("state.change.logger"));

    private final Plan plan;
    private final Scale scale;
    private final boolean exactlyOnce;
    private final Path folder;
    private final Path logs;
    private final AtomicInteger struck = new AtomicInteger();
    private volatile boolean over;

    /**
     * @param folder for the servers' data and models; is thrown away
     * @param logs for the processes' logs and the history
     */
    Chaos(long seed, Scale scale, boolean exactlyOnce, Path folder, Path logs) {
        this.plan = Plan.of(seed, scale);
        this.scale = scale;
        this.exactlyOnce = exactlyOnce;
        this.folder = folder;
        this.logs = logs;
    }

    /** Runs it, and returns the history. */
    Path run() throws Exception {
        QUIET.forEach(logger -> logger.setLevel(Level.SEVERE));
        Path file = logs.resolve("history.jsonl");
        try (History history = new History(file);
                Servers servers = new Servers(folder.resolve("data"), logs)) {
            servers.awaitTopics();
            servers.session(Slot.SESSION);
            // Whether a commit came too early is judged by when these were there, not by when they were sent.
            servers.stampArrivals("darkroom.completions");
            servers.stampArrivals("darkroom.requests.dead");
            history.write(History.now("plan")
                    .put("seed", plan.seed())
                    .put("session_ms", Slot.SESSION.toMillis())
                    .put("checkpoint_ms", CHECKPOINTS.toMillis())
                    .put("exactly_once", exactlyOnce));
            try (Client client = new Client(servers.bootstrap(), history)) {
                disturb(servers, client, history);
            }
            try (EndState end = new EndState(servers.bootstrap(), URI.create(servers.endpoint()))) {
                new Harvest(end, history).write();
            }
        }
        return file;
    }

    /** With {@code darkroom.chaos.earlier}, the jar of another release's packaged application, half of the workers are its. */
    private static List<Path> releases() {
        Path own = WorkerProcess.jar("darkroom.jar");
        return System.getProperty(EARLIER) == null ? List.of(own) : List.of(own, WorkerProcess.jar(EARLIER));
    }

    private void disturb(Servers servers, Client client, History history) throws Exception {
        Slot.Surroundings surroundings = new Slot.Surroundings(
                servers,
                KafkaWire.of(servers.bootstrap(), "darkroom.requests", "darkroom.completions"),
                logs,
                clock(),
                settings(),
                history,
                new Tries(),
                new AtomicInteger(),
                releases());
        List<Slot> slots = new ArrayList<>();
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            Load load = new Load(client, plan.seed(), scale);
            slots.add(new Slot(0, surroundings));
            within(threads, load::references);
            while (slots.size() < scale.workers()) {
                slots.add(new Slot(slots.size(), surroundings));
            }
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < slots.size(); i++) {
                Slot slot = slots.get(i);
                List<Plan.Strike> strikes = plan.workers().get(i);
                all.add(threads.submit(() -> orElseOver(() -> strike(slot, strikes))));
            }
            all.add(threads.submit(() -> orElseOver(() -> restart(servers, history))));
            all.add(threads.submit(() -> {
                load.jobs(() -> (double) struck.get() / plan.strikes());
                return null;
            }));
            Future<?> sampling = threads.submit(() -> sample(servers, history));
            within(threads, () -> {
                for (Future<?> each : all) {
                    each.get();
                }
                settle(client, load, servers, slots);
            });
            over = true;
            sampling.get();
            for (Slot slot : slots) {
                slot.worker().terminate();
            }
            for (Slot slot : slots) {
                slot.worker().exit();
            }
        } finally {
            over = true;
            threads.shutdownNow();
            slots.forEach(Slot::close);
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    /** Gives up after the time that the scale allows. */
    private void within(ExecutorService threads, Work work) throws Exception {
        Future<?> done = threads.submit(() -> {
            work.run();
            return null;
        });
        try {
            done.get(scale.minutes(), TimeUnit.MINUTES);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the run failed; see " + logs, e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("not over after " + scale.minutes() + " minutes; see " + logs, e);
        }
    }

    /** What fails ends the run, which would wait for it for ever. */
    private Void orElseOver(Work work) throws Exception {
        try {
            work.run();
            return null;
        } catch (Exception e) {
            over = true;
            throw e;
        }
    }

    private void strike(Slot slot, List<Plan.Strike> strikes) throws InterruptedException {
        for (Plan.Strike strike : strikes) {
            slot.awaitBusy();
            slot.strike(strike);
            struck.incrementAndGet();
        }
        while (faulty()) {
            // Poison may come at any time.
            slot.ensureAlive();
            TimeUnit.MILLISECONDS.sleep(SAMPLE_MS);
        }
    }

    private boolean faulty() {
        return struck.get() < plan.strikes() && !over;
    }

    /** Kills and stops the servers in turn, for as long as there are other faults. */
    private void restart(Servers servers, History history) throws InterruptedException {
        for (int i = 0; i < scale.serverFaults() && faulty(); i++) {
            TimeUnit.MILLISECONDS.sleep(SERVER_FAULT_MS);
            long from = System.currentTimeMillis();
            servers.restart(i % 2 == 0);
            history.write(History.line("fault")
                    .put("t", from)
                    .put("what", i % 2 == 0 ? "SERVERS_KILLED" : "SERVERS_RESTARTED")
                    .put("target", "servers")
                    .put("until", System.currentTimeMillis()));
        }
    }

    /** After the faults: a rolling restart where there is one, and everything ends. */
    private void settle(Client client, Load load, Servers servers, List<Slot> slots) throws InterruptedException {
        if (scale.rollingRestart()) {
            for (Slot slot : slots) {
                slot.awaitBusy();
                slot.strike(new Plan.Strike(Fault.SIGTERM, 0, false));
            }
        }
        try (EndState end = new EndState(servers.bootstrap(), URI.create(servers.endpoint()))) {
            while (!client.ended().containsAll(load.sent()) || end.lag() > 0) {
                for (Slot slot : slots) {
                    slot.ensureAlive();
                }
                TimeUnit.MILLISECONDS.sleep(SAMPLE_MS);
            }
        }
    }

    /** Writes down what is committed, whenever it has changed. */
    private void sample(Servers servers, History history) {
        Map<TopicPartition, ObjectNode> known = new HashMap<>();
        try (EndState end = new EndState(servers.bootstrap(), URI.create(servers.endpoint()))) {
            while (true) {
                boolean last = over;
                try {
                    var ends = end.ends("darkroom.requests");
                    var committed = end.committed();
                    long now = System.currentTimeMillis();
                    ends.forEach((partition, behind) -> {
                        ObjectNode line = History.line("offsets")
                                .put("topic", partition.topic())
                                .put("partition", partition.partition())
                                .put("committed", committed.getOrDefault(partition, 0L))
                                .put("end", behind);
                        if (!line.equals(known.put(partition, line))) {
                            history.write(line.deepCopy().put("t", now));
                        }
                    });
                } catch (RuntimeException e) {
                    // The broker is away; the next sample tells.
                }
                if (last) {
                    return;
                }
                TimeUnit.MILLISECONDS.sleep(OFFSETS_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Path clock() {
        Path jar = folder.resolve("clock.jar");
        SkewedClock.write(jar);
        return jar;
    }

    private Map<String, String> settings() throws IOException {
        Path models = folder.resolve("models");
        NullModel.write(models.resolve("null"), SINES);
        Map<String, String> settings = new HashMap<>();
        settings.put("darkroom.models.path", models.toString());
        settings.put("darkroom.models.default", "null");
        settings.put("darkroom.devices", "cpu");
        settings.put("darkroom.storage.access-key", "darkroom");
        settings.put("darkroom.storage.secret-key", "darkroom-secret");
        settings.put("darkroom.web.enabled", "false");
        settings.put("darkroom.engine.checkpoint-interval", CHECKPOINTS.toString());
        settings.put("darkroom.engine.jobs", "4");
        settings.put("darkroom.worker.drain", HANDOVER.toString());
        settings.put("darkroom.handover", HANDOVER.toString());
        settings.put("darkroom.events.exactly-once", Boolean.toString(exactlyOnce));
        settings.put("kafka.transaction.timeout.ms", String.valueOf(Slot.SESSION.toMillis()));
        return settings;
    }
}
