package io.darkroom.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.darkroom.job.EventType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the topics have told of the jobs lately: the last so many, and of so many bytes, in memory. Thread safe. Older jobs
 * are in the store.
 */
final class RenderBoard {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A job's state as JSON, which as a tree would take ten times as much, and when it was first heard of. */
    private static final class Job {
        private final String status;
        private final byte[] json;
        /** In milliseconds of the epoch. */
        private final long since;
        /** When what the state tells happened, as well. */
        private final long at;

        Job(String status, byte[] json, long since, long at) {
            this.status = status;
            this.json = json;
            this.since = since;
            this.at = at;
        }

        ObjectNode state() {
            try {
                return (ObjectNode) JSON.readTree(json);
            } catch (IOException e) {
                throw new UncheckedIOException("what was read once is read again", e);
            }
        }
    }

    private final int most;
    private final long mostBytes;
    /** The one that was not asked about for the longest first. */
    private final Map<String, Job> jobs = new LinkedHashMap<>(256, 0.75f, true);

    private long bytes;

    /**
     * @param most jobs that are remembered
     * @param mostBytes of the JSON of their states, all together
     */
    RenderBoard(int most, long mostBytes) {
        this.most = most;
        this.mostBytes = mostBytes;
    }

    /** A request was produced. */
    synchronized void queued(String id, long millis) {
        if (jobs.get(id) == null) {
            put(id, job(state(id, "queued"), millis, millis));
        }
    }

    private static Job job(ObjectNode state, long since, long at) {
        byte[] json = state.toString().getBytes(StandardCharsets.UTF_8);
        return new Job(state.path("status").asText(""), json, since, at);
    }

    private void put(String id, Job job) {
        Job before = jobs.put(id, job);
        bytes += job.json.length - (before == null ? 0 : before.json.length);
        Iterator<Job> eldest = jobs.values().iterator();
        while (jobs.size() > most || bytes > mostBytes) {
            bytes -= eldest.next().json.length;
            eldest.remove();
        }
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
            put(id, job((ObjectNode) json, since, millis));
        } else if (known == null || !ended(known.status) || (type == EventType.STARTED && millis > known.at)) {
            // Progress comes on another topic, so the end may have been read before it. What starts after its end is
            // replayed.
            put(id, job(running(id, json), since, millis));
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
        return Optional.ofNullable(jobs.get(id)).map(Job::state);
    }

    /** The jobs that were heard of last, the newest first. */
    synchronized List<ObjectNode> newest(int most) {
        return jobs.values().stream()
                .sorted(Comparator.comparingLong((Job job) -> job.since).reversed())
                .limit(most)
                .map(Job::state)
                .toList();
    }

    /** How many of the jobs are in a state. */
    synchronized long count(String status) {
        return jobs.values().stream().filter(job -> job.status.equals(status)).count();
    }

    static ObjectNode state(String id, String status) {
        return JsonNodeFactory.instance.objectNode().put("id", id).put("status", status);
    }

    static boolean running(JsonNode state) {
        return state.path("status").asText("").equals("running");
    }

    static boolean ended(JsonNode state) {
        return ended(state.path("status").asText(""));
    }

    private static boolean ended(String status) {
        return switch (status) {
            case "completed", "failed", "canceled" -> true;
            default -> false;
        };
    }
}
