package io.darkroom.kafka;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks the broker every few seconds whether it is there, so that a readiness probe need not wait for it. */
@ApplicationScoped
public class BrokerProbe {
    private static final int SECONDS = 2;

    private final Topics topics;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "kafka-probe");
        thread.setDaemon(true);
        return thread;
    });
    private volatile @Nullable String trouble = "not asked yet";

    BrokerProbe(Topics topics) {
        this.topics = topics;
    }

    void start(@Observes StartupEvent event) {
        var unused = timer.scheduleWithFixedDelay(this::probe, 0, SECONDS, TimeUnit.SECONDS);
    }

    private void probe() {
        try {
            topics.ping();
            trouble = null;
        } catch (RuntimeException e) {
            trouble = e.getMessage();
        }
    }

    /** What is wrong with the broker; empty where it answered the last time. */
    public Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    @PreDestroy
    void close() {
        timer.shutdownNow();
    }
}
