package io.darkroom.chaos.checker;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Dead letters beside the requests that are due one: each that has another's id, and of each poison job the one that its
 * end is told of. A letter names the place of its request, and is untouched: its key and its bytes are what was sent.
 * There may be copies, for letters are in no transaction.
 */
final class Letters {
    private static final String CONFLICT = "id_conflict";
    private static final String EXHAUSTED = "attempts_exhausted";

    /** A request that is to be put aside. */
    private record Due(JsonNode send, String reason) {
        @Override
        public String toString() {
            return send.path("id").asText() + ": " + reason;
        }
    }

    private final Map<String, Due> due = new LinkedHashMap<>();
    private final Map<String, List<JsonNode>> put = new HashMap<>();
    private final List<String> violations = new ArrayList<>();

    Letters(Seen seen) {
        for (JsonNode send : seen.all("send")) {
            if (Seen.conflicts(send)) {
                due.put(Seen.place(send), new Due(send, CONFLICT));
            } else if (Seen.poison(send) && endedBy(seen, send)) {
                due.put(Seen.place(send), new Due(send, EXHAUSTED));
            }
        }
        seen.records(Seen.DEAD).forEach(this::take);
        due.forEach((place, each) -> {
            if (!put.containsKey(place)) {
                violations.add(each + ", and no dead letter of " + place);
            }
        });
    }

    private static boolean endedBy(Seen seen, JsonNode send) {
        return seen.terminal.getOrDefault(send.path("id").asText(), List.of()).stream()
                .anyMatch(
                        event -> Seen.place(event.path("value").path("source")).equals(Seen.place(send)));
    }

    private void take(JsonNode letter) {
        String place = letter.path("dead_topic").asText() + "-"
                + letter.path("dead_partition").asText() + "@"
                + letter.path("dead_offset").asText();
        String what =
                letter.path("key").asText() + ": " + letter.path("reason").asText() + ": a dead letter of " + place;
        Due of = due.get(place);
        if (of == null || !of.reason().equals(letter.path("reason").asText())) {
            violations.add(what + ", not due");
        } else if (!letter.path("key").equals(of.send().path("id"))
                || !letter.path("sha256").equals(of.send().path("sha256"))) {
            violations.add(what + ", not as it was sent");
        } else {
            put.computeIfAbsent(place, key -> new ArrayList<>()).add(letter);
        }
    }

    /** What is missing, and what ought not to be there. */
    List<String> violations() {
        return violations;
    }

    boolean isDue(JsonNode send) {
        return due.containsKey(Seen.place(send));
    }

    /** When the first letter of a request was there; late beyond all measure where there is none. */
    long first(JsonNode send) {
        return put.getOrDefault(Seen.place(send), List.of()).stream()
                .mapToLong(letter -> letter.path("timestamp").asLong())
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** Letters beyond the first of each request. */
    long copies() {
        return put.values().stream().mapToLong(letters -> letters.size() - 1).sum();
    }
}
