package io.darkroom.job;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that is put aside: key, value and headers as they came, and headers that say why.
 *
 * @param key untouched; null where the request had none, or one longer than the topic takes (a header says so)
 * @param value the same
 * @param headers the request's own, but for those that the topic does not take together (a header says so)
 */
public record DeadLetter(@Nullable Bytes key, @Nullable Bytes value, List<IncomingRecord.Header> headers) {
    public DeadLetter {
        headers = List.copyOf(headers);
    }

    /** Bytes of key and own headers together: what the topic takes beside the value. */
    private static final int ENVELOPE = 64 << 10;

    /** Why a request is put aside. The wire's name is the constant's in lower case. */
    public enum Reason {
        /** Its id is another request's. */
        ID_CONFLICT,
        /** It cannot be read. */
        UNREADABLE,
        /** It ended too many workers. */
        ATTEMPTS_EXHAUSTED,
        /** What the job record holds under its id cannot be read. */
        RECORD_UNREADABLE;

        /** The name in the header. */
        public String wireName() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** The letter for a record: its own headers, then {@code darkroom-…} ones, which replace any of the same name. */
    public static DeadLetter of(IncomingRecord record, JobKey job, Reason reason, String message, Limits limits) {
        List<IncomingRecord.Header> headers = new ArrayList<>(record.headers());
        headers.removeIf(header -> header.name().startsWith("darkroom-dead-"));
        Bytes value = record.value();
        Bytes key = record.key();
        int bytes = headers.stream().mapToInt(DeadLetter::bytes).sum();
        if (bytes > ENVELOPE / 2) {
            headers.clear();
            add(headers, "headers-omitted", bytes + " bytes");
        }
        if (key != null && key.size() > ENVELOPE / 2) {
            add(headers, "key-omitted", key.size() + " bytes");
            key = null;
        }
        add(headers, "reason", reason.wireName());
        add(headers, "message", message);
        add(headers, "job", job.id());
        add(headers, "generation", Integer.toString(job.generation()));
        add(headers, "topic", record.source().topic());
        add(headers, "partition", Integer.toString(record.source().partition()));
        add(headers, "offset", Long.toString(record.source().offset()));
        add(headers, "timestamp", Long.toString(record.timestamp()));
        if (value != null && value.size() > limits.deadLetterBytes()) {
            add(headers, "value-omitted", value.size() + " bytes");
            value = null;
        }
        return new DeadLetter(key, value, headers);
    }

    /** The same without its value, which the topic does not take; a header says so. */
    public DeadLetter withoutValue() {
        if (value == null) {
            return this;
        }
        List<IncomingRecord.Header> more = new ArrayList<>(headers);
        add(more, "value-omitted", value.size() + " bytes");
        return new DeadLetter(key, null, more);
    }

    private static int bytes(IncomingRecord.Header header) {
        Bytes value = header.value();
        return header.name().length() + (value == null ? 0 : value.size());
    }

    private static void add(List<IncomingRecord.Header> headers, String name, String text) {
        headers.add(new IncomingRecord.Header("darkroom-dead-" + name, Bytes.utf8(text)));
    }
}
