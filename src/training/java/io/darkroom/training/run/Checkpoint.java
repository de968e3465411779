package io.darkroom.training.run;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Arrays of float32 and a few words about them in a safetensors file, written so that a kill at any moment leaves either
 * the old file or the new one.
 *
 * @param metadata by name
 * @param arrays by name, each of one dimension
 */
record Checkpoint(Map<String, String> metadata, Map<String, float[]> arrays) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String METADATA = "__metadata__";
    private static final int CHUNK = 1 << 20;

    void write(Path file) throws IOException {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put(METADATA, metadata);
        long end = 0;
        for (Map.Entry<String, float[]> array : arrays.entrySet()) {
            long from = end;
            end += Float.BYTES * (long) array.getValue().length;
            header.put(
                    array.getKey(),
                    Map.of(
                            "dtype", "F32",
                            "shape", List.of(array.getValue().length),
                            "data_offsets", List.of(from, end)));
        }
        byte[] json = JSON.writeValueAsBytes(header);
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (FileChannel channel = FileChannel.open(
                part, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer head =
                    little(Long.BYTES + json.length).putLong(json.length).put(json);
            writeAll(channel, head.flip());
            ByteBuffer chunk = little(CHUNK);
            for (float[] array : arrays.values()) {
                for (int from = 0; from < array.length; from += CHUNK / Float.BYTES) {
                    int count = Math.min(CHUNK / Float.BYTES, array.length - from);
                    chunk.clear().limit(count * Float.BYTES);
                    chunk.asFloatBuffer().put(array, from, count);
                    writeAll(channel, chunk);
                }
            }
            channel.force(true);
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static Checkpoint read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer length = little(Long.BYTES);
            readAll(channel, length, 0);
            byte[] json = new byte[Math.toIntExact(length.getLong(0))];
            readAll(channel, ByteBuffer.wrap(json), Long.BYTES);
            JsonNode header = JSON.readTree(json);
            long start = (long) Long.BYTES + json.length;
            Map<String, float[]> arrays = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> entry : header.properties()) {
                if (!entry.getKey().equals(METADATA)) {
                    JsonNode offsets = entry.getValue().path("data_offsets");
                    long from = offsets.path(0).asLong();
                    arrays.put(
                            entry.getKey(),
                            floats(channel, start + from, offsets.path(1).asLong() - from));
                }
            }
            return new Checkpoint(
                    JSON.convertValue(header.path(METADATA), new TypeReference<Map<String, String>>() {}), arrays);
        }
    }

    private static float[] floats(FileChannel channel, long from, long bytes) throws IOException {
        float[] array = new float[Math.toIntExact(bytes / Float.BYTES)];
        ByteBuffer chunk = little(CHUNK);
        int done = 0;
        while (done < array.length) {
            int count = Math.min(CHUNK / Float.BYTES, array.length - done);
            chunk.clear().limit(count * Float.BYTES);
            readAll(channel, chunk, from + (long) Float.BYTES * done);
            chunk.flip().asFloatBuffer().get(array, done, count);
            done += count;
        }
        return array;
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void readAll(FileChannel channel, ByteBuffer bytes, long from) throws IOException {
        long at = from;
        while (bytes.hasRemaining()) {
            int read = channel.read(bytes, at);
            if (read < 0) {
                throw new EOFException("the file ends at " + at);
            }
            at += read;
        }
    }
}
