package io.darkroom.chaos;

import io.darkroom.crash.TcpProxy;
import io.darkroom.crash.WorkerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.awaitility.Awaitility;

/** Broker and store: the packaged application with these two roles, in a process that can be killed and started again. */
final class Servers implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(2);

    private final Path folder;
    private final Path logs;
    final int kafkaPort = WorkerProcess.freePort();
    final int s3Port = WorkerProcess.freePort();
    private WorkerProcess process;
    private int starts;

    Servers(Path folder, Path logs) {
        this.folder = folder;
        this.logs = logs;
        process = startProcess();
    }

    String bootstrap() {
        return TcpProxy.LOOPBACK + ":" + kafkaPort;
    }

    String endpoint() {
        return "http://" + TcpProxy.LOOPBACK + ":" + s3Port;
    }

    /** Ends the process as it is told, and starts another on the same folder. */
    void restart(boolean kill) {
        if (kill) {
            process.kill();
        } else {
            process.terminate();
            process.exit();
        }
        process = startProcess();
        awaitTopics();
    }

    void awaitTopics() {
        Awaitility.await().atMost(START).ignoreExceptions().until(() -> {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap()))) {
                return admin.listTopics()
                        .names()
                        .get(10, TimeUnit.SECONDS)
                        .containsAll(Set.of("darkroom.requests", "darkroom.completions", "darkroom.requests.dead"));
            }
        });
    }

    /** How soon the group takes a silent worker for dead; the broker remembers it. */
    void session(Duration timeout) {
        alter(
                new ConfigResource(ConfigResource.Type.GROUP, "darkroom-workers"),
                Map.of(
                        "consumer.session.timeout.ms", String.valueOf(timeout.toMillis()),
                        "consumer.heartbeat.interval.ms", String.valueOf(timeout.toMillis() / 5)));
    }

    /** From now on a topic's records have the time at which the broker took them, not their producer's; it remembers that. */
    void stampArrivals(String topic) {
        alter(new ConfigResource(ConfigResource.Type.TOPIC, topic), Map.of("message.timestamp.type", "LogAppendTime"));
    }

    private void alter(ConfigResource what, Map<String, String> settings) {
        List<AlterConfigOp> changes = settings.entrySet().stream()
                .map(each ->
                        new AlterConfigOp(new ConfigEntry(each.getKey(), each.getValue()), AlterConfigOp.OpType.SET))
                .toList();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap()))) {
            admin.incrementalAlterConfigs(Map.of(what, changes)).all().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("the broker does not take settings of " + what, e);
        }
    }

    private WorkerProcess startProcess() {
        Map<String, String> settings = new HashMap<>();
        settings.put("darkroom.standalone.roles", "broker,store");
        settings.put("darkroom.standalone.data-dir", folder.toString());
        settings.put("darkroom.standalone.kafka-port", String.valueOf(kafkaPort));
        settings.put("darkroom.standalone.s3-port", String.valueOf(s3Port));
        return WorkerProcess.start(
                "servers", logs.resolve("servers-" + ++starts + ".log"), settings, List.of("-Xmx400m"));
    }

    @Override
    public void close() {
        process.close();
    }
}
