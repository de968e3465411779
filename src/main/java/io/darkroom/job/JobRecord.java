package io.darkroom.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the store knows of a job: attempts, how those ended that did not end in an outcome, and the outcome. Each is an
 * object below {@code .darkroom/jobs/<name>/} that is only ever created, so the record only grows.
 *
 * @param attempts by number
 * @param outcome the terminal event's data; null where the job has not ended
 * @param broken the key of an object that cannot be read; null where all can
 * @param checkpoints by name, the furthest first
 */
public record JobRecord(
        List<Attempt> attempts, @Nullable Bytes outcome, @Nullable String broken, List<CheckpointName> checkpoints) {
    /** Where all job records are, in the configured bucket. */
    public static final String ROOT = ".darkroom/jobs/";

    /** The last part of the key at which a job's outcome is. */
    static final String OUTCOME = "outcome";

    /** The record of a job that nobody has begun. */
    public static final JobRecord NONE = new JobRecord(List.of(), null, null);

    public JobRecord {
        attempts = attempts.stream()
                .sorted(Comparator.comparingInt(Attempt::number))
                .toList();
        checkpoints = checkpoints.stream().sorted(CheckpointName.FURTHEST_FIRST).toList();
    }

    /** A record without checkpoints. */
    public JobRecord(List<Attempt> attempts, @Nullable Bytes outcome, @Nullable String broken) {
        this(attempts, outcome, broken, List.of());
    }

    /**
     * One attempt at a job.
     *
     * @param number counted from 1
     * @param digest of the request
     * @param topicId of the topic that the request was read from
     * @param source where the request was read
     * @param worker who made it
     * @param run one delivery of one process, so that it knows its own attempt again: {@code process/number}
     * @param startedAt milliseconds since 1970, by the worker's clock
     * @param end null where the worker ended without a word, or has not ended
     */
    public record Attempt(
            int number,
            String digest,
            String topicId,
            Source source,
            String worker,
            String run,
            long startedAt,
            @Nullable End end) {
        /** The object's content. */
        public Bytes data() {
            ObjectNode json = Json.object();
            json.put("digest", digest);
            json.put("topic_id", topicId);
            json.set("source", Json.source(source));
            json.put("worker", worker);
            json.put("run", run);
            json.put("started_at", startedAt);
            return Json.write(json);
        }

        /** Reads an attempt, without its end; null where the content is none. */
        static @Nullable Attempt read(int number, Bytes stored) {
            ObjectNode json = Json.readStored(stored);
            if (json == null || json.path("digest").textValue() == null) {
                return null;
            }
            JsonNode at = json.path("source");
            Source source = new Source(
                    at.path("topic").asText(),
                    at.path("partition").asInt(-1),
                    at.path("offset").asLong(-1),
                    at.path("key").textValue());
            return new Attempt(
                    number,
                    json.path("digest").asText(),
                    json.path("topic_id").asText(),
                    source,
                    json.path("worker").asText(),
                    json.path("run").asText(),
                    json.path("started_at").asLong(),
                    null);
        }

        /** The process whose delivery a run is. */
        static String process(String run) {
            int slash = run.lastIndexOf('/');
            return slash < 0 ? run : run.substring(0, slash);
        }

        Attempt with(@Nullable End itsEnd) {
            return new Attempt(number, digest, topicId, source, worker, run, startedAt, itsEnd);
        }

        private boolean of(String topic, Source at) {
            return topicId.equals(topic)
                    && source.topic().equals(at.topic())
                    && source.partition() == at.partition()
                    && source.offset() == at.offset();
        }
    }

    /**
     * How an attempt ended that did not end in an outcome, where its worker could still say so.
     *
     * @param clean whether the job had no part in it: a drain, a handover
     * @param reason for people
     * @param deviceMs the job's share of the device that the attempt has spent
     */
    public record End(boolean clean, String reason, double deviceMs) {
        /** The object's content. */
        public Bytes data() {
            ObjectNode json = Json.object();
            json.put("clean", clean);
            json.put("reason", reason);
            json.put("device_ms", deviceMs);
            return Json.write(json);
        }

        static @Nullable End read(Bytes stored) {
            ObjectNode json = Json.readStored(stored);
            return json == null
                    ? null
                    : new End(
                            json.path("clean").asBoolean(),
                            json.path("reason").asText(),
                            json.path("device_ms").asDouble());
        }
    }

    /** The folder of a job's record: a prefix that ends in a slash. */
    public static String folder(JobKey key) {
        return ROOT + key.name() + "/";
    }

    /** The key of an attempt. */
    public static String attemptKey(JobKey key, int number) {
        return folder(key) + "attempt-" + number;
    }

    /** The key of an attempt's end. */
    public static String endKey(JobKey key, int number) {
        return folder(key) + "attempt-" + number + "-end";
    }

    /** The key of the outcome. */
    public static String outcomeKey(JobKey key) {
        return folder(key) + OUTCOME;
    }

    /** The number of the last attempt; 0 where there is none. */
    public int last() {
        return attempts.isEmpty() ? 0 : attempts.get(attempts.size() - 1).number();
    }

    /** Whether the record was begun for a request with another content. */
    public boolean conflicts(String digest) {
        return !attempts.isEmpty() && !attempts.get(0).digest().equals(digest);
    }

    /**
     * Whether it falls to the request that was read at a place to tell of an event: to the one that brought it about. A
     * completed job was rendered in an attempt of that one; where there is none in this record, it is a result from before,
     * whose record has expired, and falls to the request of the first attempt.
     */
    public boolean tells(TerminalEvent event, String topicId, Source source) {
        boolean before =
                event.type() == EventType.COMPLETED && attempts.stream().noneMatch(a -> event.from(a.source()));
        return before ? !attempts.isEmpty() && attempts.get(0).of(topicId, source) : event.from(source);
    }

    /**
     * The attempt that is one delivery's to go on with; 0 where there is none: its own, or that of an earlier delivery of the
     * same record to the same process, which lost its partition and could write nothing more, where nobody has tried since.
     */
    public int open(String run, String topicId, Source source) {
        String process = Attempt.process(run);
        return attempts.stream()
                .filter(a -> a.end() == null)
                .filter(a -> a.run().equals(run)
                        || (a.number() == last() && Attempt.process(a.run()).equals(process) && a.of(topicId, source)))
                .mapToInt(Attempt::number)
                .max()
                .orElse(0);
    }

    /** Whether the record holds checkpoints. */
    public boolean hasCheckpoints() {
        return !checkpoints.isEmpty();
    }

    /**
     * The attempts at one request that ended unclean, as one delivery sees it: an attempt without an end that its own process
     * has made killed nobody. A duplicate of the request, read elsewhere, counts for itself. An attempt that came further
     * than all before it, as its checkpoint shows, restarts the count.
     */
    public List<Attempt> unclean(String run, String topicId, Source source) {
        int from = furthestAttempt();
        String process = Attempt.process(run);
        return attempts.stream()
                .filter(a -> a.number() >= from)
                .filter(a -> a.of(topicId, source))
                .filter(a -> a.end() == null
                        ? !Attempt.process(a.run()).equals(process)
                        : !a.end().clean())
                .toList();
    }

    /** The first attempt that came as far as any has, by its checkpoints; 0 where there are none. */
    private int furthestAttempt() {
        int furthest = checkpoints.stream().mapToInt(CheckpointName::step).max().orElse(0);
        return checkpoints.stream()
                .filter(name -> name.step() == furthest)
                .mapToInt(CheckpointName::attempt)
                .min()
                .orElse(0);
    }

    /**
     * What earlier attempts spent of the device in vain, as far as they could say.
     *
     * @param kept what of it is in the checkpoint that was taken up, by attempt
     */
    public double deviceMsLost(Map<Integer, Double> kept) {
        return attempts.stream()
                .mapToDouble(
                        a -> a.end() == null ? 0 : Math.max(0, a.end().deviceMs() - kept.getOrDefault(a.number(), 0.0)))
                .sum();
    }
}
