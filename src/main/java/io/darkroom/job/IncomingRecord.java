package io.darkroom.job;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record of a request topic, as it was read from the wire.
 *
 * @param topicId the topic's own id, another after it was deleted and made anew
 * @param timestamp milliseconds since 1970; negative where the record has none
 * @param key the record's key, untouched
 * @param value the record's value, untouched; null for a tombstone
 * @param headers in the record's order; a name may come more than once
 */
public record IncomingRecord(
        Source source,
        String topicId,
        long timestamp,
        @Nullable Bytes key,
        @Nullable Bytes value,
        List<Header> headers) {
    public IncomingRecord {
        headers = List.copyOf(headers);
    }

    /** One header of a record. */
    public record Header(String name, @Nullable Bytes value) {}

    /** The last header of a name (any case) as text; null where there is none. */
    public @Nullable String header(String name) {
        String found = null;
        for (Header header : headers) {
            Bytes text = header.value();
            if (text != null && header.name().equalsIgnoreCase(name)) {
                found = text.text();
            }
        }
        return found;
    }
}
