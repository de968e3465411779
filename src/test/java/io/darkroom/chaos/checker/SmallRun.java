package io.darkroom.chaos.checker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The history of a small run in which everything that counts happens once and every promise is kept: {@code reference},
 * {@code resumed} (its first worker is killed), {@code handed-over}, {@code taken} (from a worker that stood still),
 * {@code dropped} (canceled), {@code poison}, and a request with the id of another.
 */
final class SmallRun {
    static final Minimums MINIMUMS = new Minimums(1, 1, 1, 1);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String REQUESTS = "darkroom.requests";

    final List<ObjectNode> lines = new ArrayList<>();

    SmallRun() {
        add("{'kind': 'plan', 'seed': 1, 'session_ms': 6000, 'checkpoint_ms': 200, 'exactly_once': true}");
        for (String worker : new String[] {"a", "b", "c"}) {
            add("{'kind': 'start', 't': 100, 'worker': '" + worker + "'}");
        }
        send(0, "reference", "render");
        attempt("reference", 1, "a", 900);
        completed("reference", 1, "a", 1000);
        send(1, "resumed", "render");
        send(2, "handed-over", "render");
        send(3, "taken", "render");
        send(4, "dropped", "render");
        send(5, "poison", "poison");
        send(6, "resumed", "conflict");
        send(7, "taken", "render");
        add("{'kind': 'cancel', 't': 2000, 'id': 'dropped'}");

        attempt("resumed", 1, "a", 2100);
        progress(0, 2100, "resumed", "'attempt': 1, 'worker': 'a', 'steps': 10");
        progress(1, 2150, "resumed", "'step': 5, 'steps': 10, 'eta_ms': 50");
        fault("SIGKILL", "a", 2200, 2200);
        attempt("resumed", 2, "b", 9000);
        add("{'kind': 'resume', 'worker': 'b', 'job': 'resumed', 'checkpoint': '1-3'}");
        progress(2, 9000, "resumed", "'attempt': 2, 'worker': 'b', 'steps': 10");
        progress(3, 9250, "resumed", "'step': 4, 'steps': 10, 'eta_ms': 1500");
        completed("resumed", 2, "b", 9500);

        attempt("handed-over", 1, "b", 9600);
        object(".darkroom/jobs/handed-over/attempt-1-end", 9700, "{'clean': true, 'device_ms': 3}");
        attempt("handed-over", 2, "c", 9800);
        completed("handed-over", 2, "c", 9900);

        attempt("taken", 1, "b", 10_000);
        fault("SIGSTOP", "b", 10_100, 20_100);
        attempt("taken", 2, "c", 17_000);
        completed("taken", 2, "c", 18_000);
        event("taken", "completed", 20_200, false, completedData("taken", 2, "c"));

        String canceled = "{'id': 'dropped', 'status': 'canceled', 'reason': 'canceled', 'outputs': [], 'source': "
                + source("dropped") + "}";
        event("dropped", "canceled", 21_000, true, canceled);
        object(".darkroom/jobs/dropped/outcome", 21_000, canceled);

        for (int attempt = 1; attempt <= 3; attempt++) {
            attempt("poison", attempt, "c" + attempt, 21_000 + 100 * attempt);
            fault("poison", "c" + attempt, 21_001 + 100 * attempt, 21_001 + 100 * attempt);
        }
        String exhausted =
                "{'id': 'poison', 'status': 'failed', 'error': {'code': 'attempts_exhausted'}, 'outputs': [], 'source': "
                        + source("poison") + "}";
        event("poison", "failed", 22_000, true, exhausted);
        object(".darkroom/jobs/poison/outcome", 22_000, exhausted);
        letter(0, "poison", 5, "attempts_exhausted");
        letter(1, "resumed", 6, "id_conflict");

        add("{'kind': 'offsets', 't': 1500, 'topic': 'darkroom.requests', 'partition': 0, 'committed': 1, 'end': 1}");
        add("{'kind': 'offsets', 't': 23000, 'topic': 'darkroom.requests', 'partition': 0, 'committed': 8, 'end': 8}");
    }

    /** The first line that has these values; each is a path and a text, as {@code key=poison}. */
    ObjectNode line(String kind, String... values) {
        Predicate<ObjectNode> fits = line -> line.path("kind").asText().equals(kind);
        for (String value : values) {
            String[] parts = value.split("=", 2);
            fits = fits.and(line -> line.path(parts[0]).asText().equals(parts[1]));
        }
        return lines.stream()
                .filter(fits)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no " + kind + " " + List.of(values)));
    }

