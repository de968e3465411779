package io.darkroom.replay;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.job.Bytes;
import io.darkroom.job.JobKey;
import io.darkroom.job.JobRecord;
import io.darkroom.job.JobRecords;
import io.darkroom.job.ObjectStore;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Source;
import io.darkroom.job.TerminalEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Finds jobs that have ended: dead letters, events that are still in their topic, and job records. */
final class EndedJobs {
    private static final String LETTER = "darkroom-dead-";
    private static final int NONE = -1;

    /** As ids of requests that bring none are. */
    private static final Pattern DERIVED = Pattern.compile("[0-9a-f]{40}");

    /**
     * What a record says.
     *
     * @param digest of the request; null where there is no record
     * @param ended whether an outcome is there
     */
    private record Generation(@Nullable String digest, boolean ended) {}

    private final Map<JobKey, Generation> generations = new HashMap<>();
    private final Set<JobKey> told = new HashSet<>();
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
        int generation = Math.max(0, generation(stored.header(LETTER + "generation")));
        boolean omitted = stored.header(LETTER + "value-omitted") != null;
        return Optional.of(new EndedJob(new JobKey(id, generation), source, reason, omitted ? null : stored, false));
    }

    /** Jobs whose event is in its topic, once each; that others have ended is kept in mind. */
    List<EndedJob> events(String topic, Predicate<TerminalEvent> meant) {
        Map<JobKey, TerminalEvent> found = new LinkedHashMap<>();
        topics.read(topic, record -> event(record).ifPresent(event -> {
            told.add(event.key());
            if (meant.test(event)) {
                found.put(event.key(), event);
            }
        }));
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
        int generation = generation(id.substring(tilde + 1));
        if (generation == NONE) {
            return Optional.empty(); // not a worker's
        }
        JobKey key = new JobKey(id.substring(0, tilde), generation);
        return Optional.ofNullable(TerminalEvent.read(key, Bytes.of(record.value())));
    }

    /**
     * The last generation that has ended of the request that an id belongs to, by its record; empty where there is none.
     * Generations that are others' requests are passed over, as far as the record of the first can tell.
     */
    Optional<EndedJob> record(String id) {
        String owner = digest(new JobKey(id, 0));
        for (int number = lastGeneration(id); number >= 0; number--) {
            JobKey key = new JobKey(id, number);
            Generation generation = generation(key);
            boolean own = owner == null || isDerived(id) || owner.equals(generation.digest());
            TerminalEvent event = own && generation.ended() ? JobRecords.outcome(store, bucket, key) : null;
            if (event != null) {
                return ended(event, true);
            }
        }
        return Optional.empty();
    }

    /** The digest of the request that a job's record is of; null where there is no record. */
    @Nullable
    String digest(JobKey key) {
        return generation(key).digest();
    }

    /**
     * Whether an id may be one that was derived from the request's place: no other request has it, and the digests of a job
     * and its generations differ, for these have it written into them.
     */
    static boolean isDerived(String id) {
        return DERIVED.matcher(id).matches();
    }

    /** What the record of a generation says; read once. */
    private Generation generation(JobKey key) {
        return generations.computeIfAbsent(key, this::read);
    }

    private Generation read(JobKey key) {
        JobRecord record = JobRecords.read(store, bucket, key);
        List<JobRecord.Attempt> attempts = record.attempts();
        return new Generation(
                attempts.isEmpty() ? null : attempts.get(0).digest(),
                record.outcome() != null || record.broken() != null);
    }

    /** The highest generation of a job of which there is a record; 0 where there is no later one. */
    int lastGeneration(String id) {
        String prefix = JobRecord.ROOT + id + "~";
        int last = 0;
        for (String key : store.list(bucket, prefix)) {
            int end = key.indexOf('/', prefix.length());
            last = Math.max(last, end == NONE ? 0 : generation(key.substring(prefix.length(), end)));
        }
        return last;
    }

    /**
     * The generation as which a request is to be done once more.
     *
     * @param begun whether it is being done, or was done before
     */
    record Next(int number, boolean begun) {}

    /**
     * The first later generation whose record is this request's own, or of which there is none. Where the job was chosen by
     * its id, its own that have ended are passed over: it is to be done once more, however often that was. One that has been
     * told to have ended, and has no record any more, counts as the own of a job that the id belongs to.
     *
     * @param digest of the request
     * @param taken generations of the id that are sent for other requests, and may have no record yet
     */
    Next next(EndedJob of, String digest, Set<Integer> taken) {
        for (int number = of.job().generation() + 1; ; number++) {
            if (taken.contains(number)) {
                continue;
            }
            JobKey key = new JobKey(of.job().id(), number);
            Generation generation = generation(key);
            boolean gone = generation.digest() == null;
            if (gone && !told.contains(key)) {
                return new Next(number, false);
            }
            boolean own = gone ? !of.isAnothers() : digest.equals(generation.digest());
            boolean ended = gone || generation.ended();
            if (own && !(of.byId() && ended)) {
                return new Next(number, true);
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

    /** A job's generation as text; {@link #NONE} where it is none, nor can be. */
    private static int generation(@Nullable String text) {
        long number = number(text);
        return number > RequestParser.HIGHEST_GENERATION ? NONE : (int) number;
    }

    private static long number(@Nullable String text) {
        return text != null && text.matches("[0-9]{1,18}") ? Long.parseLong(text) : NONE;
    }
}
