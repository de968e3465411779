package io.darkroom.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.darkroom.tensor.HalfPrecision;
import io.darkroom.tensor.Tensor;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A safetensors file (huggingface/safetensors, "Format"): eight bytes of length, a JSON header, then the tensors' bytes.
 * The header is read at once, tensors when they are asked for.
 */
final class Safetensors {
    private static final ObjectMapper JSON = new ObjectMapper();
    /**
     * In bytes: ten times what large files have. The format's own limit, 100 MB, is that of a tree in memory which is many
     * times as large as its text.
     */
    private static final long LONGEST_HEADER = 16L << 20;

    private static final Map<String, Integer> BYTES = Map.of("F64", 8, "F32", 4, "F16", 2, "BF16", 2);

    private final Path file;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** Where a tensor lies; from and to count from the file's start. */
    private record Entry(String type, List<Integer> shape, long from, long to) {}

    private Safetensors(Path file) {
        this.file = file;
    }

    /** @throws IOException where it cannot be read, or is no such file; the message says what is wrong */
    static Safetensors read(Path file) throws IOException {
        Safetensors read = new Safetensors(file);
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            long size = channel.size();
            long length = size < Long.BYTES ? -1 : bytes(channel, 0, Long.BYTES).getLong();
            if (length < 2 || length > LONGEST_HEADER || length > size - Long.BYTES) {
                throw new IOException("no safetensors file: a header of " + length + " bytes in a file of " + size);
            }
            read.header(JSON.readTree(bytes(channel, Long.BYTES, (int) length).array()), Long.BYTES + length, size);
            return read;
        } catch (JsonProcessingException e) {
            throw new IOException("no safetensors file: its header is no JSON", e);
        }
    }

    private void header(JsonNode header, long start, long size) throws IOException {
        if (!header.isObject()) {
            throw new IOException("no safetensors file: its header is no object");
        }
        for (Map.Entry<String, JsonNode> field : header.properties()) {
            if (field.getKey().equals("__metadata__")) {
                field.getValue()
                        .properties()
                        .forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
            } else {
                entries.put(field.getKey(), entry(field.getKey(), field.getValue(), start, size));
            }
        }
    }

    private static Entry entry(String name, JsonNode json, long start, long size) throws IOException {
        String type = json.path("dtype").asText();
        List<Integer> shape = shape(name, json.path("shape"));
        long count = shape.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
        long from = start + json.path("data_offsets").path(0).asLong(-1);
        long to = start + json.path("data_offsets").path(1).asLong(-1);
        Integer bytes = BYTES.get(type);
        if (from < start || to < from || to > size || (bytes != null && to - from != count * bytes)) {
            throw new IOException(name + ": " + json + " does not fit a file of " + size + " bytes");
        }
        return new Entry(type, shape, from, to);
    }

    /** Products of any of its dimensions are no more than an array holds. */
    private static List<Integer> shape(String name, JsonNode json) throws IOException {
        List<Integer> shape = new ArrayList<>();
        long product = 1;
        for (JsonNode dim : json) {
            int length = dim.isInt() ? dim.intValue() : -1;
            product *= Math.max(1, length);
            if (length < 0 || product > Integer.MAX_VALUE) {
                throw new IOException(name + ": found shape " + json + ", expected at most 2147483647 elements");
            }
            shape.add(length);
        }
        return shape;
    }

    private static ByteBuffer bytes(SeekableByteChannel channel, long from, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        channel.position(from);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("ends after " + (from + buffer.position()) + " bytes");
            }
        }
        return buffer.flip();
    }

    /** What the header says besides the tensors. */
    Map<String, String> metadata() {
        return metadata;
    }

    /** The tensors' names, in the header's order. */
    Set<String> names() {
        return entries.keySet();
    }

    /** A tensor's shape. */
    int[] shape(String name) {
        return found(name).shape().stream().mapToInt(Integer::intValue).toArray();
    }

    private Entry found(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new IllegalArgumentException(file + " has no tensor " + name);
        }
        return entry;
    }

    /** A tensor, widened to float32. */
    Tensor tensor(String name) throws IOException {
        Entry entry = found(name);
        Integer width = BYTES.get(entry.type());
        if (width == null) {
            throw new IOException(name + ": found type " + entry.type() + ", expected one of " + BYTES.keySet());
        }
        long length = entry.to() - entry.from();
        if (length > Integer.MAX_VALUE) {
            throw new IOException(name + ": found " + length + " bytes, expected at most 2147483647");
        }
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            ByteBuffer bytes = bytes(channel, entry.from(), (int) length);
            float[] values = new float[bytes.remaining() / width];
            for (int i = 0; i < values.length; i++) {
                values[i] = switch (entry.type()) {
                    case "F64" -> (float) bytes.getDouble();
                    case "F32" -> bytes.getFloat();
                    case "F16" -> HalfPrecision.ofFloat16(bytes.getShort());
                    default -> HalfPrecision.ofBfloat16(bytes.getShort());
                };
            }
            return Tensor.of(values, shape(name));
        }
    }
}
