package io.darkroom.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The little of the protocol buffers' wire format that an ONNX file needs: messages are read as lists of fields that point
 * into the file, so that weights are never copied to find what lies between them.
 */
final class Protobuf {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;

    private Protobuf() {}

    /**
     * One field of a message, in the bytes of the file.
     *
     * @param number as in the .proto file
     * @param start where its tag begins
     * @param from where its content begins
     * @param to where it ends
     * @param value of a number; 0 where the content is bytes
     */
    record Field(int number, boolean isBytes, int start, int from, int to, long value) {}

    /**
     * The fields of a message.
     *
     * @throws IllegalArgumentException where the bytes are no message
     */
    static List<Field> fields(ByteBuffer file, int from, int to) {
        List<Field> fields = new ArrayList<>();
        Reader reader = new Reader(file, from, to);
        while (reader.at < to) {
            int start = reader.at;
            long tag = reader.varint();
            int number = (int) (tag >>> 3);
            switch ((int) (tag & 7)) {
                case VARINT -> {
                    int content = reader.at;
                    long value = reader.varint();
                    fields.add(new Field(number, false, start, content, reader.at, value));
                }
                case LENGTH -> {
                    long length = reader.varint();
                    int content = reader.at;
                    reader.skip(length);
                    fields.add(new Field(number, true, start, content, reader.at, 0));
                }
                case FIXED64 -> fields.add(fixed(reader, number, start, Long.BYTES));
                case FIXED32 -> fields.add(fixed(reader, number, start, Integer.BYTES));
                default -> throw new IllegalArgumentException("no protocol buffer: a field of kind " + (tag & 7));
            }
        }
        return fields;
    }

    private static Field fixed(Reader reader, int number, int start, int bytes) {
        int content = reader.at;
        reader.skip(bytes);
        return new Field(number, false, start, content, reader.at, 0);
    }

    /** A field's text. */
    static String text(ByteBuffer file, Field field) {
        byte[] bytes = new byte[field.to() - field.from()];
        file.get(field.from(), bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The numbers of repeated fields, packed or not. */
    static List<Long> numbers(ByteBuffer file, List<Field> fields, int number) {
        List<Long> numbers = new ArrayList<>();
        for (Field field : fields) {
            if (field.number() == number && field.isBytes()) {
                Reader reader = new Reader(file, field.from(), field.to());
                while (reader.at < field.to()) {
                    numbers.add(reader.varint());
                }
            } else if (field.number() == number) {
                numbers.add(field.value());
            }
        }
        return numbers;
    }

    /** A field of bytes or of a message. */
    static byte[] bytes(int number, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(head(number, content.length));
        out.writeBytes(content);
        return out.toByteArray();
    }

    /** A field of text. */
    static byte[] text(int number, String text) {
        return bytes(number, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A field of a number. */
    static byte[] number(int number, long value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        varint(out, ((long) number << 3) | VARINT);
        varint(out, value);
        return out.toByteArray();
    }

    /** What stands before the bytes of a field. */
    static byte[] head(int number, long length) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        varint(out, ((long) number << 3) | LENGTH);
        varint(out, length);
        return out.toByteArray();
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private static final class Reader {
        private final ByteBuffer file;
        private final int end;
        private int at;

        Reader(ByteBuffer file, int from, int end) {
            this.file = file;
            this.end = end;
            this.at = from;
        }

        long varint() {
            long value = 0;
            for (int shift = 0; shift < Long.SIZE; shift += 7) {
                skip(1);
                byte next = file.get(at - 1);
                value |= (long) (next & 0x7F) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            throw new IllegalArgumentException("no protocol buffer: a number of more than ten bytes");
        }

        void skip(long bytes) {
            if (bytes < 0 || bytes > end - at) {
                throw new IllegalArgumentException("no protocol buffer: it ends within a field");
            }
            at += (int) bytes;
        }
    }
}