    void remove(String kind, String... values) {
        ObjectNode line = line(kind, values);
        lines.remove(lines.indexOf(line));
    }

    /** Adds another like it, and returns that. */
    ObjectNode copy(ObjectNode line) {
        ObjectNode copy = line.deepCopy();
        lines.add(copy);
        return copy;
    }

    /** What an event, or an object, says. */
    static ObjectNode value(JsonNode line) {
        return (ObjectNode) line.path("value");
    }

    Path write(Path file) throws IOException {
        return Files.write(file, lines.stream().map(ObjectNode::toString).toList());
    }

    private void send(int offset, String id, String expect) {
        String sha256 = sha256(offset);
        add(
                "{'kind': 'send', 't': 500, 'topic': '%s', 'partition': 0, 'offset': %d, 'id': '%s', 'sha256': '%s', 'expect': '%s', 'reference': 'reference'}"
                        .formatted(REQUESTS, offset, id, sha256, expect));
        record(REQUESTS, offset, 500, id, "{'id': '" + id + "'}").put("sha256", sha256);
    }

    private static String sha256(int offset) {
        return "sha-of-request-" + offset;
    }

    /** Where a job's first request is. */
    private String source(String job) {
        return "{'topic': '%s', 'partition': 0, 'offset': %d}"
                .formatted(REQUESTS, line("send", "id=" + job).path("offset").asInt());
    }

    private void fault(String what, String target, long from, long until) {
        add("{'kind': 'fault', 't': %d, 'what': '%s', 'target': '%s', 'until': %d}"
                .formatted(from, what, target, until));
    }

    private void attempt(String job, int number, String worker, long at) {
        String data = "{'worker': '%s', 'source': %s}".formatted(worker, source(job));
        object(".darkroom/jobs/" + job + "/attempt-" + number, at, data);
    }

    private void completed(String job, int attempt, String worker, long at) {
        String data = completedData(job, attempt, worker);
        object("renders/" + job + "/0.png", at, "null").put("sha256", "sha-of-picture");
        object("renders/" + job + "/result.json", at, data);
        object(".darkroom/jobs/" + job + "/outcome", at, data);
        event(job, "completed", at, true, data);
    }

    private String completedData(String job, int attempt, String worker) {
        return "{'id': '%s', 'status': 'completed', 'outputs': [{'key': 'renders/%s/0.png', 'sha256': 'sha-of-picture', 'url': 'signed for %s'}], 'device_ms': 10, 'device_ms_lost': 0, 'attempt': %d, 'worker': '%s', 'source': %s}"
                .formatted(job, job, worker, attempt, worker, source(job));
    }

    private void event(String job, String status, long at, boolean committed, String data) {
        record("darkroom.completions", (int) at, at, job, data)
                .put("appended", true)
                .put("committed", committed)
                .put("ce_id", job + "~0")
                .put("ce_subject", job)
                .put("ce_type", "io.darkroom.render." + status + ".v1");
    }

    private void progress(int offset, long at, String job, String data) {
        record("darkroom.progress", offset, at, job, "{'id': '" + job + "', " + data + "}")
                .put("ce_subject", job);
    }

    /** @param of the offset of the request that is put aside */
    private void letter(int offset, String job, int of, String reason) {
        record("darkroom.requests.dead", offset, 22_000, job, "{'id': '" + job + "'}")
                .put("appended", true)
                .put("sha256", sha256(of))
                .put("reason", reason)
                .put("dead_topic", REQUESTS)
                .put("dead_partition", "0")
                .put("dead_offset", String.valueOf(of));
    }

    private ObjectNode record(String topic, int offset, long at, String key, String value) {
        return add(
                "{'kind': 'record', 'topic': '%s', 'partition': 0, 'offset': %d, 'timestamp': %d, 'committed': true, 'key': '%s', 'value': %s}"
                        .formatted(topic, offset, at, key, value));
    }

    private ObjectNode object(String key, long at, String value) {
        return add("{'kind': 'object', 'key': '%s', 'modified': %d, 'value': %s}".formatted(key, at, value));
    }

    private ObjectNode add(String json) {
        try {
            ObjectNode line = (ObjectNode) JSON.readTree(json.replace('\'', '"'));
            lines.add(line);
            return line;
        } catch (IOException e) {
            throw new IllegalArgumentException(json, e);
        }
    }
}
