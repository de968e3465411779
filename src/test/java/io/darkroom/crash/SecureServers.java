package io.darkroom.crash;

import io.darkroom.standalone.StandaloneTopics;
import io.darkroom.standalone.StoreAccess;
import io.darkroom.standalone.TopicSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * A broker that asks for TLS and a password (SCRAM-SHA-512), and a store that asks for TLS, with certificates of the test's
 * own; each has a plain door too, for the test itself.
 */
final class SecureServers implements AutoCloseable {
    static final String USER = "darkroom-worker";
    static final String PASSWORD = "the-brokers-password";
    static final String STORE_PASSWORD = "the-trust-stores-password";

    private static final StoreAccess ACCESS = Surroundings.ACCESS;

    private final Path trust;
    private final KafkaRaftServer broker;
    private final S3Proxy store;
    private final FilesystemNio2BlobStore files;
    private final int plain;
    private final int secure;

    SecureServers(Path folder) throws Exception {
        Path keys = folder.resolve("server.p12");
        Path certificate = folder.resolve("server.pem");
        trust = folder.resolve("trust.p12");
        keytool(
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=test",
                "-ext",
                "san=ip:127.0.0.1",
                "-keystore",
                keys.toString(),
                "-storepass",
                STORE_PASSWORD);
        keytool(
                "-exportcert",
                "-rfc",
                "-alias",
                "server",
                "-keystore",
                keys.toString(),
                "-storepass",
                STORE_PASSWORD,
                "-file",
                certificate.toString());
        keytool(
                "-importcert",
                "-noprompt",
                "-alias",
                "server",
                "-file",
                certificate.toString(),
                "-keystore",
                trust.toString(),
                "-storepass",
                STORE_PASSWORD);
        plain = freePort();
        secure = freePort();
        broker = broker(folder.resolve("kafka"), keys);
        broker.startup();
        createTopics();
        files = new FilesystemNio2BlobStore(
                Files.createDirectories(folder.resolve("store")).toString());
        files.createContainer(ACCESS.bucket());
        store = S3Proxy.builder()
                .endpoint(URI.create("http://127.0.0.1:0"))
                .secureEndpoint(URI.create("https://127.0.0.1:0"))
                .keyStore(keys.toString(), STORE_PASSWORD)
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS.accessKey(), ACCESS.secretKey())
                .blobStore(files)
                .build();
        store.start();
    }

    /** The plain door of the broker. */
    String bootstrapServers() {
        return TcpProxy.LOOPBACK + ":" + plain;
    }

    /** The plain door of the store. */
    URI storeEndpoint() {
        return URI.create("http://127.0.0.1:" + store.getPort());
    }

    /** What a worker is told, as in docs/security.md. */
    Map<String, String> settings(String password) {
        return Map.ofEntries(
                Map.entry("kafka.bootstrap.servers", TcpProxy.LOOPBACK + ":" + secure),
                Map.entry("kafka.security.protocol", "SASL_SSL"),
                Map.entry("kafka.sasl.mechanism", "SCRAM-SHA-512"),
                Map.entry(
                        "kafka.sasl.jaas.config",
                        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"" + USER
                                + "\" password=\"" + password + "\";"),
                Map.entry("kafka.ssl.truststore.location", trust.toString()),
                Map.entry("kafka.ssl.truststore.password", STORE_PASSWORD),
                Map.entry("javax.net.ssl.trustStore", trust.toString()),
                Map.entry("javax.net.ssl.trustStorePassword", STORE_PASSWORD),
                Map.entry("darkroom.storage.endpoint", "https://127.0.0.1:" + store.getSecurePort()),
                Map.entry("darkroom.storage.access-key", ACCESS.accessKey()),
                Map.entry("darkroom.storage.secret-key", ACCESS.secretKey()));
    }

    @Override
    public void close() {
        try (files) {
            store.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the S3 server did not stop", e);
        }
        broker.shutdown();
        broker.awaitShutdown();
    }

    private KafkaRaftServer broker(Path folder, Path keys) throws Exception {
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .setControllerListenerName("CONTROLLER")
                .setReleaseVersion(MetadataVersion.latestProduction())
                .setScramArguments(List.of("SCRAM-SHA-512=[name=" + USER + ",password=" + PASSWORD + "]"))
                .addDirectory(folder.toString())
                .setMetadataLogDirectory(folder.toString())
                .run();
        int controller = freePort();
        Properties p = new Properties();
        p.putAll(Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", "1"),
                Map.entry("controller.quorum.voters", "1@127.0.0.1:" + controller),
                Map.entry("controller.listener.names", "CONTROLLER"),
                Map.entry("inter.broker.listener.name", "PLAIN"),
                Map.entry(
                        "listeners",
                        "PLAIN://127.0.0.1:" + plain + ",SECURE://127.0.0.1:" + secure + ",CONTROLLER://127.0.0.1:"
                                + controller),
                Map.entry("advertised.listeners", "PLAIN://127.0.0.1:" + plain + ",SECURE://127.0.0.1:" + secure),
                Map.entry("listener.security.protocol.map", "PLAIN:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT"),
                Map.entry("listener.name.secure.sasl.enabled.mechanisms", "SCRAM-SHA-512"),
                Map.entry(
                        "listener.name.secure.scram-sha-512.sasl.jaas.config",
                        "org.apache.kafka.common.security.scram.ScramLoginModule required;"),
                Map.entry("listener.name.secure.ssl.keystore.location", keys.toString()),
                Map.entry("listener.name.secure.ssl.keystore.password", STORE_PASSWORD),
                Map.entry("log.dirs", folder.toString()),
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("offsets.topic.num.partitions", "1"),
                Map.entry("transaction.state.log.replication.factor", "1"),
                Map.entry("transaction.state.log.min.isr", "1"),
                Map.entry("transaction.state.log.num.partitions", "1"),
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                Map.entry("auto.create.topics.enable", "false"),
                Map.entry("log.cleaner.dedupe.buffer.size", Integer.toString(8 << 20))));
        return new KafkaRaftServer(KafkaConfig.fromProps(p, false), Time.SYSTEM);
    }

    private void createTopics() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            admin.createTopics(StandaloneTopics.shipped().specs().stream()
                            .map(TopicSpec::name)
                            .map(name -> new NewTopic(name, 1, (short) 1))
                            .toList())
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
    }

    private static void keytool(String... arguments) throws Exception {
        String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        List<String> command = new ArrayList<>(List.of(tool));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException("keytool: " + said);
        }
    }

    @SuppressWarnings("AddressSelection")
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(TcpProxy.LOOPBACK, 0));
            return socket.getLocalPort();
        }
    }
}
