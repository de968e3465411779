package io.darkroom.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.job.Announcer;
import io.darkroom.job.Intake;
import io.darkroom.job.Limits;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.Offsets;
import io.darkroom.job.Renderer;
import io.darkroom.job.RequestCheck;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.telemetry.Traces;
import io.darkroom.worker.DeliveryLoop;
import io.darkroom.worker.DeliveryObserver;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.IncomingKafkaRecord;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** On Kafka's own consumer for tests; the polling thread's work is done when the test says so. */
class PrefixCommitTest {
    private static Source at(long offset) {
        return new Source(PARTITION.topic(), PARTITION.partition(), offset, null);
    }

    private static final TopicPartition PARTITION = new TopicPartition("requests", 0);

    private final Kafka kafka = new Kafka();
    private final Queue<Runnable> polling = new ArrayDeque<>();
    private final List<Runnable> later = new ArrayList<>();
    private final DeliveryLoop deliveries = deliveries();
    private final PartitionHandover handover = new PartitionHandover(deliveries, Duration.ofMillis(10));
    private final LeftBehind leftBehind = new LeftBehind();
    private final PolledRecords.Last polled = new PolledRecords.Last();
    /** The topics whose ids the broker has told. */
    private final Set<String> known = new HashSet<>();

    private final RequestOffsets offsets =
            new RequestOffsets(topic -> known.contains(topic) ? "id-of-" + topic : topic);
    private final PrefixCommit commits = new PrefixCommit(
            smallRye(),
            handover,
            leftBehind,
            offsets,
            new ConsumerCommits(smallRye(), offsets, this::later),
            polled,
            known::addAll);

    PrefixCommitTest() {
        kafka.assign(Set.of(PARTITION));
        commits.partitionsAssigned(Set.of(PARTITION));
    }

    @AfterEach
    void close() {
        deliveries.close();
    }

    /** Kafka's own (whose commitSync calls commitAsync), which fails commits where it is told to, and is out of its group where it is told to. */
    private static final class Kafka extends MockConsumer<String, byte[]> {
        int failures;
        KafkaException failure = new KafkaException("the coordinator moves");
        int generation = 1;
        int unanswered;
        KafkaException silence = new TimeoutException("a transaction is open");
        final List<Long> commits = new ArrayList<>();
        final List<String> metadata = new ArrayList<>();

        Kafka() {
            super("earliest");
        }

        @Override
        public synchronized void commitAsync(
                Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable OffsetCommitCallback callback) {
            if (failures > 0 && callback != null) {
                failures--;
                callback.onComplete(offsets, failure);
                return;
            }
            OffsetAndMetadata committed = Objects.requireNonNull(offsets.get(PARTITION));
            commits.add(committed.offset());
            metadata.add(committed.metadata());
            super.commitAsync(offsets, callback);
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
                Set<TopicPartition> partitions, Duration patience) {
            if (unanswered > 0) {
                unanswered--;
                throw silence;
            }
            return super.committed(partitions, patience);
        }

        @Override
        public synchronized ConsumerGroupMetadata groupMetadata() {
            return new ConsumerGroupMetadata("workers", generation, "me", Optional.empty());
        }
    }

