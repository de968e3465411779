package io.darkroom.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the topics have told of the jobs lately: the last so many, in memory. Thread safe. Older jobs are in the store.
 */
final class RenderBoard {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, ObjectNode> states;

    /** @param most jobs that are remembered */
    RenderBoard(int most) {
        this.states = new LinkedHashMap<>(256, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, ObjectNode> eldest) {
                return size() > most;
            }
        };
    }

    /** A request was produced. */
    synchronized void queued(String id) {
        states.putIfAbsent(id, state(id, "queued"));
    }

    /**
     * An event was read.
     *
     * @param ceType as {@code io.darkroom.render.progress.v1}
     */
    synchronized void event(String ceType, byte[] data) {
        JsonNode json;
        try {
            json = JSON.readTree(data);
        } catch (IOException e) {
            return; // not one of ours
        }
        String id = json.path("id").asText("");
        if (id.isEmpty() || !json.isObject()) {
            return;
        }
        switch (ceType) {
            case "io.darkroom.render.completed.v1",
                    "io.darkroom.render.failed.v1",
                    "io.darkroom.render.canceled.v1" -> states.put(id, (ObjectNode) json);
            case "io.darkroom.render.started.v1", "io.darkroom.render.progress.v1" -> running(id, json);
            default -> {}
        }
    }

    private void running(String id, JsonNode json) {
        ObjectNode known = states.get(id);
        // Progress comes on another topic, so the end may have been read before it.
        if (known != null && ended(known)) {
            return;
        }
        ObjectNode state = state(id, "running");
        state.put("step", json.path("step").asInt(0));
        state.put("steps", json.path("steps").asInt(0));
        if (json.has("eta_ms")) {
            state.set("eta_ms", json.get("eta_ms"));
        }
        states.put(id, state);
    }

    /** Where a job is, as far as the topics have told. */
    synchronized Optional<ObjectNode> find(String id) {
        return Optional.ofNullable(states.get(id)).map(ObjectNode::deepCopy);
    }

    static ObjectNode state(String id, String status) {
        return JsonNodeFactory.instance.objectNode().put("id", id).put("status", status);
    }

    static boolean ended(JsonNode state) {
        return switch (state.path("status").asText("")) {
            case "completed", "failed", "canceled" -> true;
            default -> false;
        };
    }
}
