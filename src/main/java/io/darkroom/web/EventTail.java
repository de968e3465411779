package io.darkroom.web;

import io.darkroom.config.DarkroomConfig;
import io.darkroom.kafka.KafkaClients;
import io.darkroom.kafka.WorkerLife;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.operators.multi.processors.BroadcastProcessor;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Follows the completions and the progress of all workers from now on: no group, no commits. */
@ApplicationScoped
class EventTail implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(EventTail.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration AGAIN = Duration.ofSeconds(1);
    private static final int REMEMBERED = 10_000;

    /** An event as it was read. */
    record Event(String type, String json) {}

    private final KafkaClients clients;
    private final WorkerLife life;
    private final WebAccess access;
    private final List<String> topics;
    private final RenderBoard board = new RenderBoard(REMEMBERED);
    private final BroadcastProcessor<Event> listeners = BroadcastProcessor.create();
    private @Nullable Consumer<byte[], byte[]> consumer;
    private volatile boolean closing;

    EventTail(KafkaClients clients, DarkroomConfig config, WorkerLife life, WebAccess access) {
        this.clients = clients;
        this.life = life;
        this.access = access;
        this.topics = List.of(config.topics().completions(), config.topics().progress());
    }

    RenderBoard board() {
        return board;
    }

    /** Every event from now on. A listener that is too slow misses some. */
    Multi<Event> events() {
        return listeners.onOverflow().drop();
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
            while (!closing) {
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
        reader.seekToEnd(partitions);
        partitions.forEach(reader::position);
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        Header type = record.headers().lastHeader("ce_type");
        if (type != null && record.value() != null) {
            String name = new String(type.value(), StandardCharsets.UTF_8);
            board.event(name, record.value());
            listeners.onNext(new Event(name, new String(record.value(), StandardCharsets.UTF_8)));
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