    /** The two of its methods that are used. */
    @SuppressWarnings("unchecked")
    private KafkaConsumer<String, byte[]> smallRye() {
        return (KafkaConsumer<String, byte[]>) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {KafkaConsumer.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "unwrap" -> kafka;
                    case "runOnPollingThread" -> {
                        polling.add(() -> ((Consumer<Object>) arguments[0]).accept(kafka));
                        yield Uni.createFrom().voidItem();
                    }
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private void later(Duration wait, Runnable work) {
        (wait.equals(ConsumerCommits.PAUSE) ? polling : later).add(work);
    }

    private static <T> T unused(Class<T> port) {
        return port.cast(Proxy.newProxyInstance(port.getClassLoader(), new Class<?>[] {port}, (proxy, method, args) -> {
            throw new UnsupportedOperationException(method.getName());
        }));
    }

    private static DeliveryLoop deliveries() {
        return new DeliveryLoop(
                DeliveryLoop.Settings.of("w", "darkroom"),
                new RequestParser(Limits.DEFAULTS, RequestCheck.none()),
                new DeliveryLoop.Ports(
                        unused(ObjectStore.class),
                        unused(Renderer.class),
                        unused(Announcer.class),
                        unused(Intake.class),
                        new DeliveryObserver() {},
                        Traces.OFF),
                Clock.systemUTC(),
                new Random(1));
    }

    private Map<Long, IncomingKafkaRecord<String, byte[]>> receive(long... offsets) {
        Map<Long, IncomingKafkaRecord<String, byte[]>> records = new HashMap<>();
        for (long offset : offsets) {
            ConsumerRecord<String, byte[]> record = new ConsumerRecord<>("requests", 0, offset, "k", new byte[0]);
            IncomingKafkaRecord<String, byte[]> incoming =
                    new IncomingKafkaRecord<>(record, "requests", 0, commits, null, false);
            commits.received(incoming).await().indefinitely();
            records.put(offset, incoming);
        }
        return records;
    }

    private void settle(Map<Long, IncomingKafkaRecord<String, byte[]>> records, long offset) {
        commits.handle(Objects.requireNonNull(records.get(offset))).await().indefinitely();
    }

    private void poll() {
        for (Runnable next = polling.poll(); next != null; next = polling.poll()) {
            next.run();
        }
    }

    @Test
    void commitsUpToTheFirstThatHasNotEnded() {
        var records = receive(5, 6, 7, 8);

        settle(records, 7);
        settle(records, 5);
        poll();

        assertThat(kafka.commits).containsExactly(6L);
        assertThat(kafka.metadata).containsExactly("darkroom/2 id-of-requests 1 ");
    }

    @Test
    void whatEndedAboveThePrefixIsCommittedThoughThePrefixStays() {
        var records = receive(5, 6, 7, 8, 9, 10);

        settle(records, 6);
        poll();
        settle(records, 7);
        settle(records, 10);
        poll();

        assertThat(kafka.commits).containsExactly(5L, 5L);
        assertThat(kafka.metadata).containsExactly("darkroom/2 id-of-requests 1 ", "darkroom/2 id-of-requests 1-2,5 ");
    }

    @Test
    void aNewOwnerSkipsWhatEndedAndStillCommitsThePrefix() {
        commits.partitionsRevoked(Set.of(PARTITION));
        kafka.commitSync(Map.of(PARTITION, new OffsetAndMetadata(5, "darkroom/1 id-of-requests 1-2,4")));
        kafka.commits.clear();
        commits.partitionsAssigned(Set.of(PARTITION));

        var records = receive(5, 6, 7, 8);
        settle(records, 5);
        settle(records, 8);
        poll();
        receive(9);
        poll();

        assertThat(LongStream.rangeClosed(5, 9).filter(o -> leftBehind.remove(PARTITION, o) == Offsets.Receipt.SETTLED))
                .containsExactly(6L, 7L, 9L);
        assertThat(kafka.commits).containsExactly(9L, 10L);
        assertThat(kafka.metadata.get(kafka.metadata.size() - 1)).isEqualTo("darkroom/2 id-of-requests  ");
    }

    @Test
    void whatIsBegunIsToldNowAndThenAndWhenThePartitionGoesAndTheNewOwnerKnows() {
        receive(5, 6, 7);
        offsets.begun(at(6));
        commits.look();
        poll();
        offsets.begun(at(7));
        commits.partitionsRevoked(Set.of(PARTITION));

        commits.partitionsAssigned(Set.of(PARTITION));
        receive(5, 6, 7);

        assertThat(kafka.metadata).containsExactly("darkroom/2 id-of-requests  1", "darkroom/2 id-of-requests  1-2");
        assertThat(LongStream.rangeClosed(5, 7).filter(o -> leftBehind.remove(PARTITION, o) == Offsets.Receipt.BEGUN))
                .containsExactly(6L, 7L);
    }

    @Test
    void whereEventsAreToldOnceItIsWaitedForWhatEndedBefore() {
        anotherOwnerCommitted();
        kafka.unanswered = 2;

        once().partitionsAssigned(Set.of(PARTITION));

        knowsWhatEnded();
    }

    /** It stops while it asks: its last commit must not say that nothing has ended above the offset. */
    @Test
    void whereEventsAreToldOnceNothingIsCommittedByOneThatCannotLearnWhatEndedBefore() {
        anotherOwnerCommitted();
        kafka.seek(PARTITION, 5);
        kafka.silence = new WakeupException();
        kafka.unanswered = 1;

        once().partitionsAssigned(Set.of(PARTITION));
        offsets.standsAt(PARTITION, 5, -1);
        receive(5, 6);
        offsets.tellBegun();

        assertThat(handover.owns("requests", 0)).isFalse();
        assertThat(offsets.due()).isEmpty();
    }

    @Test
    void whereEventsAreToldOnceAPartitionIsTakenAsSoonAsItIsKnownWhatEndedBefore() {
        anotherOwnerCommitted();
        kafka.seek(PARTITION, 7);
        kafka.unanswered = 18;
        PrefixCommit once = once();
        once.partitionsAssigned(Set.of(PARTITION));

        once.look();
        poll();

        assertThat(handover.owns("requests", 0)).isTrue();
        assertThat(kafka.position(PARTITION)).isEqualTo(5);
        knowsWhatEnded();
    }

    /** What was fetched before the position was set back would be taken for the partition's next. */
    @Test
    void nothingIsGivenToTheApplicationOfAPartitionOfWhichItIsNotKnownWhatEndedBefore() {
        PolledRecords interceptor = new PolledRecords();
        interceptor.configure(Map.of(PolledRecords.SETTING, polled));
        anotherOwnerCommitted();
        kafka.seek(PARTITION, 7);
        kafka.unanswered = 18;
        PrefixCommit once = once();
        once.partitionsAssigned(Set.of(PARTITION));
        assertThat(interceptor.onConsume(polled(7)).count()).isZero();
        assertThat(polled.of(PARTITION)).isNegative();

        once.look();
        poll();

        assertThat(interceptor.onConsume(polled(5)).count()).isEqualTo(1);
        assertThat(polled.of(PARTITION)).isEqualTo(5);
    }

    private static ConsumerRecords<Object, Object> polled(long offset) {
        ConsumerRecord<Object, Object> record = new ConsumerRecord<>("requests", 0, offset, "k", new byte[0]);
        return new ConsumerRecords<>(Map.of(PARTITION, List.of(record)), Map.of());
    }

    /** An earlier owner had 6 and 7 end, and not 5. */
    private void anotherOwnerCommitted() {
        commits.partitionsRevoked(Set.of(PARTITION));
        kafka.commitSync(Map.of(PARTITION, new OffsetAndMetadata(5, "darkroom/1 id-of-requests 1-2")));
    }

    private void knowsWhatEnded() {
        receive(5, 6, 7, 8);
        assertThat(LongStream.rangeClosed(5, 8).filter(o -> leftBehind.remove(PARTITION, o) == Offsets.Receipt.SETTLED))
                .containsExactly(6L, 7L);
    }

    /** Of a worker whose events are told once. */
    private PrefixCommit once() {
        OffsetCommits once = new OffsetCommits() {
            @Override
            public void commitNext() {}

            @Override
            public void commitNow(
                    org.apache.kafka.clients.consumer.Consumer<?, ?> polling, Collection<TopicPartition> leaving) {}

            @Override
            public boolean mustLearn() {
                return true;
            }
        };
        return new PrefixCommit(smallRye(), handover, leftBehind, offsets, once, polled, known::addAll);
    }

    @Test
    void aRecordThatWasOnItsWayWhenThePartitionWentHoldsUpNothingWhenItComesBack() {
        receive(0);
        commits.partitionsRevoked(Set.of(PARTITION));
        receive(1);
        commits.partitionsAssigned(Set.of(PARTITION));

        settle(receive(7), 7);
        poll();

        assertThat(kafka.commits).containsExactly(8L);
    }

    @Test
    void manyThatEndTogetherShareOneCommit() {
        var records = receive(0, 1, 2);

        settle(records, 0);
        settle(records, 1);
        settle(records, 2);
        poll();

        assertThat(kafka.commits).containsExactly(3L);
    }

    @Test
    void whatEndsRightAfterACommitWaitsALittleForMore() {
        var records = receive(0, 1, 2);
        settle(records, 0);
        Objects.requireNonNull(polling.poll()).run();

        settle(records, 1);
        settle(records, 2);
        poll();

        assertThat(kafka.commits).containsExactly(1L, 3L);
    }

    @Test
    void aCommitThatFailsIsTriedAgainThoughNothingElseEnds() {
        kafka.failures = 1;
        var records = receive(0);

        settle(records, 0);
        poll();
        assertThat(kafka.commits).isEmpty();
        List.copyOf(later).forEach(Runnable::run);
        poll();

        assertThat(kafka.commits).containsExactly(1L);
    }

    @Test
    void aBrokerThatTakesNoMetadataIsGivenNone() {
        kafka.failures = 1;
        kafka.failure = new OffsetMetadataTooLarge("this broker takes 10 bytes");
        var records = receive(0, 1, 2);

        settle(records, 0);
        settle(records, 2);
        poll();
        List.copyOf(later).forEach(Runnable::run);
        poll();

        assertThat(kafka.commits).containsExactly(1L);
        assertThat(kafka.metadata).containsExactly("");
    }

    @Test
    void aPartitionThatIsAskedBackIsCommittedOnceMoreAndNotAfterwards() {
        var records = receive(0, 1);
        settle(records, 0);

        commits.partitionsRevoked(Set.of(PARTITION));
        settle(records, 1);
        poll();

        assertThat(kafka.commits).containsExactly(1L);
        assertThat(handover.owns("requests", 0)).isFalse();
    }

    /** As SmallRye does it: Kafka's own default hands lost partitions on. */
    private final class AsSmallRye implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            commits.partitionsRevoked(partitions);
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            commits.partitionsAssigned(partitions);
        }
    }

