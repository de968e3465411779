package io.darkroom.chaos.checker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A history, put in order. Each line is a JSON object, its {@code kind} one of
 *
 * <pre>
 * plan    seed, session_ms, checkpoint_ms, exactly_once
 * send    t, topic, partition, offset, id, sha256, expect (render, poison, conflict), reference: acknowledged
 * cancel  t, id: acknowledged
 * fault   t, what, target, until
 * start   t, worker: its process is not older
 * record  topic, partition, offset, timestamp, appended (whether that is the broker's time, not its producer's), committed
 *         (whether readers of committed records see it), key, sha256, value; ce_id, ce_type, ce_subject, of an event;
 *         reason, dead_topic, dead_partition, dead_offset, of a dead letter
 * object  key, bytes, sha256, modified (whole seconds); value, where it is JSON
 * offsets t, topic, partition, committed, end: when they have changed
 * resume  t, worker, job, checkpoint: was read
 * </pre>
 *
 * with times in milliseconds since 1970.
 */
final class Seen {
    static final String REQUESTS = "darkroom.requests";
    static final String COMPLETIONS = "darkroom.completions";
    static final String PROGRESS = "darkroom.progress";
    static final String DEAD = "darkroom.requests.dead";

    private static final Pattern ATTEMPT = Pattern.compile("\\.darkroom/jobs/(.+)/attempt-(\\d+)");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What the end of an attempt says whose worker lost the partition: it did not leave the job, and could only say so. */
    private static final String LOST = "its partition is another worker's";

    /**
     * One attempt at a job, with its end where its worker has left it.
     *
     * @param source the place of the request that it was made for
     */
    record Attempt(String job, int number, String worker, String source, long at, boolean ended, boolean clean) {}

    private final Map<String, List<JsonNode>> kinds = new LinkedHashMap<>();

    /** By id, each with its first request; one that has the id of another is none. */
    final Map<String, JsonNode> jobs = new LinkedHashMap<>();

    final Map<String, JsonNode> objects = new LinkedHashMap<>();
    final Map<String, List<JsonNode>> terminal = new LinkedHashMap<>();
    final Map<String, List<Attempt>> attempts = new LinkedHashMap<>();

    Seen(Path history) {
        try (Stream<String> lines = Files.lines(history)) {
            lines.forEach(line -> {
                JsonNode read = read(line);
                kinds.computeIfAbsent(read.path("kind").asText(), kind -> new ArrayList<>())
                        .add(read);
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        all("send").stream()
                .filter(send -> !conflicts(send))
                .forEach(send -> jobs.putIfAbsent(send.path("id").asText(), send));
        all("object").forEach(object -> objects.put(object.path("key").asText(), object));
        records(COMPLETIONS)
                .forEach(record -> terminal.computeIfAbsent(record.path("key").asText(), key -> new ArrayList<>())
                        .add(record));
        objects.forEach((key, object) -> {
            Matcher of = ATTEMPT.matcher(key);
            if (of.matches()) {
                JsonNode said = objects.get(key + "-end");
                JsonNode end = said == null
                                || said.path("value").path("reason").asText().equals(LOST)
                        ? null
                        : said;
                attempts.computeIfAbsent(of.group(1), job -> new ArrayList<>())
                        .add(new Attempt(
                                of.group(1),
                                Integer.parseInt(of.group(2)),
                                object.path("value").path("worker").asText(),
                                place(object.path("value").path("source")),
                                object.path("modified").asLong(),
                                end != null,
                                end != null && end.path("value").path("clean").asBoolean()));
            }
        });
        attempts.values().forEach(each -> each.sort(Comparator.comparingInt(Attempt::number)));
    }

    /** Every line of a kind, in order. */
    List<JsonNode> all(String kind) {
        return kinds.getOrDefault(kind, List.of());
    }

    /** The run's own settings. */
    JsonNode plan() {
        return all("plan").stream()
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the history has no line of the kind plan"));
    }

    /** A job's first request; missing where there is none. */
    JsonNode job(String id) {
        return jobs.getOrDefault(id, MissingNode.getInstance());
    }

    /** Whether a request has the id of another. */
    static boolean conflicts(JsonNode send) {
        return send.path("expect").asText().equals("conflict");
    }

    /** Whether a request's job kills its workers. */
    static boolean poison(JsonNode send) {
        return send.path("expect").asText().equals("poison");
    }

    /** Where a record is, as it says itself or is said by what it brought about. */
    static String place(JsonNode of) {
        return partition(of) + "@" + of.path("offset").asText();
    }

    static String partition(JsonNode of) {
        return of.path("topic").asText() + "-" + of.path("partition").asText();
    }

    /** Every record of a topic. */
    List<JsonNode> records(String topic) {
        return all("record").stream()
                .filter(record -> record.path("topic").asText().equals(topic))
                .toList();
    }

    /** The attempt after one, if there is any. */
    Optional<Attempt> next(Attempt attempt) {
        return attempts.getOrDefault(attempt.job(), List.of()).stream()
                .filter(other -> other.number() == attempt.number() + 1)
                .findFirst();
    }

    /**
     * The step of the furthest checkpoint of earlier attempts that the worker of an attempt was given; 0 where none was.
     *
     * @param started the record that tells of the attempt's begin
     */
    int given(JsonNode started) {
        JsonNode value = started.path("value");
        return all("resume").stream()
                .filter(read -> read.path("job").equals(started.path("key"))
                        && read.path("worker").equals(value.path("worker")))
                .map(read -> read.path("checkpoint").asText().split("-", 2))
                .filter(name ->
                        Integer.parseInt(name[0]) < value.path("attempt").asInt())
                .mapToInt(name -> Integer.parseInt(name[1]))
                .max()
                .orElse(0);
    }

    Stream<Attempt> attempts() {
        return attempts.values().stream().flatMap(List::stream);
    }

    private static JsonNode read(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException("not a history's line: " + line, e);
        }
    }
}
