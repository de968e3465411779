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

    /** The dead letters that are in their topic, in each partition's order. */
    List<EndedJob> deadLetters(String topic, Predicate<String> reason) {
        List<EndedJob> found = new ArrayList<>();
        topics.read(
                topic,
                record -> letter(record).filter(job -> reason.test(job.how())).ifPresent(found::add));
        return found;
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
        return Optional.of(new EndedJob(new JobKey(id, generation), source, reason, omitted ? null : stored, false));
    }

    /** Jobs whose event is in its topic, once each. */
    List<EndedJob> events(String topic, Predicate<TerminalEvent> meant) {
        Map<JobKey, TerminalEvent> found = new LinkedHashMap<>();
        topics.read(topic, record -> event(record).filter(meant).ifPresent(event -> found.put(event.key(), event)));
        return found.values().stream()
                .map(event -> ended(event, false))
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

    /**
     * The last generation that has ended of the request that an id belongs to, by its record; empty where there is none.
     * Generations that are others' requests are passed over.
     */
    Optional<EndedJob> record(String id) {
        JobRecord owner = read(new JobKey(id, 0));
        for (int number = lastGeneration(id); number >= 0; number--) {
            JobKey key = new JobKey(id, number);
            JobRecord record = number == 0 ? owner : read(key);
            boolean own = owner.attempts().isEmpty()
                    || !record.conflicts(owner.attempts().get(0).digest());
            if (own && record.outcome() != null) {
                TerminalEvent event = TerminalEvent.read(key, record.outcome());
                return event == null ? Optional.empty() : ended(event, true);
            }
        }
        return Optional.empty();
    }

    private JobRecord read(JobKey key) {
        return JobRecords.read(store, bucket, key);
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
     * The generation as which a request is to be done once more.
     *
     * @param begun whether there is a record of it: it is being done, or was done before
     */
    record Generation(int number, boolean begun) {}

    /**
     * The first later generation whose record is this request's own, or of which there is none. Where the job was chosen by
     * its id, its own that have ended are passed over: it is to be done once more, however often that was.
     *
     * @param digest of the request
     * @param taken generations of the id that are sent, and may have no record yet
     */
    Generation generation(EndedJob of, String digest, Set<Integer> taken) {
        for (int number = of.job().generation() + 1; ; number++) {
            JobRecord record = read(new JobKey(of.job().id(), number));
            boolean begun = !record.attempts().isEmpty();
            if (begun && !record.conflicts(digest) && !(of.byId() && record.outcome() != null)) {
                return new Generation(number, true);
            }
            if (!begun && !taken.contains(number)) {
                return new Generation(number, false);
            }
        }
    }

    private static Optional<EndedJob> ended(TerminalEvent event, boolean byId) {
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
        return Optional.of(new EndedJob(event.key(), source, how, null, byId));
    }

    /** The jobs of some ids. */
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
