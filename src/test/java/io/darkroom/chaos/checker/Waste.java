package io.darkroom.chaos.checker;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Device time that was spent in vain: steps that an attempt had made, as its last progress event tells, and that the next
 * one made again. Progress events come at most four times a second, so it is somewhat more in truth.
 *
 * @param againMs of all jobs, at each job's own time a step
 * @param usedMs what all jobs used
 */
record Waste(double againMs, double usedMs) {
    static Waste of(Seen seen) {
        Map<String, Double> perStep = new HashMap<>();
        Map<String, Integer> reached = new HashMap<>();
        Map<String, Integer> again = new HashMap<>();
        for (JsonNode record : seen.records(Seen.PROGRESS)) {
            String job = record.path("key").asText();
            JsonNode value = record.path("value");
            if (value.has("step")) {
                reached.put(job, value.path("step").asInt());
            } else {
                int from = seen.given(record);
                again.merge(job, Math.max(0, reached.getOrDefault(job, 0) - from), Integer::sum);
                reached.put(job, from);
                perStep.put(
                        job,
                        deviceMs(seen, job) / Math.max(1, value.path("steps").asInt()));
            }
        }
        double againMs = again.entrySet().stream()
                .mapToDouble(each -> each.getValue() * perStep.getOrDefault(each.getKey(), 0.0))
                .sum();
        double usedMs = seen.terminal.keySet().stream()
                .mapToDouble(job -> deviceMs(seen, job))
                .sum();
        return new Waste(againMs, usedMs);
    }

    private static double deviceMs(Seen seen, String job) {
        List<JsonNode> events = seen.terminal.getOrDefault(job, List.of());
        return events.isEmpty()
                ? 0
                : events.get(0).path("value").path("device_ms").asDouble();
    }
}
