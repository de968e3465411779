package io.darkroom.model;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The names of an ONNX file's inputs, read without loading it: of the {@code ModelProto} only the list of the graph's
 * inputs is looked at, and all else is skipped (field numbers as in onnx.proto).
 */
final class GraphInputs {
    private static final int MODEL_GRAPH = 7;
    private static final int GRAPH_INPUT = 11;
    private static final int VALUE_NAME = 1;

    private final InputStream in;
    private long at;

    private GraphInputs(InputStream in) {
        this.in = in;
    }

    /** @throws ModelUnavailableException where the file cannot be read as an ONNX model */
    static Set<String> of(Path file) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            Set<String> names = new LinkedHashSet<>();
            new GraphInputs(in).model(Files.size(file), names);
            return names;
        } catch (IOException e) {
            throw new ModelUnavailableException(file + " cannot be read as an ONNX model: " + e.getMessage(), e);
        }
    }

    private void model(long end, Set<String> names) throws IOException {
        while (at < end) {
            long tag = number();
            if (tag == (MODEL_GRAPH << 3 | 2)) {
                graph(length(), names);
            } else {
                skip(tag);
            }
        }
    }

    private void graph(long length, Set<String> names) throws IOException {
        long end = at + length;
        while (at < end) {
            long tag = number();
            if (tag == (GRAPH_INPUT << 3 | 2)) {
                value(length(), names);
            } else {
                skip(tag);
            }
        }
    }

    private void value(long length, Set<String> names) throws IOException {
        long end = at + length;
        while (at < end) {
            long tag = number();
            if (tag == (VALUE_NAME << 3 | 2)) {
                long size = length();
                byte[] name = in.readNBytes(Math.toIntExact(Math.min(size, 1 << 16)));
                at += name.length;
                if (name.length < size) {
                    throw new EOFException("it ends within the name of an input");
                }
                names.add(new String(name, StandardCharsets.UTF_8));
            } else {
                skip(tag);
            }
        }
    }

    private long length() throws IOException {
        long length = number();
        if (length < 0) {
            throw new IOException("a length of " + length + " at " + at);
        }
        return length;
    }

    private void skip(long tag) throws IOException {
        switch ((int) (tag & 7)) {
            case 0 -> number();
            case 1 -> skipBytes(Long.BYTES);
            case 2 -> skipBytes(length());
            case 5 -> skipBytes(Integer.BYTES);
            default -> throw new IOException("no protocol buffer: a field of type " + (tag & 7) + " at " + at);
        }
    }

    private void skipBytes(long count) throws IOException {
        in.skipNBytes(count);
        at += count;
    }

    /** A variable-length integer: seven bits a byte, the lowest first. */
    private long number() throws IOException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("it ends at " + at);
            }
            at++;
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new IOException("no protocol buffer: an endless number at " + at);
    }
}
