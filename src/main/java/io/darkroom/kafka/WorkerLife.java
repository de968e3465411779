package io.darkroom.kafka;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.SurroundingsException;
import io.darkroom.worker.DeliveryLoop;
import io.darkroom.worker.StoreReadiness;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The worker's first minute and its last. No request is taken before the topics are there, the store has shown that it
 * keeps what it promises, and every cancellation that stands in the topic is read. At a stop, what runs may finish or is
 * given back, before the channels close.
 */
@ApplicationScoped
public class WorkerLife {
    private static final Logger LOG = Logger.getLogger(WorkerLife.class);
    private static final Duration AGAIN = Duration.ofSeconds(1);
    /** How often the log says again what the start waits for. */
    private static final Duration REMINDER = Duration.ofSeconds(30);

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final DarkroomConfig config;
    private final Topics topics;
    private final Instance<StoreReadiness> store;
    private final Instance<CancellationReader> cancellations;
    private final Instance<DeliveryLoop> deliveries;
    private final RequestWindow window;
    private final GroupProtocol protocol;
    private final CompletableFuture<@Nullable Void> topicsFound = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Void> open = new CompletableFuture<>();
    private volatile String waitingFor = "the start";
    private volatile boolean stopping;

    WorkerLife(
            DarkroomConfig config,
            Topics topics,
            Instance<StoreReadiness> store,
            Instance<CancellationReader> cancellations,
            Instance<DeliveryLoop> deliveries,
            RequestWindow window,
            GroupProtocol protocol) {
        this.config = config;
        this.topics = topics;
        this.store = store;
        this.cancellations = cancellations;
        this.deliveries = deliveries;
        this.window = window;
        this.protocol = protocol;
    }

    /** Completes when the broker has shown that every topic is there. */
    public CompletionStage<@Nullable Void> topicsFound() {
        return topicsFound;
    }

    /** Completes when requests may be taken. */
    public CompletionStage<@Nullable Void> open() {
        return open;
    }

    /** What the start waits for; empty once requests are taken. */
    public String waitingFor() {
        return open.isDone() ? "" : waitingFor;
    }

    /** Whether this process renders. */
    public boolean renders() {
        return config.standalone().roles().contains("worker");
    }

    void start(@Observes @Priority(Interceptor.Priority.APPLICATION) StartupEvent event) {
        Thread thread = new Thread(this::prepare, "start");
        thread.setDaemon(true);
        thread.start();
    }

    private void prepare() {
        try {
            until("the topics", this::requireTopics);
            topicsFound.complete(null);
            if (renders()) {
                requireGroupProtocol();
                until("the store", () -> store.get().check());
                CancellationReader reader = cancellations.get();
                reader.start();
                until("the cancellations", () -> requireCaughtUp(reader));
            }
            begin();
            LOG.info(
                    renders()
                            ? "Ready: taking requests from "
                                    + String.join(", ", config.topics().requests())
                            : "Ready");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // Neither waiting nor trying again mends it: a missing topic, a store that breaks its promise.
            LOG.errorf("Darkroom cannot start. %s", e.getMessage());
            LOG.debug("because", e);
            Quarkus.asyncExit(1);
        }
    }

    private synchronized void begin() throws InterruptedException {
        if (stopping) {
            throw new InterruptedException("the process stops");
        }
        open.complete(null);
    }

    /** Whether it had begun. */
    private synchronized boolean end() {
        stopping = true;
        return open.isDone();
    }

    /** Tries until it succeeds: what is not there yet may come, and the process is worth nothing without it. */
    private void until(String what, Step step) throws InterruptedException {
        waitingFor = what;
        long quietUntil = System.nanoTime();
        while (!stopping) {
            try {
                step.run();
                return;
            } catch (SurroundingsException e) {
                String message = String.valueOf(e.getMessage());
                if (System.nanoTime() - quietUntil >= 0) {
                    LOG.warnf("Waiting for %s: %s", what, message);
                    quietUntil = System.nanoTime() + REMINDER.toNanos();
                }
                waitingFor = what + ": " + message;
                TimeUnit.MILLISECONDS.sleep(AGAIN.toMillis());
            }
        }
        throw new InterruptedException("the process stops");
    }

    private void requireTopics() {
        List<String> missing = topics.missing();
        if (!missing.isEmpty()) {
            throw new IllegalStateException("The broker has no topic " + String.join(", ", missing)
                    + ". Create what is missing (partitions and retention: docs/architecture.md), or name others with"
                    + " darkroom.topics.*");
        }
    }

    private void requireGroupProtocol() {
        if (protocol.isWrong()) {
            throw new IllegalStateException(
                    "The broker, which did not answer at first, has no consumer groups of the newer"
                            + " protocol: start again, or set darkroom.worker.group-protocol to classic");
        }
    }

    private static void requireCaughtUp(CancellationReader reader) throws InterruptedException {
        if (!reader.awaitCaughtUp(PATIENCE)) {
            throw new SurroundingsException("not all of the topic is read yet");
        }
    }

    /** Before the channels close: SmallRye closes them after the application's observers. */
    void stop(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event) {
        if (!end() || !renders()) {
            return;
        }
        window.close();
        Duration grace = config.worker().drain();
        LOG.infof("Stopping: jobs under way may finish within %d s", grace.toSeconds());
        try {
            deliveries.get().drain(grace).toCompletableFuture().get(grace.toSeconds() + 10, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            LOG.warn("The jobs under way could not be given back in time; the next worker takes them up all the same");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException e) {
            LOG.error("Giving back the jobs under way failed", e.getCause());
        }
    }

    /** One step of the start. */
    private interface Step {
        void run() throws InterruptedException;
    }
}
