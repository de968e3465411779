package io.darkroom.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A protobuf message in a buffer, read field by field without taking it apart: initializers of gigabytes are stepped
 * over. See protobuf.dev/programming-guides/encoding.
 */
final class Message {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final ByteBuffer all;
    private final int from;
    private final int to;

    /** @param all the buffer that holds the message; its position and limit play no part and are left alone */
    Message(ByteBuffer all, int from, int to) {
        this.all = all;
        this.from = from;
        this.to = to;
    }

    /**
     * One field.
     *
     * @param number as in the schema
     * @param from where it begins, with its tag
     * @param content where its content begins; for numbers the same as {@code to}
     * @param to where it ends
     */
    record Field(int number, int from, int content, int to) {}

    /** @throws IllegalArgumentException where the bytes are no message */
    List<Field> fields() {
        List<Field> fields = new ArrayList<>();
        Cursor at = new Cursor(from);
        while (at.position < to) {
            int start = at.position;
            long tag = at.varint();
            int content;
            switch ((int) (tag & 7)) {
                case VARINT -> {
                    at.varint();
                    content = at.position;
                }
                case FIXED64 -> content = at.skip(Long.BYTES);
                case FIXED32 -> content = at.skip(Integer.BYTES);
                case BYTES -> {
                    long length = at.varint();
                    content = at.position;
                    at.skip(length);
                }
                default -> throw malformed(start);
            }
            fields.add(new Field((int) (tag >>> 3), start, content, at.position));
        }
        return fields;
    }

    List<Field> fields(int number) {
        return fields().stream().filter(f -> f.number() == number).toList();
    }

    /** The message in a field. */
    Message message(Field field) {
        return new Message(all, field.content(), field.to());
    }

    /** The texts of a field that may be repeated. */
    List<String> texts(int number) {
        return fields(number).stream()
                .map(f -> new String(bytes(f.content(), f.to()), StandardCharsets.UTF_8))
                .toList();
    }

    byte[] bytes(int start, int end) {
        byte[] bytes = new byte[end - start];
        all.get(start, bytes);
        return bytes;
    }

    private IllegalArgumentException malformed(long at) {
        return new IllegalArgumentException("no protobuf message at byte " + at);
    }

    /** A field with these bytes. */
    static byte[] field(int number, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(head(number, length));
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] field(int number, String text) {
        return field(number, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Tag and length of a field. */
    static byte[] head(int number, int length) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        varint(out, ((long) number << 3) | BYTES);
        varint(out, length);
        return out.toByteArray();
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long left = value;
        while (left > 0x7F) {
            out.write((int) ((left & 0x7F) | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
    }

    private final class Cursor {
        private int position;

        Cursor(int position) {
            this.position = position;
        }

        long varint() {
            long value = 0;
            for (int shift = 0; shift < Long.SIZE; shift += 7) {
                if (position >= to) {
                    throw malformed(position);
                }
                byte next = all.get(position++);
                value |= (long) (next & 0x7F) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            throw malformed(position);
        }

        int skip(long bytes) {
            if (bytes < 0 || bytes > to - position) {
                throw malformed(position);
            }
            position += (int) bytes;
            return position;
        }
    }
}
