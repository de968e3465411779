package io.darkroom.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.darkroom.job.EventType;
import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the topics have told of the jobs lately: the last so many, in memory. Thread safe. Older jobs are in the store.
 */
final class RenderBoard {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A job's state.
     *
     * @param since when it was first heard of, in milliseconds of the epoch
     * @param at when what the state tells happened
     */
    private record Job(ObjectNode state, long since, long at) {}

    private final Map<String, Job> jobs;

    /** @param most jobs that are remembered */
    RenderBoard(int most) {
        this.jobs = new LinkedHashMap<>(256, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Job> eldest) {
                return size() > most;
            }
        };
    }

    /** A request was produced. */
    synchronized void queued(String id, long millis) {
        jobs.putIfAbsent(id, new Job(state(id, "queued"), millis, millis));
    }

    /**
     * An event was read.
     *
     * @param type null where it is none of ours
     * @param millis when it happened
     */
    synchronized void event(@Nullable EventType type, byte[] data, long millis) {
        JsonNode json;
        try {
            json = JSON.readTree(data);
        } catch (IOException e) {
            return; // not one of ours
        }
        String id = json.path("id").asText("");
        if (type == null || id.isEmpty() || !json.isObject()) {
            return;
        }
        Job known = jobs.get(id);
        long since = known == null ? millis : known.since;
        if (type.terminal()) {
            jobs.put(id, new Job((ObjectNode) json, since, millis));
        } else if (known == null || !ended(known.state) || (type == EventType.STARTED && millis > known.at)) {
            // Progress comes on another topic, so the end may have been read before it. What starts after its end is
            // replayed.
            jobs.put(id, new Job(running(id, json), since, millis));
        }
    }

    private static ObjectNode running(String id, JsonNode json) {
        ObjectNode state = state(id, "running");
        state.put("step", json.path("step").asInt(0));
        state.put("steps", json.path("steps").asInt(0));
        if (json.has("eta_ms")) {
            state.set("eta_ms", json.get("eta_ms"));
        }
        return state;
    }

    /** Where a job is, as far as the topics have told. */
    synchronized Optional<ObjectNode> find(String id) {
        return Optional.ofNullable(jobs.get(id)).map(job -> job.state.deepCopy());
    }

    /** The jobs that were heard of last, the newest first. */
    synchronized List<ObjectNode> newest(int most) {
        return jobs.values().stream()
                .sorted(Comparator.comparingLong(Job::since).reversed())
                .limit(most)
                .map(job -> job.state.deepCopy())
                .toList();
    }

    /** How many of the jobs are in a state. */
    synchronized long count(String status) {
        return jobs.values().stream()
                .filter(job -> job.state.path("status").asText().equals(status))
                .count();
    }

    static ObjectNode state(String id, String status) {
        return JsonNodeFactory.instance.objectNode().put("id", id).put("status", status);
    }

    static boolean running(JsonNode state) {
        return state.path("status").asText("").equals("running");
    }

    static boolean ended(JsonNode state) {
        return switch (state.path("status").asText("")) {
            case "completed", "failed", "canceled" -> true;
            default -> false;
        };
    }
}
