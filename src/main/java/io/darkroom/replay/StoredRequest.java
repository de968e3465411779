package io.darkroom.replay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.darkroom.job.Bytes;
import io.darkroom.job.IncomingRecord;
import io.darkroom.job.JobKey;
import io.darkroom.job.Limits;
import io.darkroom.job.RequestCheck;
import io.darkroom.job.RequestParser;
import io.darkroom.job.Rfc3339;
import io.darkroom.job.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/** A request as it stands in a topic: key, value and headers. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StoredRequest(byte @Nullable [] key, byte @Nullable [] value, List<Header> headers) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /** Tells digests, whatever the worker's own limits are. */
    private static final RequestParser PARSER =
            new RequestParser(Limits.DEFAULTS.withRequestBytes(Integer.MAX_VALUE), RequestCheck.none());

    private static final Source NOWHERE = new Source("", 0, 0, null);
    private static final long NO_TIME = -1;
    private static final String OF_DEAD_LETTERS = "darkroom-dead-";
    private static final String STRUCTURED = "application/cloudevents+json";
    private static final String BASE64 = "data_base64";

    StoredRequest {
        headers = List.copyOf(headers);
    }

    /**
     * The same request, to be done once more: its id is written into it, for one that was derived from its place would be
     * another at another place; and an {@code expires_at} that is past is taken out, as is what a dead letter says. Empty
     * where it is no JSON object: such a request has nothing to be done once more.
     */
    Optional<StoredRequest> withId(String id, Instant now) {
        byte[] json = value;
        if (json == null) {
            return Optional.empty();
        }
        try {
            if (!(JSON.readTree(json) instanceof ObjectNode whole)) {
                return Optional.empty();
            }
            JsonNode data = isStructured() ? data(whole) : whole;
            if (!(data instanceof ObjectNode request)) {
                return Optional.empty();
            }
            request.put("id", id);
            if (isPast(request.path("expires_at").textValue(), now)) {
                request.remove("expires_at");
            }
            if (isStructured() && !whole.has("data")) {
                // As it was: the event's datacontenttype may be none that goes with JSON in it.
                whole.put(BASE64, JSON.writeValueAsBytes(request));
            }
            List<Header> kept = headers.stream()
                    .filter(header -> !header.key().startsWith(OF_DEAD_LETTERS))
                    .toList();
            return Optional.of(new StoredRequest(key, JSON.writeValueAsBytes(whole), kept));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /**
     * What a structured event has as its data; null where it has none.
     *
     * @throws IllegalArgumentException where it says that they are in base 64, and they are not
     */
    private static @Nullable JsonNode data(ObjectNode event) throws IOException {
        String base64 = event.path(BASE64).textValue();
        return event.has("data") || base64 == null
                ? event.get("data")
                : JSON.readTree(Base64.getDecoder().decode(base64));
    }

    /** The same request as one of a job's generations. */
    StoredRequest as(JobKey job) {
        List<Header> kept = new ArrayList<>(headers);
        kept.removeIf(header -> header.key().equals(RequestParser.GENERATION_HEADER));
        kept.add(new RecordHeader(
                RequestParser.GENERATION_HEADER,
                Integer.toString(job.generation()).getBytes(StandardCharsets.UTF_8)));
        return new StoredRequest(key, value, kept);
    }

    /** Of its content, as a job record has it. */
    String digest() {
        List<IncomingRecord.Header> given = headers.stream()
                .filter(header -> header.value() != null)
                .map(header -> new IncomingRecord.Header(header.key(), Bytes.of(header.value())))
                .toList();
        return PARSER.parse(
                        new IncomingRecord(NOWHERE, "", NO_TIME, null, value == null ? null : Bytes.of(value), given))
                .digest();
    }

    /** The last header of a name (any case), as text; null where there is none. */
    @Nullable
    String header(String name) {
        String found = null;
        for (Header header : headers) {
            if (header.key().equalsIgnoreCase(name) && header.value() != null) {
                found = new String(header.value(), StandardCharsets.UTF_8);
            }
        }
        return found;
    }

    private boolean isStructured() {
        String type = header("content-type");
        return type != null && type.strip().toLowerCase(java.util.Locale.ROOT).startsWith(STRUCTURED);
    }

    private static boolean isPast(@Nullable String time, Instant now) {
        Instant at = time == null ? null : Rfc3339.parse(time);
        return at != null && at.isBefore(now);
    }
}
