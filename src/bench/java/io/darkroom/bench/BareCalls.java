package io.darkroom.bench;

import io.darkroom.job.Bytes;
import io.minio.GetObjectArgs;
import io.minio.GetObjectResponse;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * What a job comes down to, by MinIO's and Kafka's clients alone: its request sent, the puts of its attempt, picture,
 * {@code result.json} and outcome, one after another and each with {@code If-None-Match}, and its events sent: progress
 * with acks=1, all else with acks=all. As many jobs at the same time as the worker has threads for the store. The events
 * are those that the worker sent, the objects those of one of its jobs.
 */
final class BareCalls implements AutoCloseable {
    private static final int CONCURRENCY = 16;
    private static final int CONNECTIONS = 64;
    private static final String BUCKET = "darkroom";
    private static final String TOPIC = "bench";
    private static final short ONE_REPLICA = 1;

    private final MinioClient store;
    private final KafkaProducer<String, byte[]> producer;
    private final KafkaProducer<String, byte[]> progress;
    private final ExecutorService threads = Executors.newFixedThreadPool(CONCURRENCY);

    BareCalls(String broker, String endpoint) throws Exception {
        Dispatcher dispatcher = new Dispatcher();
        dispatcher.setMaxRequests(CONNECTIONS);
        dispatcher.setMaxRequestsPerHost(CONNECTIONS);
        store = MinioClient.builder()
                .endpoint(endpoint)
                .region("us-east-1")
                .credentials("darkroom", "darkroom-secret")
                .httpClient(
                        new OkHttpClient.Builder()
                                .dispatcher(dispatcher)
                                .connectionPool(new ConnectionPool(CONNECTIONS, 1, TimeUnit.MINUTES))
                                .build(),
                        true)
                .build();
        producer = producer(broker, "all");
        progress = producer(broker, "1");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 12, ONE_REPLICA)))
                    .all()
                    .get();
        }
    }

    private static KafkaProducer<String, byte[]> producer(String broker, String acks) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", broker, "acks", acks, "enable.idempotence", acks.equals("all")),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    private record Stored(String name, String mediaType, Bytes content) {}

    /**
     * Delivers as many jobs as there are, and tells in how many seconds.
     *
     * @param jobs by id, the events of the worker's jobs
     */
    double deliver(Map<String, List<ConsumerRecord<String, byte[]>>> jobs) throws Exception {
        String one = jobs.keySet().iterator().next();
        String record = ".darkroom/jobs/" + one + "/";
        String pictures = "renders/" + one + "/";
        List<Stored> objects = List.of(
                read(record + "attempt-1", "application/json"),
                read(pictures + "0.png", "image/png"),
                read(pictures + "result.json", "application/json"),
                read(record + "outcome", "application/json"));
        List<CompletableFuture<Void>> done = new ArrayList<>();
        long start = System.nanoTime();
        jobs.forEach((id, events) -> {
            CompletableFuture<Void> delivered = new CompletableFuture<>();
            done.add(delivered);
            threads.execute(() -> deliver("bare/" + id, objects, events, delivered));
        });
        done.forEach(CompletableFuture::join);
        return (System.nanoTime() - start) / 1e9;
    }

    private void deliver(
            String id,
            List<Stored> objects,
            List<ConsumerRecord<String, byte[]>> events,
            CompletableFuture<Void> delivered) {
        try {
            List<CompletableFuture<Void>> sent = new ArrayList<>();
            sent.add(send(producer, new ProducerRecord<>(TOPIC, id, JobClient.request(id))));
            for (Stored object : objects) {
                put(id + "/" + object.name(), object);
            }
            for (ConsumerRecord<String, byte[]> event : events) {
                KafkaProducer<String, byte[]> by = event.topic().equals(JobClient.PROGRESS) ? progress : producer;
                sent.add(send(by, new ProducerRecord<>(TOPIC, null, id, event.value(), event.headers())));
            }
            var unused = CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new))
                    .whenComplete((all, fault) -> complete(delivered, fault));
        } catch (Exception e) {
            delivered.completeExceptionally(e);
        }
    }

    private static CompletableFuture<Void> send(
            KafkaProducer<String, byte[]> by, ProducerRecord<String, byte[]> record) {
        CompletableFuture<Void> acknowledged = new CompletableFuture<>();
        var unused = by.send(record, (metadata, fault) -> complete(acknowledged, fault));
        return acknowledged;
    }

    private static void complete(CompletableFuture<Void> what, @Nullable Throwable fault) {
        if (fault == null) {
            what.complete(null);
        } else {
            what.completeExceptionally(fault);
        }
    }

    private void put(String key, Stored object) throws Exception {
        store.putObject(PutObjectArgs.builder()
                .bucket(BUCKET)
                .object(key)
                .data(object.content().array(), object.content().size())
                .contentType(object.mediaType())
                .extraHeaders(Map.of("If-None-Match", "*"))
                .build());
    }

    private Stored read(String key, String mediaType) throws Exception {
        try (GetObjectResponse response = store.getObject(
                GetObjectArgs.builder().bucket(BUCKET).object(key).build())) {
            return new Stored(key.substring(key.lastIndexOf('/') + 1), mediaType, Bytes.of(response.readAllBytes()));
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        producer.close();
        progress.close();
        try {
            store.close();
        } catch (Exception e) {
            throw new IllegalStateException("the store's client did not close", e);
        }
    }
}
