package io.darkroom.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** A job's rendering has begun. */
public record StartedEvent(
        JobKey key,
        String model,
        int steps,
        int attempt,
        String worker,
        Map<String, String> labels,
        TraceContext trace) {
    /** The event's data: {@code {id, model, steps, attempt, worker, labels}}. */
    public Bytes data() {
        ObjectNode json = Json.object();
        json.put("id", key.id());
        json.put("model", model);
        json.put("steps", steps);
        json.put("attempt", attempt);
        json.put("worker", worker);
        json.set("labels", Json.value(labels));
        return Json.write(json);
    }
}
