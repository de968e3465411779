package io.darkroom.crash;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.minio.GetObjectArgs;
import io.minio.ListObjectsArgs;
import io.minio.MinioClient;
import io.minio.Result;
import io.minio.messages.Item;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** What topics, group and bucket hold, read past the proxies with plain clients: everything, from the beginning. For one thread. */
public final class EndState implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    static final String GROUP = "darkroom-workers";
    private static final Duration POLL = Duration.ofMillis(100);

    /**
     * A record of one of the topics of events or dead letters.
     *
     * @param appended whether its time is that at which the broker took it, not its producer's
     * @param headers as text, the last of each name
     * @param value as it is; empty where the record has none
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Event(
            String topic,
            int partition,
            long offset,
            long timestamp,
            boolean appended,
            String key,
            Map<String, String> headers,
            byte[] value) {
        /** A header as text; empty where there is none. */
        public String header(String name) {
            return headers.getOrDefault(name, "");
        }

        String id() {
            return header("ce_id");
        }

        String type() {
            return header("ce_type");
        }

        /** Why a dead letter was put aside. */
        String reason() {
            return header("darkroom-dead-reason");
        }

        JsonNode json() {
            return EndState.json(value);
        }

        String text() {
            return new String(value, StandardCharsets.UTF_8);
        }
    }

    private final Admin admin;
    private final KafkaConsumer<String, byte[]> consumer;
    private final KafkaConsumer<String, byte[]> readCommitted;
    private final MinioClient store;

    public EndState(String bootstrapServers, URI storeEndpoint) {
        Map<String, Object> kafka = Map.of("bootstrap.servers", bootstrapServers);
        admin = Admin.create(kafka);
        consumer = new KafkaConsumer<>(kafka, new StringDeserializer(), new ByteArrayDeserializer());
        readCommitted = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        store = MinioClient.builder()
                .endpoint(storeEndpoint.toString())
                .region(Surroundings.ACCESS.region())
                .credentials(Surroundings.ACCESS.accessKey(), Surroundings.ACCESS.secretKey())
                .build();
    }

    /** Every copy of a job's terminal event, in order. */
    List<Event> terminalEvents(String job) {
        return records(Surroundings.TOPICS.completions()).stream()
                .filter(event -> event.key().equals(job))
                .toList();
    }

    /** Every copy of a job's terminal event that a reader of committed records sees. */
    List<Event> committedEvents(String job) {
        return committedRecords(Surroundings.TOPICS.completions()).stream()
                .filter(event -> event.key().equals(job))
                .toList();
    }

    /** Every terminal event. */
    List<Event> terminalEvents() {
        return records(Surroundings.TOPICS.completions());
    }

    /** Started and progress events of a job. */
    List<Event> progress(String job) {
        return records(Surroundings.TOPICS.progress()).stream()
                .filter(event -> event.key().equals(job))
                .toList();
    }

    /** Every dead letter. */
    List<Event> deadLetters() {
        return records(Surroundings.TOPICS.dead());
    }

    /** Requests whose offset is not committed. */
    public long lag() {
        return lag(Surroundings.REQUESTS);
    }

    long lag(String topic) {
        Map<TopicPartition, Long> ends = ends(topic);
        Map<TopicPartition, Long> committed = committed();
        return ends.entrySet().stream()
                .mapToLong(each -> each.getValue() - committed.getOrDefault(each.getKey(), 0L))
                .sum();
    }

    /** The offsets behind each partition's last record. */
    public Map<TopicPartition, Long> ends(String topic) {
        return consumer.endOffsets(partitions(consumer, topic));
    }

    /** The group's offsets, where there are any. */
    public Map<TopicPartition, Long> committed() {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        try {
            admin.listConsumerGroupOffsets(GROUP)
                    .partitionsToOffsetAndMetadata()
                    .get(30, TimeUnit.SECONDS)
                    .forEach((partition, at) -> {
                        if (at != null) {
                            offsets.put(partition, at.offset());
                        }
                    });
            return offsets;
        } catch (Exception e) {
            throw new IllegalStateException("the group's offsets cannot be read", e);
        }
    }

    /** Workers that the group takes for alive. */
    int members() {
        try {
            return admin.describeConsumerGroups(List.of(GROUP)).all().get(30, TimeUnit.SECONDS).values().stream()
                    .mapToInt(group -> group.members().size())
                    .sum();
        } catch (Exception e) {
            throw new IllegalStateException("the group cannot be read", e);
        }
    }

    /** The keys below a prefix, sorted. */
    public Set<String> keys(String prefix) {
        return modified(prefix).keySet();
    }

    /** The same, with the times at which the store took them. */
    public SortedMap<String, Instant> modified(String prefix) {
        SortedMap<String, Instant> keys = new TreeMap<>();
        try {
            for (Result<Item> item : store.listObjects(ListObjectsArgs.builder()
                    .bucket(Surroundings.ACCESS.bucket())
                    .prefix(prefix)
                    .recursive(true)
                    .build())) {
                keys.put(item.get().objectName(), item.get().lastModified().toInstant());
            }
        } catch (Exception e) {
            throw new IllegalStateException("the store does not list " + prefix, e);
        }
        return keys;
    }

    /** An object's content. */
    public byte[] object(String key) {
        try (InputStream content = store.getObject(GetObjectArgs.builder()
                .bucket(Surroundings.ACCESS.bucket())
                .object(key)
                .build())) {
            return content.readAllBytes();
        } catch (Exception e) {
            throw new AssertionError("the store does not have " + key, e);
        }
    }

    static JsonNode json(byte[] text) {
        try {
            return JSON.readTree(new String(text, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON", e);
        }
    }

    @Override
    public void close() {
        admin.close();
        consumer.close();
        readCommitted.close();
        try {
            store.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Every record of a topic, those of aborted transactions too. */
    public List<Event> records(String topic) {
        return records(consumer, topic);
    }

    /** What those are given who read committed records only. */
    public List<Event> committedRecords(String topic) {
        return records(readCommitted, topic);
    }

    private static List<Event> records(KafkaConsumer<String, byte[]> consumer, String topic) {
        List<Event> events = new ArrayList<>();
        List<TopicPartition> all = partitions(consumer, topic);
        consumer.assign(all);
        consumer.seekToBeginning(all);
        Map<TopicPartition, Long> ends = consumer.endOffsets(all);
        while (ends.entrySet().stream().anyMatch(each -> consumer.position(each.getKey()) < each.getValue())) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                byte[] value = record.value();
                events.add(new Event(
                        topic,
                        record.partition(),
                        record.offset(),
                        record.timestamp(),
                        record.timestampType() == TimestampType.LOG_APPEND_TIME,
                        String.valueOf(record.key()),
                        headers(record),
                        value == null ? new byte[0] : value));
            }
        }
        return events;
    }

    private static List<TopicPartition> partitions(KafkaConsumer<?, ?> of, String topic) {
        return of.partitionsFor(topic).stream()
                .map(each -> new TopicPartition(topic, each.partition()))
                .toList();
    }

    private static Map<String, String> headers(ConsumerRecord<?, ?> record) {
        Map<String, String> headers = new HashMap<>();
        for (Header header : record.headers()) {
            byte[] value = header.value();
            headers.put(header.key(), value == null ? "" : new String(value, StandardCharsets.UTF_8));
        }
        return headers;
    }
}
