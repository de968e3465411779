package io.darkroom;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** The packaged application as a process of its own, in a folder of its own, on free ports of 127.0.0.1. */
final class AppProcess implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Process process;
    private final Path log;
    private final int port;
    private final int kafkaPort;
    private final int s3Port;
    private final HttpClient client = HttpClient.newHttpClient();

    /**
     * How a command has ended.
     *
     * @param output what it has said, on either stream
     */
    record Ended(int status, String output) {}

    private AppProcess(Process process, Path log, int port, int kafkaPort, int s3Port) {
        this.process = process;
        this.log = log;
        this.port = port;
        this.kafkaPort = kafkaPort;
        this.s3Port = s3Port;
    }

    /** Starts it with settings {@code key=value}; its log goes to a file of that name in the folder. */
    static AppProcess start(Path folder, String logName, String... settings) throws IOException {
        int port = freePort();
        int kafkaPort = freePort();
        int s3Port = freePort();
        List<String> command = new ArrayList<>(List.of(
                java(),
                "-Xmx1g",
                "-Dquarkus.http.port=" + port,
                "-Ddarkroom.standalone.kafka-port=" + kafkaPort,
                "-Ddarkroom.standalone.s3-port=" + s3Port));
        for (String setting : settings) {
            command.add("-D" + setting);
        }
        command.addAll(List.of("-jar", System.getProperty("darkroom.jar")));
        Path log = folder.resolve(logName);
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new AppProcess(process, log, port, kafkaPort, s3Port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Waits until it takes requests. */
    AppProcess awaitReady() {
        org.awaitility.Awaitility.await().atMost(START).until(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("it has ended:\n" + log());
            }
            return log().contains("Ready: taking requests");
        });
        return this;
    }

    /** Runs a command of the same application, as a client of this one's broker and store, to its end. */
    Ended command(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                java(),
                "-Dkafka.bootstrap.servers=" + bootstrapServers(),
                "-Ddarkroom.storage.endpoint=http://127.0.0.1:" + s3Port,
                "-Ddarkroom.storage.access-key=darkroom",
                "-Ddarkroom.storage.secret-key=darkroom-secret",
                "-jar",
                System.getProperty("darkroom.jar")));
        command.addAll(List.of(arguments));
        Process client = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(client.waitFor(), output);
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its broker. */
    String bootstrapServers() {
        return "127.0.0.1:" + kafkaPort;
    }

    /** Sends records to a topic, one for each value, and waits until the broker has them. */
    void send(String topic, @Nullable String key, List<String> values) {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                // One batch, so that all are there before the first is read.
                Map.of("bootstrap.servers", bootstrapServers(), "linger.ms", 5000, "batch.size", 1 << 20),
                new StringSerializer(),
                new StringSerializer())) {
            List<Future<RecordMetadata>> sent = values.stream()
                    .map(value -> producer.send(new ProducerRecord<>(topic, key, value)))
                    .toList();
            producer.flush();
            for (Future<RecordMetadata> one : sent) {
                var unused = one.get();
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Every record of a topic, from its beginning to where it ends now; each partition's in order. */
    List<ConsumerRecord<String, byte[]>> records(String topic) {
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers()),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<String, byte[]>> found = new ArrayList<>();
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
                consumer.poll(POLL).forEach(found::add);
            }
            return found;
        }
    }

    /** One header of every record of a key; empty texts where a record lacks it. */
    List<String> headers(String topic, String key, String name) {
        return records(topic).stream()
                .filter(record -> key.equals(record.key()))
                .map(record -> record.headers().lastHeader(name))
                .map(header -> header == null ? "" : new String(header.value(), StandardCharsets.UTF_8))
                .toList();
    }

    URI at(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** Asks for something, with headers as {@code name, value, …}. */
    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(at(path));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    /** Shows a token as the page does. */
    HttpResponse<String> openSession(String token) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(at("/api/session"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"token\":\"" + token + "\"}")));
    }

    HttpResponse<String> delete(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(at(path)).DELETE());
    }

    /** Posts a request, with more headers as {@code name, value, …}. */
    HttpResponse<String> post(String body, String... headers) throws IOException, InterruptedException {
        return postTo("/api/requests", body, headers);
    }

    HttpResponse<String> postTo(String path, String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(at(path)).POST(HttpRequest.BodyPublishers.ofString(body));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.timeout(ANSWER).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Stops it as Kubernetes does, and waits. */
    int terminate() throws InterruptedException {
        process.destroy();
        return exitStatus();
    }

    /** Waits for its end. */
    int exitStatus() throws InterruptedException {
        if (!process.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("it has not ended:\n" + log());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
