package io.darkroom.chaos.checker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Reads a history and tells which promises were broken: every job has exactly one distinct terminal event, whose id is no
 * other job's, every announced picture is there with its digest, none is there unannounced and nothing else is, each equals
 * an undisturbed run's, only poison jobs are given up, what is put aside is each request that is to be, and untouched,
 * nothing is committed before its event is there, everything is in the end, no job is begun again after its end, and the
 * faults really struck.
 */
public final class Checker {
    private static final String CANCELED = "canceled";
    private static final String COMPLETED = "completed";
    private static final String EXHAUSTED = "attempts_exhausted";

    private final Seen seen;
    private final Minimums minimums;
    private final Set<String> violations = new LinkedHashSet<>();
    private final Set<String> cancelled = new HashSet<>();

    private Checker(Seen seen, Minimums minimums) {
        this.seen = seen;
        this.minimums = minimums;
    }

    /** Judges a history. */
    public static Report check(Path history, Minimums minimums) {
        return new Checker(new Seen(history), minimums).report();
    }

    /** Judges the history that is given, as a whole run, and exits with 1 where a promise was broken. */
    public static void main(String[] arguments) {
        Report report = check(Path.of(arguments[0]), Minimums.FULL);
        System.out.print(report.text());
        System.exit(report.violations().isEmpty() ? 0 : 1);
    }

    private Report report() {
        seen.all("cancel").forEach(cancel -> cancelled.add(cancel.path("id").asText()));
        require(!seen.jobs.isEmpty(), "no job was sent");
        requireSendsKept();
        Letters letters = new Letters(seen);
        violations.addAll(letters.violations());
        seen.jobs.forEach(this::requireOneEnd);
        seen.terminal.keySet().forEach(id -> require(seen.jobs.containsKey(id), id + ": ended, and was never sent"));
        requireNames();
        violations.addAll(Bucket.violations(seen));
        violations.addAll(Commits.violations(seen, letters));
        Belated belated = new Belated(seen);
        violations.addAll(belated.violations());
        Strikes strikes = Strikes.of(seen);
        require(strikes.resumes(), minimums.resumes(), "resumes");
        require(strikes.handovers(), minimums.handovers(), "handovers");
        require(strikes.staleOwners(), minimums.staleOwners(), "stale owners");
        require(strikes.poisonJobs(), minimums.poisonJobs(), "poison jobs");
        long copies = Figures.copies(seen, true);
        require(
                copies == 0 || !seen.plan().path("exactly_once").asBoolean(),
                copies + " copies of events for readers of committed records");
        return new Report(List.copyOf(violations), Figures.of(seen, strikes, letters, belated));
    }

    /** What the broker acknowledged is where it said. */
    private void requireSendsKept() {
        Map<String, String> digests = new HashMap<>();
        seen.all("record")
                .forEach(record ->
                        digests.put(Seen.place(record), record.path("sha256").asText()));
        seen.all("send")
                .forEach(send -> require(
                        send.path("sha256").asText().equals(digests.get(Seen.place(send))),
                        send.path("id").asText() + ": acknowledged at " + Seen.place(send) + ", and not there"));
    }

    /** Every event is of the job that its key names. Its end has an id of its own: nothing is replayed in a run. */
    private void requireNames() {
        Stream.of(Seen.COMPLETIONS, Seen.PROGRESS)
                .flatMap(topic -> seen.records(topic).stream())
                .forEach(event -> {
                    requireName(event, "ce_subject", event.path("ce_subject"), "");
                    requireName(event, "data's id", event.path("value").path("id"), "");
                });
        seen.records(Seen.COMPLETIONS).forEach(event -> requireName(event, "ce_id", event.path("ce_id"), "~0"));
    }

    private void requireName(JsonNode event, String what, JsonNode found, String generation) {
        String expected = event.path("key").asText() + generation;
        require(
                found.asText().equals(expected),
                event.path("key").asText() + ": an event's " + what + " is " + found + ", not " + expected);
    }

