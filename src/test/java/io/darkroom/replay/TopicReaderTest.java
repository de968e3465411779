package io.darkroom.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.job.Source;
import io.darkroom.kafka.KafkaClients;
import io.darkroom.standalone.StandaloneBroker;
import io.darkroom.standalone.TopicSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a real broker. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TopicReaderTest {
    private static final String REQUESTS = "requests";
    /** Held, for a logger that nobody holds forgets its level. */
    private static final List<Logger> QUIET = List.of(
            Logger.getLogger("kafka"), Logger.getLogger("org.apache.kafka"), Logger.getLogger("state.change.logger"));

    private StandaloneBroker broker;
    private KafkaClients clients;
    private Consumer<byte[], byte[]> consumer;
    private TopicReader reader;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        QUIET.forEach(logger -> logger.setLevel(Level.OFF));
        broker = StandaloneBroker.start(
                folder.resolve("kafka"), 0, List.of(new TopicSpec(REQUESTS, 1, null, 1 << 20)), Duration.ofSeconds(6));
        clients = new KafkaClients(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "allow.auto.create.topics", false));
        consumer = clients.reader("test");
        reader = new TopicReader(consumer);
        try (Producer<byte[], byte[]> producer = clients.producer("test")) {
            for (String each : List.of("a", "b")) {
                producer.send(new ProducerRecord<>(REQUESTS, each.getBytes(StandardCharsets.UTF_8)))
                        .get(30, TimeUnit.SECONDS);
            }
        }
    }

    @AfterEach
    void stop() {
        reader.close();
        broker.close();
    }

    @Test
    void whatIsNotThereIsToldAndNotMade() throws Exception {
        List<String> all = new ArrayList<>();
        reader.read(REQUESTS, record -> all.add(new String(record.value(), StandardCharsets.UTF_8)));

        assertThat(all).containsExactly("a", "b");
        assertThat(reader.at(new Source(REQUESTS, 0, 1, null)).orElseThrow().value())
                .isEqualTo(new byte[] {'b'});
        assertThat(reader.at(new Source(REQUESTS, 0, 2, null))).isEmpty();
        assertThat(reader.at(new Source(REQUESTS, 1, 0, null)))
                .as("a partition that is gone")
                .isEmpty();
        assertThat(reader.at(new Source("gone", 0, 0, null))).isEmpty();
        assertThatThrownBy(() -> reader.require("gone"))
                .isInstanceOf(UnknownTopicOrPartitionException.class)
                .hasMessage("there is no topic gone");
        try (Admin admin = clients.admin("test")) {
            assertThat(admin.listTopics().names().get(30, TimeUnit.SECONDS)).doesNotContain("gone");
        }
    }

    @Test
    void aBrokerThatGoesAwayIsNotWaitedForWithoutEnd() {
        assertThat(reader.at(new Source(REQUESTS, 0, 0, null))).isPresent();

        broker.close();

        TopicReader impatient = new TopicReader(consumer, Duration.ofSeconds(2));
        assertThatThrownBy(() -> impatient.at(new Source(REQUESTS, 0, 1, null))).isInstanceOf(TimeoutException.class);
        assertThatThrownBy(() -> impatient.read(REQUESTS, record -> {})).isInstanceOf(TimeoutException.class);
    }
}
