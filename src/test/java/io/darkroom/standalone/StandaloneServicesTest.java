package io.darkroom.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A real broker and a real S3 server. */
class StandaloneServicesTest {
    private static final int TWO_MIB = 2 << 20;

    @TempDir
    Path folder;

    @Test
    void createsTheTopicsAsDocumented() throws Exception {
        try (StandaloneServices services = StandaloneServices.start(config(Role.all()));
                Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap(services)))) {
            assertTopic(admin, "darkroom.requests", 12, "-1");
            assertTopic(admin, "darkroom.cancellations", 1, days(14));
            assertTopic(admin, "darkroom.completions", 12, days(7));
            assertTopic(admin, "darkroom.progress", 6, "3600000");
            assertTopic(admin, "darkroom.requests.dead", 1, days(30));
        }
    }

    @Test
    void keepsWhatItWasGivenThroughARestart() throws Exception {
        StandaloneConfig config = config(Role.all());
        try (StandaloneServices services = StandaloneServices.start(config)) {
            send(services, "darkroom.requests", TWO_MIB);
        }

        try (StandaloneServices services = StandaloneServices.start(config)) {
            assertThat(read(services, "darkroom.requests").value()).hasSize(TWO_MIB);
        }
    }

    @Test
    void takesDeadLettersOfTwoMebibytesAndRefusesMore() throws Exception {
        try (StandaloneServices services = StandaloneServices.start(config(Set.of(Role.BROKER)))) {
            send(services, "darkroom.requests.dead", TWO_MIB);

            assertThatThrownBy(() -> send(services, "darkroom.requests", 3 << 20))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(RecordTooLargeException.class);
        }
    }

    @Test
    void handsOverWhereEverythingIs() {
        try (StandaloneServices services = StandaloneServices.start(config(Set.of(Role.STORE)))) {
            assertThat(services.settings())
                    .containsEntry("kafka.bootstrap.servers", "127.0.0.1:0")
                    .containsEntry("darkroom.storage.bucket", "darkroom")
                    .containsEntry("darkroom.storage.region", "us-east-1")
                    .containsEntry("darkroom.storage.access-key", "darkroom")
                    .containsEntry("darkroom.storage.secret-key", "darkroom-secret");
            assertThat(services.settings().get("darkroom.storage.endpoint"))
                    .matches("http://127\\.0\\.0\\.1:[1-9][0-9]*");
        }
    }

    @Test
    void startsNothingWhereOthersHoldBrokerAndStore() {
        StandaloneConfig usual = StandaloneConfig.shipped();
        StandaloneConfig worker = new StandaloneConfig(
                folder.resolve("data"),
                usual.kafkaPort(),
                usual.s3Port(),
                Set.of(Role.WORKER),
                usual.topics(),
                usual.store(),
                usual.groupSessionTimeout());

        try (StandaloneServices services = StandaloneServices.start(worker)) {
            assertThat(services.settings())
                    .containsEntry("kafka.bootstrap.servers", "127.0.0.1:9092")
                    .containsEntry("darkroom.storage.endpoint", "http://127.0.0.1:9000");
            assertThat(folder.resolve("data")).doesNotExist();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BROKER", "STORE"})
    @SuppressWarnings("AddressSelection")
    void namesTheSettingOfAPortThatIsTaken(Role role) throws IOException {
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress("127.0.0.1", 0));
            int kafka = role == Role.BROKER ? taken.getLocalPort() : 0;
            int s3 = role == Role.STORE ? taken.getLocalPort() : 0;

            assertThatThrownBy(() -> StandaloneServices.start(config(Role.all(), kafka, s3)))
                    .isInstanceOf(StandaloneException.class)
                    .hasMessageContaining("Port " + taken.getLocalPort())
                    .hasMessageContaining(
                            role == Role.BROKER ? "darkroom.standalone.kafka-port" : "darkroom.standalone.s3-port");
        }
        // Nothing was left running, and the folder not locked.
        DataFolder.open(folder).close();
    }

    @Test
    void refusesABucketNameThatNoStoreTakes() {
        StandaloneConfig usual = config(Set.of(Role.STORE));
        StandaloneConfig odd = new StandaloneConfig(
                usual.dataDir(),
                0,
                0,
                usual.roles(),
                usual.topics(),
                new StoreAccess("../up", "us-east-1", "a", "b"),
                usual.groupSessionTimeout());

        assertThatThrownBy(() -> StandaloneServices.start(odd))
                .isInstanceOf(StandaloneException.class)
                .hasMessageContaining("darkroom.storage.bucket is \"../up\"");
    }

    private StandaloneConfig config(Set<Role> roles) {
        return config(roles, 0, 0);
    }

    private StandaloneConfig config(Set<Role> roles, int kafkaPort, int s3Port) {
        return new StandaloneConfig(
                folder,
                kafkaPort,
                s3Port,
                roles,
                StandaloneTopics.shipped(),
                StoreAccess.shipped(),
                Duration.ofSeconds(5));
    }

    private static void assertTopic(Admin admin, String name, int partitions, String retention) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
        Config config = present(admin.describeConfigs(List.of(resource)).all().get(), resource);
        TopicDescription topic =
                present(admin.describeTopics(List.of(name)).allTopicNames().get(), name);
        assertThat(topic.partitions()).hasSize(partitions);
        assertThat(config.get("retention.ms").value()).isEqualTo(retention);
        assertThat(config.get("cleanup.policy").value()).isEqualTo("delete");
        assertThat(Integer.parseInt(config.get("max.message.bytes").value())).isGreaterThan(TWO_MIB);
    }

    private static void send(StandaloneServices services, String topic, int bytes) throws Exception {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                bootstrap(services),
                "max.request.size",
                8 << 20,
                "key.serializer",
                ByteArraySerializer.class,
                "value.serializer",
                ByteArraySerializer.class);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
            ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                    topic, 0, "key".getBytes(java.nio.charset.StandardCharsets.UTF_8), new byte[bytes]);
            record.headers().add("reason", new byte[4096]);
            producer.send(record).get(30, TimeUnit.SECONDS);
        }
    }

    private static ConsumerRecord<byte[], byte[]> read(StandaloneServices services, String topic) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                bootstrap(services),
                "auto.offset.reset",
                "earliest",
                "key.deserializer",
                ByteArrayDeserializer.class,
                "value.deserializer",
                ByteArrayDeserializer.class);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            return consumer.poll(Duration.ofSeconds(30)).iterator().next();
        }
    }

    private static String bootstrap(StandaloneServices services) {
        return present(services.settings(), "kafka.bootstrap.servers");
    }

    private static <K, V> V present(Map<K, V> map, K key) {
        return Objects.requireNonNull(map.get(key), () -> "no " + key);
    }

    private static String days(int days) {
        return Long.toString(Duration.ofDays(days).toMillis());
    }
}
