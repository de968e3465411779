package io.darkroom.bench;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
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

/** A client of a worker: sends requests, and waits until they are answered and done with. */
final class JobClient implements AutoCloseable {
    private static final String REQUESTS = "darkroom.requests";
    private static final String COMPLETIONS = "darkroom.completions";
    private static final String GROUP = "darkroom-workers";
    static final String PROGRESS = "darkroom.progress";
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** Progress events may come after the completion. */
    private static final Duration AFTERWARDS = Duration.ofMillis(300);

    private final PackagedProcess worker;
    private final Admin admin;
    private final KafkaProducer<String, byte[]> producer;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Map<String, List<ConsumerRecord<String, byte[]>>> events = new LinkedHashMap<>();
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
        List<TopicPartition> partitions = Stream.of(COMPLETIONS, PROGRESS)
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
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
        events.clear();
        long start = System.nanoTime();
        for (int i = 0; i < jobs; i++) {
            var unused = producer.send(new ProducerRecord<>(REQUESTS, prefix + i, request(prefix + i)));
        }
        sent += jobs;
        long end = start + PATIENCE.toNanos();
        int done = 0;
        while (done < jobs) {
            worker.requireAlive();
            done += read(Duration.ofSeconds(1));
            if (System.nanoTime() > end) {
                throw new IllegalStateException(done + " of " + jobs + " jobs are done: see " + worker.log());
            }
        }
        while (committed() < sent) {
            worker.requireAlive();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        int late = read(AFTERWARDS);
        if (late > 0) {
            throw new IllegalStateException(late + " jobs were completed twice");
        }
        return seconds;
    }

    /** What is sent for a job. */
    static byte[] request(String id) {
        String json = "{\"id\": \"" + id + "\", \"prompt\": \"a red circle\", \"num_inference_steps\": 1,"
                + " \"guidance_scale\": 1, \"seed\": 42}";
        return json.getBytes(StandardCharsets.UTF_8);
    }

    /** Reads events; tells how many jobs these complete. */
    private int read(Duration patience) {
        int completed = 0;
        for (ConsumerRecord<String, byte[]> record : consumer.poll(patience)) {
            events.computeIfAbsent(record.key(), id -> new ArrayList<>()).add(record);
            if (record.topic().equals(COMPLETIONS)) {
                requireCompleted(record);
                completed++;
            }
        }
        return completed;
    }

    /** By job, the events of what was rendered last. */
    Map<String, List<ConsumerRecord<String, byte[]>>> events() {
        return events;
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
