package io.darkroom.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.job.Source;
import io.darkroom.standalone.StandaloneBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a real broker, with a real member of a group. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EventTransactionsTest {
    private static final int LARGEST = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** Held, for a logger that nobody holds forgets its level. */
    private static final List<Logger> QUIET = List.of(
            Logger.getLogger("kafka"), Logger.getLogger("org.apache.kafka"), Logger.getLogger("state.change.logger"));

    private StandaloneBroker broker;
    private int topics;

    // Of one test.
    private String requests = "";
    private String completions = "";
    private @Nullable KafkaConsumer<String, byte[]> member;
    private @Nullable EventTransactions transactions;
    private String topicId = "id";
    private RequestOffsets offsets = new RequestOffsets(topic -> topicId);
    private Held held = Runnable::run;

    @BeforeAll
    void startBroker(@TempDir Path folder) {
        QUIET.forEach(logger -> logger.setLevel(Level.SEVERE));
        broker = StandaloneBroker.start(folder.resolve("kafka"), 0, List.of(), Duration.ofSeconds(6));
    }

    @AfterAll
    void stopBroker() {
        broker.close();
    }

    @AfterEach
    void leave() {
        held = Runnable::run;
        topicId = "id";
        Objects.requireNonNull(transactions).close();
        Objects.requireNonNull(member).close();
    }

    private Map<String, Object> kafka(Map<String, Object> more) {
        Map<String, Object> settings = new java.util.HashMap<>(more);
        settings.put("bootstrap.servers", broker.bootstrapServers());
        return settings;
    }

    /** A worker in its group with five requests received. */
    private void begin(String protocol) throws Exception {
        topics++;
        offsets = new RequestOffsets(topic -> topicId);
        requests = "requests-" + topics;
        completions = "completions-" + topics;
        try (Admin admin = Admin.create(kafka(Map.of()))) {
            admin.createTopics(List.of(
                            new org.apache.kafka.clients.admin.NewTopic(requests, 1, (short) 1),
                            new org.apache.kafka.clients.admin.NewTopic(completions, 1, (short) 1)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
        KafkaConsumer<String, byte[]> joined = new KafkaConsumer<>(
                kafka(Map.of("group.id", group(), "group.protocol", protocol, "enable.auto.commit", false)),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        member = joined;
        joined.subscribe(List.of(requests));
        Awaitility.await().atMost(PATIENCE).until(() -> {
            joined.poll(Duration.ofMillis(50));
            return !joined.assignment().isEmpty();
        });
        offsets.assigned(List.of(requestsPartition()), Map.of());
        for (long offset = 0; offset < 5; offset++) {
            offsets.received(requestsPartition(), offset);
        }
        transactions = new EventTransactions(offsets, () -> transactional(requests));
        transactions.member(joined.groupMetadata());
    }

    private String group() {
        return "workers-" + topics;
    }

    private TopicPartition requestsPartition() {
        return new TopicPartition(requests, 0);
    }

    /** Around a transaction's end. */
    private interface Held {
        void around(Runnable commit) throws InterruptedException;
    }

    private Producer<String, byte[]> transactional(String id) {
        return new KafkaProducer<>(
                kafka(Map.of("transactional.id", id, "max.block.ms", 8000)),
                new StringSerializer(),
                new ByteArraySerializer()) {
            @Override
            public void commitTransaction() {
                try {
                    held.around(super::commitTransaction);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
    }

    private CompletableFuture<?> announce(long offset) {
        return Objects.requireNonNull(transactions)
                .announce(
                        new ProducerRecord<>(completions, "job-" + offset, new byte[] {1}),
                        new Source(requests, 0, offset, null))
                .toCompletableFuture();
    }

    private List<String> read(String isolation) {
        TopicPartition only = new TopicPartition(completions, 0);
        List<String> jobs = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> reader = new KafkaConsumer<>(
                kafka(Map.of("isolation.level", isolation)), new StringDeserializer(), new ByteArrayDeserializer())) {
            reader.assign(List.of(only));
            reader.seekToBeginning(List.of(only));
            long end = Objects.requireNonNull(reader.endOffsets(List.of(only)).get(only));
            while (reader.position(only) < end) {
                reader.poll(Duration.ofMillis(50)).forEach(record -> jobs.add(record.key()));
            }
        }
        return jobs;
    }

    /** The end of a transaction is known before each partition has it. */
    private void awaitCommitted(String... jobs) {
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(read("read_committed"))
                .containsExactly(jobs));
    }

    private @Nullable OffsetAndMetadata committed() throws Exception {
        try (Admin admin = Admin.create(kafka(Map.of()))) {
            return admin.listConsumerGroupOffsets(group())
                    .partitionsToOffsetAndMetadata()
                    .get(30, TimeUnit.SECONDS)
                    .get(requestsPartition());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"consumer", "classic"})
    void anEventAndItsOffsetAreCommittedTogether(String protocol) throws Exception {
        begin(protocol);

        CompletableFuture<?> first = announce(0);
        CompletableFuture<?> third = announce(2);

        assertThat(first).succeedsWithin(PATIENCE);
        assertThat(third).succeedsWithin(PATIENCE);
        awaitCommitted("job-0", "job-2");
        assertThat(Objects.requireNonNull(committed()).offset()).isEqualTo(1);
        assertThat(Objects.requireNonNull(committed()).metadata()).isEqualTo("darkroom/2 id 1 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"consumer", "classic"})
    void aStaleOwnerTellsAndCommitsNothing(String protocol) throws Exception {
        begin(protocol);
        ConsumerGroupMetadata now = Objects.requireNonNull(member).groupMetadata();
        Objects.requireNonNull(transactions)
                .member(new ConsumerGroupMetadata(
                        now.groupId(),
                        now.generationId() - 1 > 0 ? now.generationId() - 1 : 77,
                        now.memberId(),
                        Optional.empty()));

        assertThat(announce(0)).failsWithin(PATIENCE);

        assertThat(read("read_committed")).isEmpty();
        assertThat(committed()).isNull();

        Objects.requireNonNull(transactions).member(now);
        assertThat(announce(0)).succeedsWithin(PATIENCE);
        awaitCommitted("job-0");
    }

    @Test
    void aPlaceThatChangedWithoutAWordIsAskedForAndNothingFails() throws Exception {
        begin("consumer");
        EventTransactions events = Objects.requireNonNull(transactions);
        ConsumerGroupMetadata now = Objects.requireNonNull(member).groupMetadata();
        events.member(new ConsumerGroupMetadata(now.groupId(), 77, now.memberId(), Optional.empty()));
        events.askPlaceBy(() -> events.member(now));

        assertThat(announce(0)).succeedsWithin(PATIENCE);

        awaitCommitted("job-0");
    }

    @Test
    void oneThatIsInNoGroupAnyMoreIsNotLetThrough() throws Exception {
        begin("consumer");
        Objects.requireNonNull(transactions).member(new ConsumerGroupMetadata(group()));

        assertThat(announce(0)).failsWithin(PATIENCE);

        assertThat(read("read_uncommitted")).isEmpty();
        assertThat(committed()).isNull();
    }

    @Test
    void aProducerThatIsFencedIsMadeAnew() throws Exception {
        begin("consumer");
        assertThat(announce(0)).succeedsWithin(PATIENCE);
        try (Producer<String, byte[]> other = transactional(requests)) {
            other.initTransactions();
        }

        assertThat(announce(1)).failsWithin(PATIENCE);
        assertThat(announce(1)).succeedsWithin(PATIENCE);

        awaitCommitted("job-0", "job-1");
        assertThat(Objects.requireNonNull(committed()).offset()).isEqualTo(2);
    }

    /** The broker's answer to a transaction's end is on its way while its partition is asked back. */
    @Test
    void theLastCommitTakesBackNothingThatATransactionBeforeItHasSettled() throws Exception {
        CountDownLatch ending = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        held = commit -> {
            ending.countDown();
            answered.await();
            commit.run();
        };
        begin("consumer");
        EventTransactions events = Objects.requireNonNull(transactions);
        CompletableFuture<?> told = announce(2);
        assertThat(ending.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        offsets.begun(new Source(requests, 0, 3, null));
        offsets.tellBegun();

        CompletableFuture<Void> last = CompletableFuture.runAsync(
                () -> events.commitNow(Objects.requireNonNull(member), List.of(requestsPartition())));
        answered.countDown();

        assertThat(told).succeedsWithin(PATIENCE);
        assertThat(last).succeedsWithin(PATIENCE);
        assertThat(Objects.requireNonNull(committed()).metadata()).isEqualTo("darkroom/2 id 2 3");
    }

    @Test
    void nothingIsToldOfAPartitionThatIsLost() throws Exception {
        begin("consumer");
        offsets.forget(List.of(requestsPartition()));

        assertThat(announce(0)).failsWithin(PATIENCE);

        assertThat(read("read_uncommitted")).isEmpty();
    }

    @Test
    void nothingIsToldOfAPartitionThatWasAnothersMeanwhile() throws Exception {
        begin("consumer");
        EventTransactions events = Objects.requireNonNull(transactions);
        ConsumerGroupMetadata now = Objects.requireNonNull(member).groupMetadata();
        events.member(new ConsumerGroupMetadata(now.groupId(), 77, now.memberId(), Optional.empty()));
        for (long offset = 0; offset < 4; offset++) {
            offsets.settled(requestsPartition(), offset);
        }
        events.askPlaceBy(() -> {
            // Lost, done by another worker to the last record, and given back.
            offsets.forget(List.of(requestsPartition()));
            offsets.assigned(List.of(requestsPartition()), Map.of(requestsPartition(), new OffsetAndMetadata(5)));
            events.member(now);
        });

        assertThat(announce(4)).failsWithin(PATIENCE);

        assertThat(read("read_committed")).isEmpty();
        assertThat(committed()).isNull();
    }

    @Test
    void anEventThatIsTooLargeHoldsUpNoOther() throws Exception {
        begin("consumer");
        CompletableFuture<?> large = Objects.requireNonNull(transactions)
                .announce(
                        new ProducerRecord<>(completions, "large", new byte[2 * LARGEST]),
                        new Source(requests, 0, 3, null))
                .toCompletableFuture();
        CompletableFuture<?> other = announce(1);

        assertThat(large).failsWithin(PATIENCE);
        assertThat(other).succeedsWithin(PATIENCE);

        awaitCommitted("job-1");
    }

    @Test
    void whatNeedsNoEventIsCommittedToo() throws Exception {
        begin("consumer");
        offsets.settled(requestsPartition(), 0);

        Objects.requireNonNull(transactions).commitNext();

        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(committed())
                .isNotNull()
                .extracting(OffsetAndMetadata::offset)
                .isEqualTo(1L));
    }

    @Test
    void whatHasNoRoomBesideTheOffsetWaitsForJobsBeforeIt() throws Exception {
        begin("consumer");
        int many = 2000;
        for (long offset = 5; offset < many; offset++) {
            offsets.received(requestsPartition(), offset);
        }

        List<CompletableFuture<?>> told = new ArrayList<>();
        for (long offset = 1; offset < many; offset += 2) {
            told.add(announce(offset));
        }
        assertThat(told.get(0)).succeedsWithin(PATIENCE);
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
            OffsetAndMetadata committed = committed();
            if (committed == null) {
                throw new AssertionError("nothing is committed yet");
            }
            List<Long> known = CommitMetadata.read(topicId, committed.offset(), committed.metadata())
                    .settledAbove();
            assertThat(known).hasSizeBetween(many / 4, many / 2 - 1);
            assertThat(read("read_committed"))
                    .containsExactlyInAnyOrderElementsOf(
                            known.stream().map(offset -> "job-" + offset).toList());
        });

        for (long offset = 0; offset < many; offset += 2) {
            told.add(announce(offset));
        }
        assertThat(told).allSatisfy(each -> assertThat(each).succeedsWithin(PATIENCE));
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(read("read_committed"))
                .hasSize(many)
                .doesNotHaveDuplicates());
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> Objects.requireNonNull(committed()).offset() == many);
    }

    /** Its partition went and came back while its event waited, and so the event came once more. */
    @Test
    void anEventThatComesAgainWhileItWaitsIsToldOnce() throws Exception {
        begin("consumer");

        CompletableFuture<?> one = announce(0);
        CompletableFuture<?> again = announce(0);

        assertThat(one).succeedsWithin(PATIENCE);
        assertThat(again).succeedsWithin(PATIENCE);
        awaitCommitted("job-0");
    }

    @Test
    void aBrokerThatTakesLittleTextIsToldEventsInTheOrderOfTheirRequests() throws Exception {
        begin("consumer");
        topicId = "more-than-a-broker-takes".repeat(200);

        CompletableFuture<?> third = announce(2);
        assertThat(announce(0)).failsWithin(PATIENCE);
        assertThat(announce(0)).succeedsWithin(PATIENCE);
        assertThat(third).isNotDone();
        assertThat(announce(1)).succeedsWithin(PATIENCE);
        assertThat(third).succeedsWithin(PATIENCE);

        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(read("read_committed"))
                .startsWith("job-0")
                .containsExactlyInAnyOrder("job-0", "job-1", "job-2"));
        Awaitility.await().atMost(PATIENCE).until(() -> {
            OffsetAndMetadata committed = Objects.requireNonNull(committed());
            return committed.offset() == 3 && committed.metadata().isEmpty();
        });
    }
}
