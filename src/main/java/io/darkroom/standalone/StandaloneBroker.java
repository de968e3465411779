package io.darkroom.standalone;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A Kafka broker in this process, on 127.0.0.1: KRaft, one node, broker and controller in one. What it was given is in
 * its folder, so that a broker started there again goes on, also after its process was killed.
 *
 * <p>It stops when it is closed, and registers no shutdown hook that would do so earlier.
 */
public final class StandaloneBroker implements AutoCloseable {
    private final KafkaRaftServer server;
    private final int port;

    private StandaloneBroker(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /**
     * Starts a broker and creates the topics that are not there yet. Returns when clients can produce and consume.
     *
     * @param folder the broker's own folder; formatted at its first start
     * @param port the port on 127.0.0.1; 0 takes a free one
     * @param groupSessionTimeout after how long without a sign of life a consumer is taken for dead
     * @throws StandaloneException if the port is taken, or the folder is not a broker's
     */
    public static StandaloneBroker start(Path folder, int port, List<TopicSpec> topics, Duration groupSessionTimeout) {
        Ports.requireFree(Ports.LOOPBACK, port, Setting.KAFKA_PORT);
        format(folder);
        int actual = port == 0 ? Ports.free() : port;
        int maxRecordBytes =
                topics.stream().mapToInt(TopicSpec::maxRecordBytes).max().orElse(StandaloneTopics.LARGEST_VALUE);
        KafkaConfig config = KafkaConfig.fromProps(
                BrokerProperties.of(folder, actual, Ports.freeBut(actual), maxRecordBytes, groupSessionTimeout), false);
        KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
        StandaloneBroker broker = new StandaloneBroker(server, actual);
        boolean ready = false;
        try {
            server.startup();
            TopicCreation.createMissing(broker.bootstrapServers(), topics);
            ready = true;
            return broker;
        } finally {
            if (!ready) {
                broker.close();
            }
        }
    }

    /** What clients are given as {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return Ports.LOOPBACK + ":" + port;
    }

    /** Stops the broker; everything that it acknowledged is in its folder. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    /** Formats beside the folder and renames, so that a process killed half way leaves no folder that is half a broker's. */
    private static void format(Path folder) {
        if (Files.exists(folder.resolve("meta.properties"))) {
            return;
        }
        try {
            Path fresh = folder.resolveSibling(folder.getFileName() + ".new");
            deleteTree(fresh);
            Files.createDirectories(fresh);
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setNodeId(BrokerProperties.NODE_ID)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setControllerListenerName(BrokerProperties.CONTROLLER_LISTENER)
                    .setReleaseVersion(MetadataVersion.latestProduction())
                    .addDirectory(fresh.toString())
                    .setMetadataLogDirectory(fresh.toString())
                    .run();
            Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (Exception e) {
            throw new StandaloneException(
                    "Cannot make " + folder + " a broker's folder (" + e + "): it has to be empty or not there", e);
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            tree.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