    /** Its event was brought about by a request of its own. */
    private void requireSource(String id, JsonNode data) {
        String source = Seen.place(data.path("source"));
        require(
                seen.all("send").stream()
                        .filter(send -> !Seen.conflicts(send))
                        .filter(send -> send.path("id").asText().equals(id))
                        .anyMatch(send -> Seen.place(send).equals(source)),
                id + ": its event is told of " + source + ", which is no request of its own");
    }

    private void requireOneEnd(String id, JsonNode send) {
        List<JsonNode> events = seen.terminal.getOrDefault(id, List.of());
        require(!events.isEmpty(), id + ": no terminal event");
        if (events.isEmpty()) {
            return;
        }
        Set<String> distinct = new TreeSet<>();
        events.forEach(event -> distinct.add(event.path("ce_id") + " " + event.path("ce_type") + " " + data(event)));
        require(distinct.size() == 1, id + ": " + distinct.size() + " distinct terminal events: " + distinct);
        require(
                events.stream().anyMatch(event -> event.path("committed").asBoolean()),
                id + ": no terminal event for readers of committed records");
        JsonNode data = data(events.get(0));
        String status = data.path("status").asText();
        String code = data.path("error").path("code").asText();
        require(
                events.get(0).path("ce_type").asText().equals("io.darkroom.render." + status + ".v1"),
                id + ": its event's type is " + events.get(0).path("ce_type") + " and its status " + status);
        requireSource(id, data);
        requireStored(".darkroom/jobs/" + id + "/outcome", data);
        if (Seen.poison(send)) {
            require(code.equals(EXHAUSTED), id + ": poison, and ended as " + status + " " + code);
        } else if (status.equals(CANCELED)) {
            require(cancelled.contains(id), id + ": canceled, and nobody asked for it");
        } else {
            require(status.equals(COMPLETED), id + ": " + status + " " + data.path("error"));
        }
        requirePictures(id, data);
        if (status.equals(COMPLETED)) {
            require(!data.path("outputs").isEmpty(), id + ": completed without a picture");
            requireStored("renders/" + id + "/result.json", data);
            requireUndisturbed(id, data, send.path("reference").asText());
        }
    }

    /** What the store keeps of a job's end is what was told. */
    private void requireStored(String key, JsonNode data) {
        JsonNode stored = seen.objects.get(key);
        require(stored != null, key + ": not there");
        require(stored == null || data(stored).equals(data), key + ": not what was announced");
    }

    /** Every announced picture is there as announced, in the job's own folder. */
    private void requirePictures(String id, JsonNode data) {
        for (JsonNode output : data.path("outputs")) {
            String key = output.path("key").asText();
            require(key.startsWith("renders/" + id + "/"), key + ": announced as a picture of " + id);
            JsonNode stored = seen.objects.get(key);
            require(stored != null, key + ": announced, and not there");
            require(
                    stored == null || stored.path("sha256").equals(output.path("sha256")),
                    key + ": not what was announced");
        }
    }

    /** The pictures are those of a job that asks for the same, and that was rendered before anything was disturbed. */
    private void requireUndisturbed(String id, JsonNode data, String reference) {
        List<JsonNode> undisturbed = seen.terminal.getOrDefault(reference, List.of());
        require(
                !undisturbed.isEmpty()
                        && seen.attempts.getOrDefault(reference, List.of()).size() == 1,
                id + ": its reference " + reference + " was not rendered in one go");
        require(
                undisturbed.isEmpty() || digests(data(undisturbed.get(0))).equals(digests(data)),
                id + ": its pictures differ from those of " + reference);
    }

    private static List<String> digests(JsonNode data) {
        return data.path("outputs").findValuesAsText("sha256");
    }

    private void require(long found, int minimum, String what) {
        require(found >= minimum, "only " + found + " " + what + "; expected at least " + minimum);
    }

    private void require(boolean kept, String otherwise) {
        if (!kept) {
            violations.add(otherwise);
        }
    }

    /** The data of an event or an object without its presigned URLs. */
    private static JsonNode data(JsonNode of) {
        JsonNode data = of.path("value").deepCopy();
        data.path("outputs").forEach(output -> ((ObjectNode) output).remove("url"));
        return data;
    }
}
