package io.darkroom.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Jobs a second through Kafka and the store, beside those of {@link BareCalls}: the puts and the sends that a job comes
 * down to, by the bare SDKs, of the same number and size, at the same concurrency.
 *
 * <p>Three processes: broker and store (the packaged application with these two roles, durable in a folder), the worker
 * (the packaged application as it ships, but for its model), and this one, which is the client. The model is
 * {@link NullModel}: one step, no guidance, 16x16. So the whole way is in it: poll, parse, attempt, engine, PNG,
 * {@code result.json}, outcome, event, commit, progress events, log and figures. The clock runs from the first request's
 * send until the last completion is read back and every offset is committed. The reference
 * reads nothing, commits nothing, and computes nothing.
 */
final class JobSuite implements Suite {
    private static final int JOBS = 2000;
    /** So many thousands of jobs, before the compiler has done with either side: after 12,000 it has a sixth of the time. */
    private static final int WARM_UP = 40;

    private static final int ROUNDS = 7;
    private static final String LOOPBACK = "127.0.0.1";

    private final Path jar;
    private final Path folder;

    /**
     * @param jar the packaged application
     * @param folder where to work; logs stay, data goes
     */
    JobSuite(Path jar, Path folder) {
        this.jar = jar;
        this.folder = folder;
    }

    @Override
    public List<Row> run() throws Exception {
        Path work = Files.createTempDirectory(folder, "jobs");
        try {
            return run(work);
        } finally {
            delete(work);
        }
    }

    private List<Row> run(Path work) throws Exception {
        NullModel.write(work.resolve("models").resolve("null"));
        int kafkaPort = freePort();
        int s3Port = freePort();
        String broker = LOOPBACK + ":" + kafkaPort;
        String store = "http://" + LOOPBACK + ":" + s3Port;
        Map<String, String> servers = Map.of(
                "darkroom.standalone.roles", "broker,store",
                "darkroom.standalone.data-dir", work.resolve("data").toString(),
                "darkroom.standalone.kafka-port", String.valueOf(kafkaPort),
                "darkroom.standalone.s3-port", String.valueOf(s3Port),
                "quarkus.http.port", "0");
        Map<String, String> worker = new LinkedHashMap<>();
        worker.put("kafka.bootstrap.servers", broker);
        worker.put("darkroom.storage.endpoint", store);
        worker.put("darkroom.storage.access-key", "darkroom");
        worker.put("darkroom.storage.secret-key", "darkroom-secret");
        worker.put("darkroom.models.path", work.resolve("models").toString());
        worker.put("darkroom.devices", "cpu");
        worker.put("darkroom.standalone.roles", "worker"); // no page, whose event stream would be fed
        worker.put("quarkus.http.port", "0");
        Pairs pairs = new Pairs("jobs through Kafka and the store", "jobs/s");
        try (PackagedProcess serving = PackagedProcess.start(jar, folder.resolve("servers.log"), servers)) {
            JobClient.awaitTopics(broker, serving);
            try (PackagedProcess working = PackagedProcess.start(jar, folder.resolve("worker.log"), worker);
                    JobClient client = new JobClient(broker, working);
                    BareCalls bare = new BareCalls(broker, store)) {
                for (int round = -WARM_UP; round < ROUNDS; round++) {
                    String prefix = "round" + (round + WARM_UP) + "-";
                    double ours = JOBS / client.render(prefix, JOBS);
                    double reference = JOBS / bare.deliver(client.events());
                    if (round >= 0) {
                        pairs.add(ours, reference);
                    }
                }
            }
        }
        return List.of(pairs.row());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
