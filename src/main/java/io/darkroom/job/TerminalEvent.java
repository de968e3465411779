package io.darkroom.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a job ended, in the very bytes that are stored as its outcome and announced by every worker.
 *
 * @param type a terminal one
 * @param data the event's data, as stored
 */
public record TerminalEvent(JobKey key, EventType type, Bytes data) {
    /** Reads what is stored; null where it is not an ended job's data, or another job's. */
    public static @Nullable TerminalEvent read(JobKey key, Bytes stored) {
        JsonNode json = Json.readStored(stored);
        if (json == null || !json.path("id").asText("").equals(key.id())) {
            return null;
        }
        String status = json.path("status").asText("");
        for (EventType type : EventType.values()) {
            if (type.terminal() && type.status().equals(status)) {
                return new TerminalEvent(key, type, stored);
            }
        }
        return null;
    }

    /** The wire's name of the failure; null where the job did not fail. */
    public @Nullable String failureCode() {
        return json().path("error").path("code").textValue();
    }

    /** The failure's message; empty where the job did not fail. */
    public String failureMessage() {
        return json().path("error").path("message").asText("");
    }

    /** Whether the outcome was reached by a request read at the same place. */
    public boolean from(Source source) {
        JsonNode at = json().path("source");
        return source.topic().equals(at.path("topic").textValue())
                && source.partition() == at.path("partition").asInt(-1)
                && source.offset() == at.path("offset").asLong(-1);
    }

    /** Where the pictures are that the event announces, and after them their contact sheet. */
    public List<ObjectStore.Location> outputs() {
        return files(json()).stream().map(TerminalEvent::location).toList();
    }

    /** The same event with a URL for each picture; everything else stays as it is stored. */
    public TerminalEvent withUrls(Function<ObjectStore.Location, String> url) {
        ObjectNode json = json();
        files(json).forEach(file -> file.put("url", url.apply(location(file))));
        return new TerminalEvent(key, type, Json.write(json));
    }

    private static List<ObjectNode> files(ObjectNode json) {
        List<ObjectNode> files = new ArrayList<>();
        json.path("outputs").forEach(output -> files.add((ObjectNode) output));
        if (json.path("contact_sheet") instanceof ObjectNode sheet) {
            files.add(sheet);
        }
        return files;
    }

    private static ObjectStore.Location location(JsonNode file) {
        return new ObjectStore.Location(
                file.path("bucket").asText(), file.path("key").asText());
    }

    /** The data as a tree of its own. */
    public ObjectNode json() {
        ObjectNode json = Json.readStored(data);
        if (json == null) {
            throw new IllegalStateException("the data of " + key + " is no JSON object");
        }
        return json;
    }
}
