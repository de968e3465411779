package io.darkroom.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.darkroom.job.ObjectStore.Creation;
import io.darkroom.job.ObjectStore.Location;
import io.darkroom.job.SurroundingsException;
import io.darkroom.storage.MinioObjectStore;
import io.darkroom.storage.StoreConfig;
import io.darkroom.storage.StoreSelfCheck;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The proxies change nothing for their clients until they are told to. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProxiesTest {
    private static final String BUCKET = Surroundings.ACCESS.bucket();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Surroundings surroundings;

    @BeforeAll
    void start(@TempDir Path folder) {
        surroundings = new Surroundings("proxies", folder);
    }

    @AfterAll
    void stop() {
        surroundings.close();
    }

    @Test
    void aConsumerGroupReadsAndCommitsThroughTheProxyAlone() throws Exception {
        String proxy = TcpProxy.LOOPBACK + ":" + surroundings.brokerProxy.port();
        surroundings.send("one", "1");
        surroundings.send("two", "2");

        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                proxy,
                                "group.id",
                                "darkroom-workers",
                                "group.protocol",
                                "consumer",
                                "auto.offset.reset",
                                "earliest"),
                        new StringDeserializer(),
                        new ByteArrayDeserializer());
                Admin admin = Admin.create(Map.of("bootstrap.servers", proxy))) {
            consumer.subscribe(List.of(Surroundings.REQUESTS));
            ConsumerRecords<String, byte[]> records =
                    await().atMost(PATIENCE).until(() -> consumer.poll(Duration.ofMillis(100)), r -> !r.isEmpty());
            consumer.commitSync();

            assertThat(records).extracting(ConsumerRecord::key).startsWith("one");
            assertThat(admin.describeCluster().nodes().get())
                    .allSatisfy(node -> assertThat(node.port()).isEqualTo(surroundings.brokerProxy.port()));
            assertThat(surroundings.end.lag()).isEqualTo(2 - records.count());
        }
    }

    @Test
    void aStoreKeepsItsPromisesBehindTheProxy() {
        try (MinioObjectStore store = store()) {
            byte[] large = "0123456789".repeat(500_000).getBytes(StandardCharsets.US_ASCII);
            Location at = new Location(BUCKET, "renders/a job/0.png");

            assertThatCode(() -> StoreSelfCheck.run(store, BUCKET, "proxied", PATIENCE))
                    .doesNotThrowAnyException();
            assertThat(store.create(at, large, "image/png")).isEqualTo(Creation.CREATED);
            assertThat(store.create(at, large, "image/png")).isEqualTo(Creation.EXISTS);

            assertThat(store.read(at, large.length)).isEqualTo(large);
            assertThat(surroundings.end.object(at.key())).isEqualTo(large);
            assertThat(Set.copyOf(store.list(BUCKET, "renders/"))).containsExactly(at.key());
        }
    }

    @Test
    void aStoreIsDownWhileItsProxyIsCut() {
        try (MinioObjectStore store = store()) {
            Location at = new Location(BUCKET, "nothing");

            surroundings.storeProxy.cut();
            assertThatThrownBy(() -> store.read(at, 1)).isInstanceOf(SurroundingsException.class);
            surroundings.storeProxy.mend();

            assertThat(store.read(at, 1)).isNull();
        }
    }

    private MinioObjectStore store() {
        return new MinioObjectStore(StoreConfig.of(
                URI.create("http://" + TcpProxy.LOOPBACK + ":" + surroundings.storeProxy.port()),
                BUCKET,
                Surroundings.ACCESS.region(),
                Surroundings.ACCESS.accessKey(),
                Surroundings.ACCESS.secretKey()));
    }
}
