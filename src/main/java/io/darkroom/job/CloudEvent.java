package io.darkroom.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A record's data and, where it is a CloudEvent, the event's source and id (CloudEvents 1.0, Kafka protocol binding 3.2
 * and 3.3). Plain JSON is an event without them.
 *
 * @param source null where there is none, or an empty one, which is none (CloudEvents 1.0, 3.1.1)
 * @param id likewise
 * @param data null where a structured event has none
 */
record CloudEvent(@Nullable String source, @Nullable String id, @Nullable JsonNode data) {
    private static final String STRUCTURED = "application/cloudevents+json";
    private static final String BATCH = "application/cloudevents-batch";

    private static final String DATA = "data.";

    CloudEvent {
        source = source == null || source.isEmpty() ? null : source;
        id = id == null || id.isEmpty() ? null : id;
    }

    static CloudEvent of(IncomingRecord record, Bytes value, JsonReader reader, Problems problems)
            throws JsonReader.UnreadableException {
        String header = record.header("content-type");
        String contentType = header == null ? "" : header.strip().toLowerCase(Locale.ROOT);
        if (contentType.startsWith(BATCH)) {
            throw new JsonReader.UnreadableException("expected one CloudEvent, got a batch");
        }
        if (!contentType.startsWith(STRUCTURED)) {
            JsonNode data = reader.read(value.array(), problems);
            return new CloudEvent(record.header("ce_source"), record.header("ce_id"), data);
        }
        Problems around = new Problems();
        if (reader.read(value.array(), around) instanceof ObjectNode envelope) {
            for (Problem problem : around.list()) {
                boolean inData = problem.field().startsWith(DATA);
                problems.add(inData ? problem.field().substring(DATA.length()) : problem.field(), problem.message());
            }
            return structured(envelope, reader, problems);
        }
        throw new JsonReader.UnreadableException("expected a CloudEvent as a JSON object");
    }

    private static CloudEvent structured(ObjectNode envelope, JsonReader reader, Problems problems)
            throws JsonReader.UnreadableException {
        String source = envelope.path("source").textValue();
        String id = envelope.path("id").textValue();
        JsonNode data = envelope.get("data");
        String base64 = envelope.path("data_base64").textValue();
        if (data == null && base64 != null) {
            try {
                data = reader.read(Base64.getDecoder().decode(base64), problems);
            } catch (IllegalArgumentException e) {
                throw new JsonReader.UnreadableException("expected data_base64 in base 64");
            }
        }
        return new CloudEvent(source, id, data);
    }
}
