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
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * What a job comes down to, by MinIO's and Kafka's clients alone: for each one the puts of its attempt, picture,
 * {@code result.json} and outcome, one after another and each with {@code If-None-Match}; then its event, with acks=all.
 * As many jobs at the same time as the worker has threads for the store. The contents are those of a job of the worker.
 */
final class BareCalls implements AutoCloseable {
    private static final int CONCURRENCY = 16;
    private static final int CONNECTIONS = 64;
    private static final String BUCKET = "darkroom";
    private static final String TOPIC = "bench";
    private static final short ONE_REPLICA = 1;

    private final MinioClient store;
    private final KafkaProducer<String, byte[]> producer;
    private final ExecutorService threads = Executors.newFixedThreadPool(CONCURRENCY);

    BareCalls(String broker, String endpoint) throws Exception {
        Dispatcher dispatcher = new Dispatcher();
        dispatcher.setMaxRequests(CONNECTIONS);
        dispatcher.setMaxRequestsPerHost(CONNECTIONS);
        store = MinioClient.builder()
                .endpoint(endpoint)
                .region("us-east-1")
                .credentials("darkroom", "darkroom-secret")
                .httpClient(new OkHttpClient.Builder().dispatcher(dispatcher).build(), true)
                .build();
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker, "acks", "all"), new StringSerializer(), new ByteArraySerializer());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 12, ONE_REPLICA))).all().get();
        }
    }

    private record Stored(String name, String mediaType, Bytes content) {}

    /**
     * Delivers so many jobs, and tells in how many seconds.
     *
     * @param completion the event of a job of the worker, whose objects and event are taken for each of these
     */
    double deliver(String prefix, int jobs, ConsumerRecord<String, byte[]> completion) throws Exception {
        String record = ".darkroom/jobs/" + completion.key() + "/";
        String pictures = "renders/" + completion.key() + "/";
        List<Stored> objects = List.of(
                read(record + "attempt-1", "application/json"),
                read(pictures + "0.png", "image/png"),
                read(pictures + "result.json", "application/json"),
                read(record + "outcome", "application/json"));
        List<CompletableFuture<Void>> done = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < jobs; i++) {
            String id = "bare/" + prefix + i;
            CompletableFuture<Void> acknowledged = new CompletableFuture<>();
            done.add(acknowledged);
            threads.execute(() -> deliver(id, objects, completion, acknowledged));
        }
        done.forEach(CompletableFuture::join);
        return (System.nanoTime() - start) / 1e9;
    }

    private void deliver(
            String id,
            List<Stored> objects,
            ConsumerRecord<String, byte[]> event,
            CompletableFuture<Void> acknowledged) {
        try {
            for (Stored object : objects) {
                put(id + "/" + object.name(), object);
            }
            ProducerRecord<String, byte[]> copy = new ProducerRecord<>(TOPIC, null, id, event.value(), event.headers());
            var unused = producer.send(copy, (metadata, fault) -> {
                if (fault == null) {
                    acknowledged.complete(null);
                } else {
                    acknowledged.completeExceptionally(fault);
                }
            });
        } catch (Exception e) {
            acknowledged.completeExceptionally(e);
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
        try {
            store.close();
        } catch (Exception e) {
            throw new IllegalStateException("the store's client did not close", e);
        }
    }
}
