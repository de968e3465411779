package io.darkroom.crash;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One message of HTTP/1.1 (RFC 9112), whole and as it was sent: its end is told by its length or its chunks.
 *
 * @param firstLine a request's line or an answer's status
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record HttpMessage(String firstLine, byte[] bytes) {
    private static final String END_OF_HEAD = "\r\n\r\n";

    /** Null where the connection has ended. */
    static @Nullable HttpMessage request(InputStream in) throws IOException {
        String head = head(in);
        return head == null ? null : read(head, in, true);
    }

    /** The final answer to a request; null where the connection has ended. */
    static @Nullable HttpMessage answer(InputStream in, HttpMessage request) throws IOException {
        String head = head(in);
        while (head != null && status(head) < 200) {
            head = head(in);
        }
        if (head == null) {
            return null;
        }
        boolean hasBody = !request.firstLine().startsWith("HEAD ") && status(head) != 204 && status(head) != 304;
        return read(head, in, hasBody);
    }

    private static HttpMessage read(String head, InputStream in, boolean hasBody) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
        String length = header(head, "content-length");
        if (hasBody && header(head, "transfer-encoding") != null) {
            chunks(in, bytes);
        } else if (hasBody && length != null) {
            bytes.writeBytes(exactly(in, Integer.parseInt(length)));
        }
        return new HttpMessage(head.substring(0, head.indexOf("\r\n")), bytes.toByteArray());
    }

    private static void chunks(InputStream in, ByteArrayOutputStream bytes) throws IOException {
        int size;
        do {
            String line = through(in, "\r\n");
            if (line == null) {
                throw new EOFException("a chunk is missing");
            }
            size = Integer.parseInt(line.split("[;\r]", 2)[0].strip(), 16);
            bytes.writeBytes(line.getBytes(StandardCharsets.ISO_8859_1));
            bytes.writeBytes(exactly(in, size + 2));
        } while (size > 0);
    }

    private static @Nullable String head(InputStream in) throws IOException {
        return through(in, END_OF_HEAD);
    }

    private static @Nullable String through(InputStream in, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.length() < end.length() || text.indexOf(end, text.length() - end.length()) < 0) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            text.append((char) next);
        }
        return text.toString();
    }

    private static byte[] exactly(InputStream in, int size) throws IOException {
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size) {
            throw new EOFException("the connection ended within a message");
        }
        return bytes;
    }

    private static int status(String head) {
        return Integer.parseInt(head.split(" ", 3)[1]);
    }

    private static @Nullable String header(String head, String name) {
        for (String line : head.split("\r\n", -1)) {
            if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
                return line.substring(name.length() + 1).strip();
            }
        }
        return null;
    }
}
