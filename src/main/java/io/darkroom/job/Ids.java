package io.darkroom.job;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Ids and seeds that nobody gave: functions of what was read, so the same after a redelivery. */
final class Ids {
    private static final int LENGTH = 40;

    private Ids() {}

    /** The id of an event that carries none: of its {@code ce_source} and {@code ce_id}. */
    static String ofEvent(String source, String id) {
        return digest(text("event"), text(source), text(id));
    }

    /** The id of a record that carries none: of its place, time and value. */
    static String ofRecord(IncomingRecord record) {
        Bytes value = record.value();
        byte[] place = ByteBuffer.allocate(Integer.BYTES + 2 * Long.BYTES)
                .putInt(record.source().partition())
                .putLong(record.source().offset())
                .putLong(record.timestamp())
                .array();
        return digest(text("record"), text(record.topicId()), place, value == null ? new byte[0] : value.array());
    }

    /** The seed of a job that gives none, below 2^32 for readers that round. */
    static long seed(String id) {
        return Long.parseLong(digest(text("seed"), text(id)).substring(0, 8), 16);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The lengths are digested too, so that no two lists of parts run together into one. */
    private static String digest(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(
                    ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
            all.writeBytes(part);
        }
        return Bytes.of(all.toByteArray()).sha256().substring(0, LENGTH);
    }
}
