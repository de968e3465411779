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
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The packaged application as a process of its own, in a folder of its own, on free ports of 127.0.0.1. */
final class AppProcess implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final Process process;
    private final Path log;
    private final int port;
    private final int kafkaPort;
    private final HttpClient client = HttpClient.newHttpClient();

    private AppProcess(Process process, Path log, int port, int kafkaPort) {
        this.process = process;
        this.log = log;
        this.port = port;
        this.kafkaPort = kafkaPort;
    }

    /** Starts it with settings {@code key=value}; its log goes to a file of that name in the folder. */
    static AppProcess start(Path folder, String logName, String... settings) throws IOException {
        int port = freePort();
        int kafkaPort = freePort();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-Dquarkus.http.port=" + port,
                "-Ddarkroom.standalone.kafka-port=" + kafkaPort,
                "-Ddarkroom.standalone.s3-port=" + freePort()));
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
        return new AppProcess(process, log, port, kafkaPort);
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

    /** One header of every record of a key; empty texts where a record lacks it. */
    List<String> headers(String topic, String key, String name) {
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
            List<String> found = new ArrayList<>();
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    Header header = record.headers().lastHeader(name);
                    if (key.equals(record.key())) {
                        found.add(header == null ? "" : new String(header.value(), StandardCharsets.UTF_8));
                    }
                }
            }
            return found;
        }
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
        HttpRequest.Builder request =
                HttpRequest.newBuilder(at("/api/requests")).POST(HttpRequest.BodyPublishers.ofString(body));
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
