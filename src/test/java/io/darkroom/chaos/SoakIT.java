package io.darkroom.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.bench.NullModel;
import io.darkroom.crash.WorkerProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One worker and many small jobs for half an hour ({@code -Ddarkroom.soak.minutes=N} for another time): what it takes of the
 * machine does not rise. The heap is taken whole at the start, so that what rises is a leak; and it is no larger than it has
 * to be, so that a leak in it ends the worker.
 */
@Tag("soak")
class SoakIT {
    private static final int USUAL_MINUTES = 30;
    private static final int JOBS_A_MINUTE = 200_000 / USUAL_MINUTES;

    /** The first third is warm-up; what comes after it is compared with the end. */
    private static final int PARTS = 3;

    private static final double MOST_RISE = 1.01;
    private static final int IN_FLIGHT = 2000;
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final List<String> HEAP = List.of("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch");

    private long sent;
    private long ended;

    @Test
    void whatAWorkerTakesOfTheMachineDoesNotRise(@TempDir Path folder) throws Exception {
        long minutes = Long.getLong("darkroom.soak.minutes", USUAL_MINUTES);
        Path logs = Path.of("target", "soak");
        try (Servers servers = new Servers(folder.resolve("data"), logs)) {
            servers.awaitTopics();
            try (WorkerProcess worker = WorkerProcess.start(
                            "soak", logs.resolve("worker.log"), settings(servers, folder.resolve("models")), HEAP);
                    KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                            Map.of("bootstrap.servers", servers.bootstrap()),
                            new StringSerializer(),
                            new ByteArraySerializer());
                    KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                            Map.of("bootstrap.servers", servers.bootstrap()),
                            new StringDeserializer(),
                            new ByteArrayDeserializer())) {
                follow(consumer);
                List<Footprint> footprints = footprints(worker, producer, consumer, TimeUnit.MINUTES.toNanos(minutes));
                report(footprints, logs.resolve("report.md"), minutes);
                drain(consumer);

                int part = footprints.size() / PARTS;
                Footprint warm = Footprint.mean(footprints.subList(part, part + part / 2));
                Footprint last = Footprint.mean(footprints.subList(footprints.size() - part / 2, footprints.size()));
                assertThat(worker.alive()).isTrue();
                assertThat(sent).as("jobs").isGreaterThanOrEqualTo(JOBS_A_MINUTE * minutes);
                assertThat(last.residentKiB() / warm.residentKiB())
                        .as("resident memory, %s KiB and %s KiB", warm.residentKiB(), last.residentKiB())
                        .isLessThan(MOST_RISE);
                assertThat(last.threads() / warm.threads()).as("threads").isLessThan(MOST_RISE);
                assertThat(last.descriptors() / warm.descriptors())
                        .as("descriptors")
                        .isLessThan(MOST_RISE);
            }
        }
    }

    /** Keeps the worker busy, and looks at it once a second. */
    private List<Footprint> footprints(
            WorkerProcess worker,
            KafkaProducer<String, byte[]> producer,
            KafkaConsumer<String, byte[]> consumer,
            long nanos) {
        List<Footprint> footprints = new ArrayList<>();
        long second = TimeUnit.SECONDS.toNanos(1);
        long start = System.nanoTime();
        while (System.nanoTime() - start < nanos) {
            while (sent - ended < IN_FLIGHT) {
                String id = "soak-" + sent++;
                String json = "{\"id\": \"" + id
                        + "\", \"prompt\": \"a\", \"num_inference_steps\": 1, \"guidance_scale\": 1, \"seed\": 1}";
                var unused = producer.send(
                        new ProducerRecord<>("darkroom.requests", id, json.getBytes(StandardCharsets.UTF_8)));
            }
            ended += consumer.poll(POLL).count();
            if (System.nanoTime() - start > footprints.size() * second) {
                footprints.add(Footprint.of(worker.pid()));
            }
        }
        return footprints;
    }

    private void drain(KafkaConsumer<String, byte[]> consumer) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (ended < sent && System.nanoTime() < until) {
            ended += consumer.poll(POLL).count();
        }
        assertThat(ended).as("terminal events").isEqualTo(sent);
    }

    private void report(List<Footprint> footprints, Path to, long minutes) throws Exception {
        StringBuilder table =
                new StringBuilder("| minute | resident MiB | threads | descriptors |\n|---|---|---|---|\n");
        for (int i = 0; i < footprints.size(); i += Math.max(1, footprints.size() / 10)) {
            Footprint at = footprints.get(i);
            table.append(String.format(
                    Locale.ROOT,
                    "| %.1f | %.1f | %.0f | %.0f |%n",
                    (double) minutes * i / footprints.size(),
                    at.residentKiB() / 1024,
                    at.threads(),
                    at.descriptors()));
        }
        table.append(sent).append(" jobs sent, ").append(ended).append(" ended\n");
        Files.writeString(to, table);
        System.out.print(table);
    }

    private static void follow(KafkaConsumer<String, byte[]> consumer) {
        List<TopicPartition> all = consumer.partitionsFor("darkroom.completions").stream()
                .map(each -> new TopicPartition(each.topic(), each.partition()))
                .toList();
        consumer.assign(all);
        consumer.seekToBeginning(all);
    }

    private static Map<String, String> settings(Servers servers, Path models) throws Exception {
        NullModel.write(models.resolve("null"), 0);
        return Map.of(
                "kafka.bootstrap.servers", servers.bootstrap(),
                "darkroom.storage.endpoint", servers.endpoint(),
                "darkroom.storage.access-key", "darkroom",
                "darkroom.storage.secret-key", "darkroom-secret",
                "darkroom.models.path", models.toString(),
                "darkroom.models.default", "null",
                "darkroom.devices", "cpu",
                "darkroom.web.enabled", "false");
    }
}
