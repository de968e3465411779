package io.darkroom.kafka;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.worker.DeliveryLoop;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads the cancellations' topic: every worker reads all of it, without a group and without commits, from its beginning.
 * So a cancellation holds that arrived before its request, or while no worker ran.
 */
@ApplicationScoped
class CancellationReader implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(CancellationReader.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final KafkaClients clients;
    private final String topic;
    private final DeliveryLoop deliveries;
    private final RequestWindow window;
    private volatile @Nullable CancellationTopic reading;
    private org.apache.kafka.clients.consumer.@Nullable Consumer<byte[], byte[]> consumer;
    private volatile boolean closing;

    CancellationReader(KafkaClients clients, DarkroomConfig config, DeliveryLoop deliveries, RequestWindow window) {
        this.clients = clients;
        this.topic = config.topics().cancellations();
        this.deliveries = deliveries;
        this.window = window;
    }

    /** Starts reading. */
    void start() {
        var reader = clients.reader("darkroom-cancellations");
        consumer = reader;
        CancellationTopic all = new CancellationTopic(reader, topic, deliveries::cancel, window::behind);
        reading = all;
        Thread thread = new Thread(() -> read(reader, all), "cancellations");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Completes when no request is taken too early: all is read that stood in the topic at the start, or after the last
     * time that the broker was lost.
     */
    CompletionStage<@Nullable Void> caughtUp() {
        CancellationTopic all = reading;
        return all == null ? CompletableFuture.completedFuture(null) : all.caughtUp();
    }

    /** Waits for that; false where it takes longer. */
    boolean awaitCaughtUp(Duration patience) throws InterruptedException {
        try {
            caughtUp().toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private void read(org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> reader, CancellationTopic all) {
        try (reader) {
            assign(all);
            while (!closing) {
                try {
                    all.poll(POLL);
                } catch (WakeupException e) {
                    LOG.trace("woken up to close", e);
                } catch (RuntimeException e) {
                    LOG.warnf("Reading %s failed, and goes on: %s", topic, e);
                    LockSupport.parkNanos(AGAIN.toNanos());
                }
            }
        }
    }

    private void assign(CancellationTopic all) {
        while (!closing) {
            try {
                all.assign();
                return;
            } catch (WakeupException e) {
                LOG.trace("woken up to close", e);
            } catch (KafkaException e) {
                LOG.warnf("Reading %s cannot begin yet: %s", topic, e.getMessage());
                LockSupport.parkNanos(AGAIN.toNanos());
            }
        }
    }

    @Override
    @PreDestroy
    public void close() {
        closing = true;
        var reader = consumer;
        if (reader != null) {
            reader.wakeup();
        }
    }
}
