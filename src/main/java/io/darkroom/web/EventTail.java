package io.darkroom.web;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.job.EventType;
import io.darkroom.kafka.KafkaClients;
import io.darkroom.kafka.WorkerLife;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Follows the completions and the progress of all workers: no group, no commits. The last completions from before the start
 * go to the board alone.
 */
@ApplicationScoped
class EventTail implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(EventTail.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration AGAIN = Duration.ofSeconds(1);
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final int REMEMBERED = 10_000;
    /** Of the board's states; an event has 2 KiB, and a large one 1 MiB. */
    private static final long REMEMBERED_BYTES = 32L << 20;

    /** Of each partition of the completions. */
    private static final int EARLIER = 50;

    private static final int BUFFER = 512;
    private static final int REPEATED = 400;
    private static final long REPEATED_CHARACTERS = 8L << 20;
    private static final int LISTENERS = 200;

    private final KafkaClients clients;
    private final WorkerLife life;
    private final WebAccess access;
    private final String completions;
    private final List<String> topics;
    private final RenderBoard board = new RenderBoard(REMEMBERED, REMEMBERED_BYTES);
    private final EventFeed feed = new EventFeed(
            Long.toString(System.currentTimeMillis(), Character.MAX_RADIX),
            BUFFER,
            REPEATED,
            REPEATED_CHARACTERS,
            LISTENERS);
    private final Map<TopicPartition, Long> ends = new HashMap<>();
    private @Nullable Consumer<byte[], byte[]> consumer;
    private volatile boolean closing;

    EventTail(KafkaClients clients, DarkroomConfig config, WorkerLife life, WebAccess access) {
        this.clients = clients;
        this.life = life;
        this.access = access;
        this.completions = config.topics().completions();
        this.topics = List.of(completions, config.topics().progress());
    }

    RenderBoard board() {
        return board;
    }

    /** Every event from now on. */
    EventFeed feed() {
        return feed;
    }

    void start(@Observes StartupEvent event) {
        if (access.enabled()) {
            var unused = life.topicsFound().thenRun(this::follow);
        }
    }

    private void follow() {
        Consumer<byte[], byte[]> reader = clients.reader("darkroom-events");
        consumer = reader;
        Thread thread = new Thread(() -> follow(reader), "events");
        thread.setDaemon(true);
        thread.start();
    }

    private void follow(Consumer<byte[], byte[]> reader) {
        try (reader) {
            boolean assigned = false;
            long beatAt = System.nanoTime();
            while (!closing) {
                if (System.nanoTime() - beatAt >= HEARTBEAT.toNanos()) {
                    feed.beat();
                    beatAt = System.nanoTime();
                }
                try {
                    if (!assigned) {
                        assign(reader);
                        assigned = true;
                    }
                    for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
                        take(record);
                    }
                } catch (WakeupException e) {
                    LOG.trace("woken up to close", e);
                } catch (RuntimeException e) {
                    LOG.warnf("Following %s failed, and goes on: %s", topics, e);
                    LockSupport.parkNanos(AGAIN.toNanos());
                }
            }
        }
    }

    private void assign(Consumer<byte[], byte[]> reader) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : topics) {
            reader.partitionsFor(topic).forEach(p -> partitions.add(new TopicPartition(topic, p.partition())));
        }
        reader.assign(partitions);
        Map<TopicPartition, Long> starts = reader.beginningOffsets(partitions);
        ends.putAll(reader.endOffsets(partitions));
        for (TopicPartition at : partitions) {
            long end = ends.getOrDefault(at, 0L);
            long start = starts.getOrDefault(at, 0L);
            reader.seek(at, at.topic().equals(completions) ? Math.max(start, end - EARLIER) : end);
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader("ce_type");
        if (header == null || record.value() == null) {
            return;
        }
        EventType type = EventType.ofCeType(new String(header.value(), StandardCharsets.UTF_8));
        board.event(type, record.value(), record.timestamp());
        long end = ends.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L);
        if (type != null && record.offset() >= end) {
            feed.publish(type, new String(record.value(), StandardCharsets.UTF_8));
        }
    }

    @Override
    @PreDestroy
    public void close() {
        closing = true;
        Consumer<byte[], byte[]> reader = consumer;
        if (reader != null) {
            reader.wakeup();
        }
    }
}