    @Test
    void nothingIsCommittedOfAPartitionThatIsLostByAConsumerThatKeepsItsGeneration() {
        var records = receive(0);
        settle(records, 0);

        new AsSmallRye().onPartitionsLost(Set.of(PARTITION));
        poll();

        assertThat(kafka.commits).isEmpty();
        assertThat(handover.owns("requests", 0)).isFalse();
    }

    @Test
    void nothingIsCommittedOfAPartitionThatIsLost() {
        var records = receive(0);
        settle(records, 0);
        kafka.generation = 0;

        commits.partitionsRevoked(Set.of(PARTITION));
        poll();

        assertThat(kafka.commits).isEmpty();
        assertThat(handover.owns("requests", 0)).isFalse();
    }

    @Test
    void whatEndedIsCommittedBeforeTheConsumerLeaves() {
        var records = receive(0);
        settle(records, 0);
        polling.clear();

        commits.terminate(true);
        poll();

        assertThat(kafka.commits).containsExactly(1L);
    }

    @Test
    void aTopicMadeAnewBeginsAnew() {
        settle(receive(100), 100);
        poll();

        settle(receive(0), 0);
        poll();

        assertThat(kafka.commits).containsExactly(101L, 1L);
    }

    @Test
    void whereNothingIsInFlightThePositionBehindTransactionMarkersIsCommitted() {
        kafka.updateBeginningOffsets(Map.of(PARTITION, 0L));
        polled.given(PARTITION, 6);
        settle(receive(6), 6);
        poll();
        kafka.seek(PARTITION, 8);

        commits.look();
        poll();

        assertThat(kafka.commits).containsExactly(7L, 8L);
    }

    @Test
    void noPositionIsCommittedWhileSomethingIsInFlight() {
        polled.given(PARTITION, 6);
        receive(6);
        kafka.seek(PARTITION, 8);

        commits.look();
        poll();

        assertThat(kafka.commits).isEmpty();
    }

    @Test
    void noPositionIsCommittedBeyondARecordThatIsOnItsWay() {
        polled.given(PARTITION, 6);
        settle(receive(6), 6);
        poll();
        polled.given(PARTITION, 7);
        kafka.seek(PARTITION, 9);

        commits.look();
        poll();

        assertThat(kafka.commits).containsExactly(7L);
    }
}
