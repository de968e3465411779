package io.darkroom.bench;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** A client of a worker: sends requests, and waits until they are answered and done with. */
final class JobClient implements AutoCloseable {
    private static final String REQUESTS = "darkroom.requests";
    private static final String COMPLETIONS = "darkroom.completions";
    private static final String GROUP = "darkroom-workers";
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final PackagedProcess worker;
    private final Admin admin;
    private final KafkaProducer<String, byte[]> producer;
    private final KafkaConsumer<String, byte[]> consumer;
    private @Nullable ConsumerRecord<String, byte[]> last;
    private long sent;

    JobClient(String broker, PackagedProcess worker) {
        this.worker = worker;
        admin = Admin.create(Map.of("bootstrap.servers", broker));
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker), new StringSerializer(), new ByteArraySerializer());
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker, "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = consumer.partitionsFor(COMPLETIONS).stream()
                .map(p -> new TopicPartition(p.topic(), p.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Waits until a broker has Darkroom's topics. */
    static void awaitTopics(String broker, PackagedProcess servers) throws InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (System.nanoTime() < end) {
                servers.requireAlive();
                try {
                    if (admin.listTopics().names().get().containsAll(Set.of(REQUESTS, COMPLETIONS))) {
                        return;
                    }
                } catch (ExecutionException e) {
                    servers.requireAlive();
                }
                Thread.sleep(100);
            }
        }
        throw new IllegalStateException("no topics: see " + servers.log());
    }

    /** Renders some jobs, and tells in how many seconds. */
    double render(String prefix, int jobs) throws ExecutionException, InterruptedException {
        long start = System.nanoTime();
        for (int i = 0; i < jobs; i++) {
            String id = prefix + i;
            String json = "{\"id\": \"" + id + "\", \"prompt\": \"a red circle\", \"num_inference_steps\": 1,"
                    + " \"guidance_scale\": 1, \"seed\": 42}";
            var unused = producer.send(new ProducerRecord<>(REQUESTS, id, json.getBytes(StandardCharsets.UTF_8)));
        }
        sent += jobs;
        long end = start + PATIENCE.toNanos();
        int done = 0;
        while (done < jobs) {
            worker.requireAlive();
            for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                requireCompleted(record);
                last = record;
                done++;
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException(done + " of " + jobs + " jobs are done: see " + worker.log());
            }
        }
        while (committed() < sent) {
            worker.requireAlive();
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /** The event of the last job that was seen. */
    ConsumerRecord<String, byte[]> lastCompletion() {
        return Objects.requireNonNull(last);
    }

    private long committed() throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(GROUP)
                .partitionsToOffsetAndMetadata()
                .get();
        return offsets.values().stream().mapToLong(OffsetAndMetadata::offset).sum();
    }

    private static void requireCompleted(ConsumerRecord<String, byte[]> record) {
        String type = new String(record.headers().lastHeader("ce_type").value(), StandardCharsets.UTF_8);
        if (!type.equals("io.darkroom.render.completed.v1")) {
            throw new IllegalStateException(type + ": " + new String(record.value(), StandardCharsets.UTF_8));
        }
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
        admin.close();
    }
}
