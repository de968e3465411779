package io.darkroom.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.standalone.StandaloneBroker;
import io.darkroom.standalone.StandaloneStore;
import io.darkroom.standalone.StandaloneTopics;
import io.darkroom.standalone.StoreAccess;
import io.darkroom.standalone.TopicSpec;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

/** A real broker and a real store, a proxy before each, and workers that know only the proxies. */
final class Surroundings implements AutoCloseable {
    static final String REQUESTS = StandaloneTopics.shipped().requests().get(0);
    /** Less urgent; a worker reads it only where it is told to. */
    static final String BULK = "darkroom.bulk";

    static final StandaloneTopics TOPICS = withBulk(StandaloneTopics.shipped());
    static final StoreAccess ACCESS = StoreAccess.shipped();

    /** So long the partition of a killed worker has no owner; less than a worker takes to start. */
    static final Duration SHORT_SESSION = Duration.ofSeconds(3);

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    static final Path LOGS = Path.of("target", "crash");

    /** Held, for a logger that nobody holds forgets its level. */
    private static final List<Logger> QUIET = List.of(
            Logger.getLogger("kafka"),
            Logger.getLogger("org.apache.kafka"),
            Logger.getLogger("state.change.logger"),
            Logger.getLogger("org.gaul"),
            Logger.getLogger("org.eclipse.jetty"));

    private final String name;
    private final StandaloneBroker broker;
    private final StandaloneStore store;
    private final KafkaProducer<String, byte[]> producer;
    private final List<WorkerProcess> workers = new ArrayList<>();

    /** Kills workers. */
    final Tripwire tripwire = new Tripwire();

    /** Before the broker. */
    final BrokerProxy brokerProxy;

    /** Before the store. */
    final StoreProxy storeProxy;

    /** What is there in the end. */
    final EndState end;

    /**
     * Starts servers and proxies.
     *
     * @param name names the workers and their logs, in {@code target/crash}
     */
    Surroundings(String name, Path folder) {
        this(name, folder, SHORT_SESSION);
    }

    /** @param session after how long without a sign of life the group takes a worker for dead */
    Surroundings(String name, Path folder, Duration session) {
        quiet();
        this.name = name;
        broker = StandaloneBroker.start(folder.resolve("kafka"), 0, onePartitionEach(), session);
        store = StandaloneStore.start(folder.resolve("store"), 0, ACCESS);
        URI kafka = URI.create("kafka://" + broker.bootstrapServers());
        KafkaWire wire = KafkaWire.of(broker.bootstrapServers(), REQUESTS, TOPICS.completions());
        brokerProxy = new BrokerProxy(kafka.getPort(), wire, tripwire);
        storeProxy = new StoreProxy(store.endpoint().getPort(), tripwire);
        producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrapServers(),
                        "acks",
                        "all",
                        "max.request.size",
                        StandaloneTopics.LARGEST_VALUE),
                new StringSerializer(),
                new ByteArraySerializer());
        end = new EndState(broker.bootstrapServers(), store.endpoint());
    }

    /** So that servers in this process log their warnings only. */
    static void quiet() {
        QUIET.forEach(logger -> logger.setLevel(Level.WARNING));
    }

    /** Starts a worker, and does not wait for it. */
    WorkerProcess startWorker() {
        return startWorker(Map.of());
    }

    WorkerProcess startWorker(Map<String, String> more) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("kafka.bootstrap.servers", TcpProxy.LOOPBACK + ":" + brokerProxy.port());
        settings.put("darkroom.storage.endpoint", "http://" + TcpProxy.LOOPBACK + ":" + storeProxy.port());
        settings.put("darkroom.storage.access-key", ACCESS.accessKey());
        settings.put("darkroom.storage.secret-key", ACCESS.secretKey());
        settings.put("darkroom.models.default", "starter");
        settings.put("darkroom.web.enabled", "false");
        settings.putAll(more);
        String worker = name + "-" + (workers.size() + 1);
        WorkerProcess started = WorkerProcess.start(worker, LOGS.resolve(worker + ".log"), settings);
        workers.add(started);
        return started;
    }

    /** Sends a request past the proxy; returns when the broker has it. */
    void send(String job, String request) {
        send(job, request.getBytes(StandardCharsets.UTF_8));
    }

    /** From now on the topic takes batches of so many bytes. */
    void limit(String topic, int bytes) throws Exception {
        AlterConfigOp op = new AlterConfigOp(
                new ConfigEntry("max.message.bytes", Integer.toString(bytes)), AlterConfigOp.OpType.SET);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), List.of(op)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    void send(String job, byte @Nullable [] request) {
        send(REQUESTS, job, request);
    }

    void send(String topic, String job, byte @Nullable [] request) {
        try {
            producer.send(new ProducerRecord<>(topic, job, request)).get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("the broker did not take the request " + job, e);
        }
    }

    /** Sends requests in one transaction, and commits or aborts it. */
    void sendInTransaction(boolean commit, String... jobs) {
        try (KafkaProducer<String, byte[]> transactional = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrapServers(),
                        "transactional.id",
                        "client-" + String.join("-", jobs)),
                new StringSerializer(),
                new ByteArraySerializer())) {
            transactional.initTransactions();
            transactional.beginTransaction();
            for (String job : jobs) {
                var unused = transactional.send(
                        new ProducerRecord<>(REQUESTS, job, Jobs.request(job, 1).getBytes(StandardCharsets.UTF_8)));
            }
            transactional.flush();
            if (commit) {
                transactional.commitTransaction();
            } else {
                transactional.abortTransaction();
            }
        }
    }

    /** Waits for a state; not any longer where no worker lives that could bring it about. */
    ConditionFactory await() {
        return Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .failFast("every worker has ended; see " + LOGS, () -> workers.stream()
                        .noneMatch(WorkerProcess::alive));
    }

    /** Waits until every request is committed, and these jobs have ended. */
    void awaitEnd(List<String> jobs) {
        await().untilAsserted(() -> {
            assertThat(end.lag()).as("requests not committed").isZero();
            assertThat(end.terminalEvents()).extracting(EndState.Event::key).containsAll(jobs);
        });
    }

    @Override
    public void close() {
        tripwire.disarm();
        workers.forEach(WorkerProcess::close);
        storeProxy.close();
        brokerProxy.close();
        producer.close();
        end.close();
        broker.close();
        store.close();
    }

    private static StandaloneTopics withBulk(StandaloneTopics shipped) {
        return new StandaloneTopics(
                List.of(REQUESTS, BULK),
                shipped.cancellations(),
                shipped.completions(),
                shipped.progress(),
                shipped.dead());
    }

    /** So that the order of records is one, and a worker is given all or nothing. */
    private static List<TopicSpec> onePartitionEach() {
        return TOPICS.specs().stream()
                .map(topic -> new TopicSpec(topic.name(), 1, topic.retention(), topic.maxRecordBytes()))
                .toList();
    }
}
