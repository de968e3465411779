package io.darkroom.chaos.checker;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Attempts that went on from a checkpoint. That its worker has read one does not say so: it may begin anew all the same. The
 * first step that it tells does, where that is beyond the checkpoint's, and where at the pace of which the same event tells
 * (what is left, in that many milliseconds) it would have taken far longer than it has taken, had it begun at step 0.
 * What went on from an early step, or was soon at its end, does not show so: these are fewer than there are.
 */
final class Resumes {
    /** A pace is a mean, and jobs that share the device disturb it. */
    private static final double FAR = 2;
    /** A worker tells of a job four times a second; what follows closer was held up on its way, and says nothing. */
    private static final long APART_MS = 200;

    private Resumes() {}

    /** How many of them can be told. */
    static long count(Seen seen) {
        Map<String, JsonNode> started = new HashMap<>();
        long count = 0;
        // What was sent again came late, and is put where it belongs.
        List<JsonNode> told = seen.records(Seen.PROGRESS).stream()
                .sorted(Comparator.comparingLong(
                        record -> record.path("timestamp").asLong()))
                .toList();
        for (JsonNode record : told) {
            String job = record.path("key").asText();
            if (!record.path("value").has("step")) {
                started.put(job, record);
            } else {
                count += Optional.ofNullable(started.remove(job)).filter(start -> wentOn(seen, start, record)).stream()
                        .count();
            }
        }
        return count;
    }

    private static boolean wentOn(Seen seen, JsonNode start, JsonNode first) {
        JsonNode value = first.path("value");
        int step = value.path("step").asInt();
        int from = seen.given(start);
        long passed = first.path("timestamp").asLong() - start.path("timestamp").asLong();
        double pace = value.path("eta_ms").asDouble()
                / Math.max(1, value.path("steps").asInt() - step);
        return from > 0 && step > from && passed >= APART_MS && step * pace > FAR * passed;
    }
}
