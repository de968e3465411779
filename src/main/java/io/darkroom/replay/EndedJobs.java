package io.darkroom.replay;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.job.Bytes;
import io.darkroom.job.JobKey;
import io.darkroom.job.JobRecord;
import io.darkroom.job.JobRecords;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.Source;
import io.darkroom.job.TerminalEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Finds jobs that have ended: dead letters, events that are still in their topic, and job records. */
final class EndedJobs {
    private static final String LETTER = "darkroom-dead-";
    private static final int NONE = -1;

    private final TopicReader topics;
    private final ObjectStore store;
    private final String bucket;

    EndedJobs(TopicReader topics, ObjectStore store, String bucket) {
        this.topics = topics;
        this.store = store;
        this.bucket = bucket;
    }

    /**
     * The dead letters that are in their topic, the last one of each job; and each request that was put aside because its id
     * was another's, for they are not one another's copies.
     */
    List<EndedJob> deadLetters(String topic, Predicate<String> reason) {
        Map<String, EndedJob> last = new LinkedHashMap<>();
        topics.read(topic, record -> letter(record)
                .filter(job -> reason.test(job.how()))
                .ifPresent(job -> last.put(
                        job.isAnothers()
                                ? job.job().id() + " " + job.source()
                                : job.job().id(),
                        job)));
        return List.copyOf(last.values());
    }

    private static Optional<EndedJob> letter(ConsumerRecord<byte[], byte[]> record) {
        StoredRequest stored = TopicReader.request(record);
        String id = stored.header(LETTER + "job");
        String reason = stored.header(LETTER + "reason");
        String from = stored.header(LETTER + "topic");
        if (id == null || !JobKey.isId(id) || reason == null || from == null) {
            return Optional.empty(); // not a worker's
        }
        Source source = new Source(
                from,
                (int) number(stored.header(LETTER + "partition")),
                number(stored.header(LETTER + "offset")),
                null);
        int generation = (int) Math.max(0, number(stored.header(LETTER + "generation")));
        boolean omitted = stored.header(LETTER + "value-omitted") != null;
        return Optional.of(new EndedJob(new JobKey(id, generation), source, reason, omitted ? null : stored));
    }

    /** Jobs whose last event is in its topic. */
    List<EndedJob> events(String topic, Predicate<TerminalEvent> meant) {
        Map<String, TerminalEvent> last = new LinkedHashMap<>();
        topics.read(topic, record -> event(record)
                .ifPresent(event -> last.merge(
                        event.key().id(),
                        event,
                        (one, other) -> one.key().generation() > other.key().generation() ? one : other)));
        return last.values().stream()
                .filter(meant)
                .map(EndedJobs::ended)
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<TerminalEvent> event(ConsumerRecord<byte[], byte[]> record) {
        String id = TopicReader.request(record).header("ce_id");
        int tilde = id == null ? NONE : id.lastIndexOf('~');
        if (id == null || tilde == NONE || record.value() == null || !JobKey.isId(id.substring(0, tilde))) {
            return Optional.empty();
        }
        JobKey key = new JobKey(id.substring(0, tilde), (int) number(id.substring(tilde + 1)));
        return Optional.ofNullable(TerminalEvent.read(key, Bytes.of(record.value())));
    }

    /** One job's last generation, by its record; empty where it has none that ended. */
    Optional<EndedJob> record(String id) {
        JobKey last = new JobKey(id, lastGeneration(id));
        return Optional.ofNullable(JobRecords.outcome(store, bucket, last)).flatMap(EndedJobs::ended);
    }

    /** The highest generation of a job of which there is a record; 0 where there is no later one. */
    int lastGeneration(String id) {
        String prefix = JobRecord.ROOT + id + "~";
        int last = 0;
        for (String key : store.list(bucket, prefix)) {
            int end = key.indexOf('/', prefix.length());
            last = Math.max(last, end == NONE ? 0 : (int) number(key.substring(prefix.length(), end)));
        }
        return last;
    }

    /**
     * The one as which a request is to be done that has the id of another.
     *
     * @param begun whether there is a record of it, as this generation
     */
    record Generation(int number, boolean begun) {}

    /**
     * The first later generation whose record is this request's own, or of which there is none.
     *
     * @param taken generations that are others', and may have no record yet
     */
    Generation generation(JobKey of, String digest, Set<Integer> taken) {
        for (int number = of.generation() + 1; ; number++) {
            JobRecord record = JobRecords.read(store, bucket, new JobKey(of.id(), number));
            boolean begun = !record.attempts().isEmpty();
            if (begun ? !record.conflicts(digest) : !taken.contains(number)) {
                return new Generation(number, begun);
            }
        }
    }

    private static Optional<EndedJob> ended(TerminalEvent event) {
        JsonNode at = event.json().path("source");
        if (!at.path("topic").isTextual()) {
            return Optional.empty();
        }
        Source source = new Source(
                at.path("topic").textValue(),
                at.path("partition").asInt(),
                at.path("offset").asLong(),
                at.path("key").textValue());
        String code = event.failureCode();
        String how = event.type().status() + (code == null ? "" : ", " + code);
        return Optional.of(new EndedJob(event.key(), source, how, null));
    }

    /** Ids, each job's last generation. */
    List<EndedJob> records(List<String> ids, List<String> unknown) {
        List<EndedJob> found = new ArrayList<>();
        for (String id : ids) {
            record(id).ifPresentOrElse(found::add, () -> unknown.add(id));
        }
        return found;
    }

    private static long number(@Nullable String text) {
        return text != null && text.matches("[0-9]{1,18}") ? Long.parseLong(text) : NONE;
    }
}
