package io.darkroom.chaos.checker;

import com.fasterxml.jackson.databind.JsonNode;
import io.darkroom.chaos.checker.Seen.Attempt;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Attempts that were begun after their job had ended, by the store's clock. A worker that looked into the record before, and
 * came to begin it only later, may do so: between the two nothing holds a job. One that started since, or was given a
 * request that was sent since, can only have found the end in the record.
 */
final class Belated {
    /** The store's times are whole seconds, rounded down. */
    private static final int ROUNDED_MS = 1000;

    private final Seen seen;
    private final Map<String, Long> starts = new HashMap<>();
    private final Map<String, Long> sent = new HashMap<>();

    Belated(Seen seen) {
        this.seen = seen;
        for (JsonNode start : seen.all("start")) {
            starts.put(start.path("worker").asText(), start.path("t").asLong());
        }
        for (JsonNode request : seen.records(Seen.REQUESTS)) {
            sent.put(Seen.place(request), request.path("timestamp").asLong());
        }
    }

    /** All of them. */
    List<Attempt> attempts() {
        return seen.attempts().filter(attempt -> attempt.at() > ended(attempt)).toList();
    }

    /** Those that cannot have been begun unawares. */
    List<String> violations() {
        return attempts().stream()
                .filter(attempt -> earliest(attempt) >= ended(attempt) + ROUNDED_MS)
                .map(attempt -> attempt.job() + ": begun again by " + attempt.worker() + ", in attempt "
                        + attempt.number() + ", long after it had ended")
                .toList();
    }

    /** Before that its worker cannot have known of the request. */
    private long earliest(Attempt attempt) {
        return Math.max(
                starts.getOrDefault(attempt.worker(), Long.MIN_VALUE),
                sent.getOrDefault(attempt.source(), Long.MIN_VALUE));
    }

    private long ended(Attempt attempt) {
        JsonNode outcome = seen.objects.get(".darkroom/jobs/" + attempt.job() + "/outcome");
        return outcome == null ? Long.MAX_VALUE : outcome.path("modified").asLong();
    }
}
