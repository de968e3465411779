package io.darkroom.chaos;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Sends requests and cancellations past the proxies, and hears which jobs have ended. Sends are for one thread. */
final class Client implements AutoCloseable {
    private static final String REQUESTS = "darkroom.requests";
    private static final String CANCELLATIONS = "darkroom.cancellations";
    private static final String COMPLETIONS = "darkroom.completions";
    private static final Duration POLL = Duration.ofMillis(200);

    private final History history;
    private final KafkaProducer<String, byte[]> producer;
    private final Set<String> ended = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Client(String bootstrapServers, History history) {
        this.history = history;
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "acks", "all", "delivery.timeout.ms", "300000"),
                new StringSerializer(),
                new ByteArraySerializer());
        Thread listener = new Thread(() -> listen(bootstrapServers), "chaos-completions");
        listener.setDaemon(true);
        listener.start();
    }

    /** Sends a request; returns when the broker has it. */
    void send(String id, String json, String expect, Kind kind) throws InterruptedException {
        byte[] value = json.getBytes(StandardCharsets.UTF_8);
        RecordMetadata at = acknowledged(producer.send(new ProducerRecord<>(REQUESTS, id, value)));
        history.write(History.now("send")
                .put("topic", at.topic())
                .put("partition", at.partition())
                .put("offset", at.offset())
                .put("id", id)
                .put("sha256", History.sha256(value))
                .put("expect", expect)
                .put("reference", kind.reference()));
    }

    void cancel(String id) throws InterruptedException {
        acknowledged(producer.send(new ProducerRecord<>(CANCELLATIONS, id, new byte[0])));
        history.write(History.now("cancel").put("id", id));
    }

    /** Jobs of which a terminal event was seen. */
    Set<String> ended() {
        return ended;
    }

    private static RecordMetadata acknowledged(Future<RecordMetadata> send) throws InterruptedException {
        try {
            return send.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the broker did not take it", e);
        }
    }

    private void listen(String bootstrapServers) {
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers), new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = consumer.partitionsFor(COMPLETIONS).stream()
                    .map(each -> new TopicPartition(COMPLETIONS, each.partition()))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            while (!closed) {
                consumer.poll(POLL).forEach(record -> ended.add(record.key()));
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        producer.close();
    }
}
