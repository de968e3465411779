package io.darkroom.standalone;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * Three brokers on 127.0.0.1, numbered from 1, each a controller as well. Every partition, those of Kafka's own topics too,
 * is on all three, and takes a record when two have it.
 */
public final class BrokerCluster implements AutoCloseable {
    private static final int BROKERS = 3;
    private static final String IN_SYNC = "2";
    private static final long PATIENCE_SECONDS = 120;

    private final List<Integer> ports = distinctPorts();
    private final String id = Uuid.randomUuid().toString();
    private final KafkaRaftServer[] servers = new KafkaRaftServer[BROKERS];
    private final Admin admin;

    /**
     * Starts the brokers and creates the topics, a partition each.
     *
     * @param session after how long without a sign of life a group takes a consumer for dead
     */
    public BrokerCluster(Path folder, List<TopicSpec> topics, Duration session) {
        CompletableFuture<?>[] started = new CompletableFuture<?>[BROKERS];
        for (int number = 1; number <= BROKERS; number++) {
            Path logs = folder.resolve("kafka-" + number);
            format(logs, number);
            KafkaRaftServer server =
                    new KafkaRaftServer(KafkaConfig.fromProps(properties(logs, number, session), false), Time.SYSTEM);
            servers[number - 1] = server;
            // Each waits for a second one.
            started[number - 1] = CompletableFuture.runAsync(server::startup);
        }
        CompletableFuture.allOf(started)
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
        admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()));
        await().until(() -> get(admin.describeCluster().nodes()).size() == BROKERS);
        get(admin.createTopics(topics.stream()
                        .map(topic -> new NewTopic(topic.name(), Optional.of(1), Optional.of((short) BROKERS))
                                .configs(topic.config()))
                        .toList())
                .all());
    }

    /** What clients are given as {@code bootstrap.servers}: all three. */
    public String bootstrapServers() {
        return ports.subList(0, BROKERS).stream()
                .map(port -> Ports.LOOPBACK + ":" + port)
                .collect(joining(","));
    }

    /**
     * Makes one broker the leader of every partition, and so the coordinator of every group and transaction. Of those of
     * Kafka's own topics too that come into being meanwhile.
     */
    public void lead(int broker) {
        List<Integer> order = Stream.concat(
                        Stream.of(broker),
                        IntStream.rangeClosed(1, BROKERS).boxed().filter(other -> other != broker))
                .toList();
        await().untilAsserted(() -> {
            Set<TopicPartition> others = leaders().entrySet().stream()
                    .filter(each -> each.getValue() != broker)
                    .map(Map.Entry::getKey)
                    .collect(toSet());
            if (!others.isEmpty()) {
                get(admin.alterPartitionReassignments(others.stream()
                                .collect(toMap(each -> each, each -> Optional.of(new NewPartitionReassignment(order)))))
                        .all());
                var unused =
                        get(admin.electLeaders(ElectionType.PREFERRED, others).partitions());
            }
            assertThat(others).as("partitions that %s did not lead", broker).isEmpty();
        });
    }

    /** Stops a broker; returns when others lead what it led. */
    public void stop(int broker) {
        servers[broker - 1].shutdown();
        servers[broker - 1].awaitShutdown();
        await().until(() -> leaders().values().stream()
                .allMatch(leader -> leader != Node.noNode().id() && leader != broker));
    }

    private Map<TopicPartition, Integer> leaders() {
        Collection<String> names =
                get(admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
        return get(admin.describeTopics(names).allTopicNames()).values().stream()
                .flatMap(BrokerCluster::leaders)
                .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static Stream<Map.Entry<TopicPartition, Integer>> leaders(TopicDescription topic) {
        return topic.partitions().stream()
                .map(each -> Map.entry(
                        new TopicPartition(topic.name(), each.partition()),
                        (each.leader() == null ? Node.noNode() : each.leader()).id()));
    }

    /** Of a cluster that has lost a broker too: stopping does not wait for those that are gone. */
    @Override
    public void close() {
        admin.close();
        CompletableFuture.allOf(Stream.of(servers)
                        .map(server -> CompletableFuture.runAsync(() -> {
                            server.shutdown();
                            server.awaitShutdown();
                        }))
                        .toArray(CompletableFuture<?>[]::new))
                .join();
    }

    private Properties properties(Path logs, int number, Duration session) {
        Properties p = BrokerProperties.of(
                logs,
                ports.get(number - 1),
                ports.get(BROKERS + number - 1),
                2 * StandaloneTopics.LARGEST_VALUE,
                session);
        p.setProperty("node.id", Integer.toString(number));
        p.setProperty(
                "controller.quorum.voters",
                IntStream.rangeClosed(1, BROKERS)
                        .mapToObj(each -> each + "@" + Ports.LOOPBACK + ":" + ports.get(BROKERS + each - 1))
                        .collect(joining(",")));
        p.setProperty("offsets.topic.replication.factor", Integer.toString(BROKERS));
        p.setProperty("transaction.state.log.replication.factor", Integer.toString(BROKERS));
        p.setProperty("transaction.state.log.min.isr", IN_SYNC);
        p.setProperty("min.insync.replicas", IN_SYNC);
        return p;
    }

    private void format(Path logs, int number) {
        try {
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setNodeId(number)
                    .setClusterId(id)
                    .setControllerListenerName(BrokerProperties.CONTROLLER_LISTENER)
                    .setReleaseVersion(MetadataVersion.latestProduction())
                    .addDirectory(logs.toString())
                    .setMetadataLogDirectory(logs.toString())
                    .run();
        } catch (Exception e) {
            throw new IllegalStateException("cannot format " + logs, e);
        }
    }

    private static List<Integer> distinctPorts() {
        return Stream.generate(Ports::free).distinct().limit(2L * BROKERS).toList();
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(PATIENCE_SECONDS));
    }

    private static <T> T get(KafkaFuture<T> answer) {
        try {
            return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("the brokers did not answer", e);
        }
    }
}
