package io.darkroom.kafka;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.Bytes;
import io.darkroom.job.Cancellation;
import io.darkroom.worker.DeliveryLoop;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
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
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private org.apache.kafka.clients.consumer.@Nullable Consumer<byte[], byte[]> consumer;
    private @Nullable Thread thread;
    private volatile boolean closing;

    CancellationReader(KafkaClients clients, DarkroomConfig config, DeliveryLoop deliveries) {
        this.clients = clients;
        this.topic = config.topics().cancellations();
        this.deliveries = deliveries;
    }

    /** Starts reading. */
    void start() {
        var reader = clients.reader("darkroom-cancellations");
        consumer = reader;
        thread = new Thread(() -> read(reader, deliveries::cancel), "cancellations");
        thread.setDaemon(true);
        thread.start();
    }

    /** Waits until everything that stood in the topic at the start is read; false where that takes longer. */
    boolean awaitCaughtUp(Duration patience) throws InterruptedException {
        return caughtUp.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void read(
            org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> reader, Consumer<Cancellation> canceled) {
        try (reader) {
            Map<TopicPartition, Long> ends = assign(reader);
            while (!closing) {
                try {
                    for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
                        Cancellation read =
                                Cancellation.read(bytes(record.key()), bytes(record.value()), record.timestamp());
                        if (read != null) {
                            canceled.accept(read);
                        }
                    }
                    if (caughtUp.getCount() > 0
                            && ends.entrySet().stream().allMatch(e -> reader.position(e.getKey()) >= e.getValue())) {
                        caughtUp.countDown();
                    }
                } catch (WakeupException e) {
                    LOG.trace("woken up to close", e);
                } catch (RuntimeException e) {
                    LOG.warnf("Reading %s failed, and goes on: %s", topic, e);
                    LockSupport.parkNanos(AGAIN.toNanos());
                }
            }
        }
    }

    private Map<TopicPartition, Long> assign(org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> reader) {
        while (!closing) {
            try {
                List<TopicPartition> partitions = reader.partitionsFor(topic).stream()
                        .map((PartitionInfo p) -> new TopicPartition(p.topic(), p.partition()))
                        .toList();
                reader.assign(partitions);
                reader.seekToBeginning(partitions);
                return reader.endOffsets(partitions);
            } catch (WakeupException e) {
                LOG.trace("woken up to close", e);
            } catch (KafkaException e) {
                LOG.warnf("Reading %s cannot begin yet: %s", topic, e.getMessage());
                LockSupport.parkNanos(AGAIN.toNanos());
            }
        }
        return Map.of();
    }

    private static @Nullable Bytes bytes(byte @Nullable [] array) {
        return array == null ? null : Bytes.of(array);
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
