package io.darkroom.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.job.Bytes;
import io.darkroom.job.Failure;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.JobKey;
import io.darkroom.job.JobRecord;
import io.darkroom.job.Limits;
import io.darkroom.job.Outcome;
import io.darkroom.job.ParsedRequest;
import io.darkroom.job.RequestCheck;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.job.TerminalEvent;
import io.darkroom.worker.MemoryStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On topics in memory. What a worker then makes of it: {@code UpgradeIT}. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReplayTest {
    private static final String REQUESTS = "requests";
    private static final String DEAD = "dead";
    private static final String COMPLETIONS = "completions";
    private static final String REQUEST = "{\"prompt\": \"a lake\"}";

    private final StandingTopics topics = new StandingTopics(REQUESTS, DEAD, COMPLETIONS, "other");
    private final MemoryStore store = new MemoryStore();
    private final List<String> said = new ArrayList<>();
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(
                    true, new RoundRobinPartitioner(), new ByteArraySerializer(), new ByteArraySerializer()) {
                @Override
                public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> sent) {
                    if (sent.value().length > 10_000) {
                        throw new RecordTooLargeException("too large by far");
                    }
                    return super.send(sent);
                }
            };

    @Test
    void anIdThatIsNoneIsToldAndTheOthersAreSent() {
        record(failed("done", REQUESTS, topics.add(REQUESTS, utf8(REQUEST))));

        int failed = replay(ids("done~1", "done", "", "nobody"));

        assertThat(failed).isEqualTo(3);
        assertThat(said)
                .contains("\"done~1\" is no job id: a letter or digit, then up to 127 of A-Z a-z 0-9 . _ - is accepted")
                .contains("nobody: no record of a job that has ended");
        assertThat(sent()).containsExactly("done~1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gone", "forbidden", "silent"})
    void aJobWhoseTopicCannotBeReadKeepsNoOtherFromBeingSent(String bad) {
        topics.forbidden.add("forbidden");
        announce(failed("a", bad.equals("silent") ? "other" : bad, 0));
        topics.add("other", utf8(REQUEST));
        topics.silent.add("other");
        announce(failed("b", REQUESTS, topics.add(REQUESTS, utf8(REQUEST))));

        int failed = replay(codes("internal"));

        assertThat(failed).isEqualTo(1);
        assertThat(said)
                .filteredOn(line -> line.startsWith("a (failed, internal): "))
                .hasSize(1);
        assertThat(sent()).containsExactly("b~1");
    }

    @Test
    void itEndsWhereTheBrokerIsSilentAgainAndAgain() {
        topics.silent.add(REQUESTS);
        for (int i = 0; i < 5; i++) {
            announce(failed("job-" + i, REQUESTS, topics.add(REQUESTS, utf8("{\"prompt\": \"" + i + "\"}"))));
        }

        assertThatThrownBy(() -> replay(codes("internal")))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("nothing has come from requests");

        assertThat(said).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"forbidden", "silent"})
    void aTopicThatCannotBeReadToItsEndKeepsNoOtherJobFromBeingSent(String how) {
        (how.equals("silent") ? topics.silent : topics.forbidden).add(DEAD);
        bury("a", REQUESTS, utf8(REQUEST));
        record(failed("done", REQUESTS, topics.add(REQUESTS, utf8(REQUEST))));

        int failed = replay(new Replay.Chosen(true, Set.of(), Set.of(), List.of("done")));

        assertThat(failed).isEqualTo(1);
        assertThat(said).element(0).asString().startsWith("dead: cannot be read: ");
        assertThat(sent()).containsExactly("done~1");
    }

    @Test
    void aJobThatCannotBeSentKeepsNoOtherFromBeingSent() {
        bury("a", "gone", utf8(REQUEST));
        bury("b", REQUESTS, utf8("{\"prompt\": \"" + "x".repeat(20_000) + "\"}"));
        bury("c", REQUESTS, utf8(REQUEST));

        int failed = replay(deadLetters());

        assertThat(failed).isEqualTo(2);
        assertThat(said)
                .contains("a (attempts_exhausted): cannot be sent: there is no topic gone")
                .contains("b (attempts_exhausted): cannot be sent: too large by far");
        assertThat(sent()).containsExactly("c~1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"content-type", "Content-Type"})
    void aStructuredEventInBase64IsSentWithItsId(String name) {
        String data = Base64.getEncoder().encodeToString(utf8("{\"prompt\": \"a lake\", \"id\": null}"));
        String event =
                "{\"specversion\": \"1.0\", \"source\": \"s\", \"id\": \"1\", \"data_base64\": \"" + data + "\"}";
        bury("derived", REQUESTS, utf8(event), new RecordHeader(name, utf8("application/cloudevents+json")));

        int failed = replay(deadLetters());

        assertThat(failed).as(said.toString()).isZero();
        assertThat(sent()).containsExactly("derived~1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\"data_base64\": \"?\"", "\"data_base64\": \"AAAA\"", "\"data_base64\": 7", "\"id\": \"1\""})
    void aStructuredEventWithoutARequestIsNone(String rest) {
        Header type = new RecordHeader("content-type", utf8("application/cloudevents+json"));
        bury("a", REQUESTS, utf8("{\"source\": \"s\", " + rest + "}"), type);

        int failed = replay(deadLetters());

        assertThat(failed).isEqualTo(1);
        assertThat(said).singleElement().asString().endsWith(" is no request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a~b", "a~", "a~99999999999", "~1", "a"})
    void eventsThatAreNoJobsArePassedOver(String id) {
        topics.add(COMPLETIONS, utf8("{\"id\": \"a\", \"status\": \"failed\"}"), new RecordHeader("ce_id", utf8(id)));

        assertThat(replay(codes("internal"))).isZero();

        assertThat(said).isEmpty();
    }

    private int replay(Replay.Chosen chosen) {
        TopicReader reader = new TopicReader(topics, Duration.ofMillis(20));
        Replay.Way way = new Replay.Way(DEAD, COMPLETIONS, null, false);
        return new Replay(new EndedJobs(reader, store, "darkroom"), reader, producer, way, said::add).run(chosen);
    }

    private static Replay.Chosen ids(String... ids) {
        return new Replay.Chosen(false, Set.of(), Set.of(), List.of(ids));
    }

    private static Replay.Chosen codes(String code) {
        return new Replay.Chosen(false, Set.of(), Set.of(code), List.of());
    }

    private static Replay.Chosen deadLetters() {
        return new Replay.Chosen(true, Set.of(), Set.of(), List.of());
    }

    private static TerminalEvent failed(String id, String topic, long offset) {
        Source source = new Source(topic, 0, offset, null);
        Outcome.Context context = new Outcome.Context(new JobKey(id, 0), 1, "w1", source, Map.of());
        return new Outcome.Failed(context, new Failure(Failure.Code.INTERNAL, "a bug"), List.of()).event();
    }

    private void record(TerminalEvent event) {
        store.objects.put(JobRecord.outcomeKey(event.key()), event.data().array());
    }

    private void announce(TerminalEvent event) {
        topics.add(
                COMPLETIONS,
                event.data().array(),
                new RecordHeader("ce_id", utf8(event.key().eventId())));
    }

    private void bury(String id, String topic, byte[] value, Header... headers) {
        List<Header> all = new ArrayList<>(List.of(headers));
        Map.of("job", id, "generation", "0", "reason", "attempts_exhausted", "topic", topic, "partition", "0")
                .forEach((name, text) -> all.add(new RecordHeader("darkroom-dead-" + name, utf8(text))));
        topics.add(DEAD, value, all.toArray(Header[]::new));
    }

    /** What was sent, as a worker reads it. */
    private List<String> sent() {
        RequestParser parser = new RequestParser(Limits.DEFAULTS, RequestCheck.none());
        List<String> jobs = new ArrayList<>();
        for (ProducerRecord<byte[], byte[]> record : producer.history()) {
            List<IncomingRecord.Header> headers = new ArrayList<>();
            record.headers().forEach(h -> headers.add(new IncomingRecord.Header(h.key(), Bytes.of(h.value()))));
            ParsedRequest parsed = parser.parse(new IncomingRecord(
                    new Source(record.topic(), 0, 0, null), "t", 0, null, Bytes.of(record.value()), headers));
            assertThat(parsed).isInstanceOf(ParsedRequest.Valid.class);
            jobs.add(parsed.key().name());
        }
        return jobs;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
