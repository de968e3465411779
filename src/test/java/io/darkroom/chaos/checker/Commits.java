package io.darkroom.chaos.checker;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Nothing is committed before what is told of it is there: a terminal event that readers of committed records see, or the
 * request's own dead letter. Both have the time at which the broker took them, for that of their producer is before they
 * were sent. In the end everything is committed.
 */
final class Commits {
    private final Seen seen;
    private final Letters letters;
    private final Map<String, Long> firstTold = new HashMap<>();
    private final Map<String, List<JsonNode>> sends = new HashMap<>();
    private final Set<String> violations = new LinkedHashSet<>();

    private Commits(Seen seen, Letters letters) {
        this.seen = seen;
        this.letters = letters;
        for (JsonNode event : seen.records(Seen.COMPLETIONS)) {
            if (event.path("committed").asBoolean()) {
                firstTold.merge(
                        event.path("key").asText(), event.path("timestamp").asLong(), Math::min);
            }
        }
        for (JsonNode send : seen.all("send")) {
            sends.computeIfAbsent(Seen.partition(send), partition -> new ArrayList<>())
                    .add(send);
        }
    }

    /** What was committed too early, or never. */
    static Set<String> violations(Seen seen, Letters letters) {
        Commits commits = new Commits(seen, letters);
        commits.requireArrivals(Seen.COMPLETIONS);
        commits.requireArrivals(Seen.DEAD);
        commits.requireNoneEarly();
        commits.requireAll();
        return commits.violations;
    }

    private void requireArrivals(String topic) {
        require(
                seen.records(topic).stream()
                        .allMatch(record -> record.path("appended").asBoolean()),
                topic + ": its records have their producers' times");
    }

    private void requireNoneEarly() {
        for (JsonNode sample : seen.all("offsets")) {
            long at = sample.path("t").asLong();
            for (JsonNode send : sends.getOrDefault(Seen.partition(sample), List.of())) {
                if (send.path("offset").asLong() < sample.path("committed").asLong()) {
                    String id = send.path("id").asText();
                    require(
                            Seen.conflicts(send) || firstTold.getOrDefault(id, Long.MAX_VALUE) <= at,
                            id + ": committed before its terminal event was there");
                    require(
                            !letters.isDue(send) || letters.first(send) <= at,
                            id + ": committed before the dead letter of " + Seen.place(send) + " was there");
                }
            }
        }
    }

    private void requireAll() {
        Map<String, JsonNode> last = new HashMap<>();
        seen.all("offsets").forEach(sample -> last.put(Seen.partition(sample), sample));
        sends.keySet().forEach(each -> require(last.containsKey(each), each + ": its offsets were not read"));
        last.forEach((partition, sample) -> require(
                sample.path("committed").asLong() == sample.path("end").asLong(),
                partition + ": committed up to " + sample.path("committed") + " of " + sample.path("end")));
    }

    private void require(boolean kept, String otherwise) {
        if (!kept) {
            violations.add(otherwise);
        }
    }
}
