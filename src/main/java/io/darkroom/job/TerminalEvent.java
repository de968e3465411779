package io.darkroom.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How a job ended, in the very bytes that are stored as its outcome and announced by every worker. A value. */
public final class TerminalEvent {
    private final JobKey key;
    private final EventType type;
    private final Bytes data;
    private final ObjectNode json;

    private TerminalEvent(JobKey key, EventType type, Bytes data, ObjectNode json) {
        this.key = key;
        this.type = type;
        this.data = data;
        this.json = json;
    }

    /** @param json the event's data, which belongs to the event from now on */
    static TerminalEvent of(JobKey key, EventType type, ObjectNode json) {
        return new TerminalEvent(key, type, Json.write(json), json);
    }

    /** Reads what is stored; null where it is not an ended job's data, or another job's. */
    public static @Nullable TerminalEvent read(JobKey key, Bytes stored) {
        ObjectNode json = Json.readStored(stored);
        if (json == null || !json.path("id").asText("").equals(key.id())) {
            return null;
        }
        String status = json.path("status").asText("");
        for (EventType type : EventType.values()) {
            if (type.terminal() && type.status().equals(status)) {
                return new TerminalEvent(key, type, stored, json);
            }
        }
        return null;
    }

    /** Whose end it is. */
    public JobKey key() {
        return key;
    }

    /** A terminal one. */
    public EventType type() {
        return type;
    }

    /** The event's data, as stored. */
    public Bytes data() {
        return data;
    }

    /** The event's data: to be read, never written. */
    public JsonNode json() {
        return json;
    }

    /** The wire's name of the failure; null where the job did not fail. */
    public @Nullable String failureCode() {
        return json.path("error").path("code").textValue();
    }

    /** The failure's message; empty where the job did not fail. */
    public String failureMessage() {
        return json.path("error").path("message").asText("");
    }

    /** Whether the outcome was reached by a request read at the same place. */
    public boolean from(Source source) {
        JsonNode at = json.path("source");
        return source.topic().equals(at.path("topic").textValue())
                && source.partition() == at.path("partition").asInt(-1)
                && source.offset() == at.path("offset").asLong(-1);
    }

    /** Where the pictures are that the event announces, and after them their contact sheet. */
    public List<ObjectStore.Location> outputs() {
        return files(json).stream().map(TerminalEvent::location).toList();
    }

    /** The same event with a URL for each picture; everything else stays as it is stored. */
    public TerminalEvent withUrls(Function<ObjectStore.Location, String> url) {
        ObjectNode with = json.deepCopy();
        files(with).forEach(file -> file.put("url", url.apply(location(file))));
        return of(key, type, with);
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

    @Override
    public boolean equals(Object other) {
        return other instanceof TerminalEvent event
                && key.equals(event.key)
                && type == event.type
                && data.equals(event.data);
    }

    @Override
    public int hashCode() {
        return Objects.hash(key, type, data);
    }

    @Override
    public String toString() {
        return type + " of " + key;
    }
}
