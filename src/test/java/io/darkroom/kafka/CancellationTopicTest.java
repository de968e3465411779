package io.darkroom.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.job.Cancellation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CancellationTopicTest {
    private static final String TOPIC = "darkroom.cancellations";
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final MetricName LOST = new MetricName("connection-close-total", "consumer-metrics", "", Map.of());

    private final Broker broker = new Broker();
    private final List<String> canceled = new ArrayList<>();
    private final List<Boolean> behind = new ArrayList<>();
    private final CancellationTopic topic =
            new CancellationTopic(broker, TOPIC, (Cancellation c) -> canceled.add(c.target()), behind::add);
    private long written;

    @BeforeEach
    void assign() {
        broker.updatePartitions(TOPIC, List.of(new PartitionInfo(TOPIC, 0, Node.noNode(), new Node[0], new Node[0])));
        broker.updateBeginningOffsets(Map.of(PARTITION, 0L));
        broker.updateEndOffsets(Map.of(PARTITION, 0L));
        topic.assign();
    }

    /** Is in the topic, and comes with the next poll. */
    private void arrives(String id) {
        byte[] key = id.getBytes(StandardCharsets.UTF_8);
        byte[] value = "{\"reason\":\"enough\"}".getBytes(StandardCharsets.UTF_8);
        broker.addRecord(new ConsumerRecord<>(TOPIC, 0, written++, key, value));
    }

    private void endsAt(long offset) {
        broker.updateEndOffsets(Map.of(PARTITION, offset));
    }

    private void connectionsLost(double total) {
        broker.lost = total;
    }

    private boolean caughtUp() {
        topic.poll(Duration.ZERO);
        return topic.caughtUp().toCompletableFuture().isDone();
    }

    @Test
    void itIsCaughtUpOnceAllIsReadThatStoodThere() {
        endsAt(2);
        arrives("a");
        assertThat(caughtUp()).isFalse();

        arrives("b");

        assertThat(caughtUp()).isTrue();
        assertThat(canceled).containsExactly("a", "b");
    }

    @Test
    void whatIsWrittenLaterIsReadWithoutWaitingForIt() {
        assertThat(caughtUp()).isTrue();
        endsAt(1);

        assertThat(caughtUp()).isTrue();
        arrives("a");
        assertThat(caughtUp()).isTrue();
        assertThat(canceled).containsExactly("a");
    }

    @Test
    void afterALostConnectionItCatchesUpAnew() {
        assertThat(caughtUp()).isTrue();
        endsAt(1);
        connectionsLost(1);
        assertThat(caughtUp()).isFalse();
        assertThat(behind).containsExactly(false, true);

        arrives("a");

        assertThat(caughtUp()).isTrue();
        assertThat(canceled).containsExactly("a");
        assertThat(behind).containsExactly(false, true, false);
    }

    @Test
    void aPartitionThatIsAddedIsReadTooAndWaitedFor() {
        assertThat(caughtUp()).isTrue();
        TopicPartition added = new TopicPartition(TOPIC, 1);
        broker.updatePartitions(
                TOPIC,
                Stream.of(0, 1)
                        .map(p -> new PartitionInfo(TOPIC, p, Node.noNode(), new Node[0], new Node[0]))
                        .toList());
        broker.updateBeginningOffsets(Map.of(added, 0L));
        broker.updateEndOffsets(Map.of(added, 1L));
        assertThat(caughtUp()).isFalse();

        broker.addRecord(new ConsumerRecord<>(TOPIC, 1, 0, "b".getBytes(StandardCharsets.UTF_8), new byte[0]));

        assertThat(caughtUp()).isTrue();
        assertThat(canceled).containsExactly("b");
    }

    @Test
    void aTopicOfWhichTheBrokerTellsNoPartitionsYetIsAskedForAgain() {
        broker.updatePartitions(TOPIC, List.of());

        assertThatThrownBy(new CancellationTopic(new Broker(), TOPIC, c -> {}, b -> {})::assign)
                .isInstanceOf(KafkaException.class)
                .hasMessageContaining(TOPIC);
    }

    /** The client's own stand-in, with the figure that the real one keeps of its connections. */
    private static final class Broker extends MockConsumer<byte[], byte[]> {
        private double lost;

        Broker() {
            super("earliest");
        }

        @Override
        public synchronized Map<MetricName, ? extends Metric> metrics() {
            return Map.of(LOST, new Metric() {
                @Override
                public MetricName metricName() {
                    return LOST;
                }

                @Override
                public Object metricValue() {
                    return lost;
                }
            });
        }
    }
}
