package io.darkroom.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.darkroom.job.Bytes;
import io.darkroom.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A file of float32 tensors with text about them, in the safetensors format: eight bytes with the header's length, little
 * endian; the header, a JSON object of each tensor's type, shape and place, with the text under {@code __metadata__}; the
 * tensors. The first text is {@code sha256}, the digest of the whole file with zeros in that digest's place.
 *
 * @param metadata text by name, without the digest
 * @param tensors by name
 */
record CheckpointFile(Map<String, String> metadata, Map<String, Tensor> tensors) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String METADATA = "__metadata__";
    private static final String DIGEST = "sha256";
    private static final int DIGEST_CHARACTERS = 64;
    /** How every header begins, so that the digest's place is always the same. */
    private static final byte[] BEGIN =
            ("{\"" + METADATA + "\":{\"" + DIGEST + "\":\"").getBytes(StandardCharsets.US_ASCII);

    private static final int ALIGNMENT = 8;
    private static final int DIGEST_AT = Long.BYTES + BEGIN.length;

    /** The file. */
    Bytes write() {
        ObjectNode header = JSON.createObjectNode();
        ObjectNode text = header.putObject(METADATA);
        text.put(DIGEST, "0".repeat(DIGEST_CHARACTERS));
        metadata.forEach(text::put);
        Map<String, Tensor> sorted = new TreeMap<>(tensors);
        long end = 0;
        for (Map.Entry<String, Tensor> each : sorted.entrySet()) {
            ObjectNode place = header.putObject(each.getKey());
            place.put("dtype", "F32");
            place.set("shape", JSON.valueToTree(each.getValue().shape()));
            place.putArray("data_offsets")
                    .add(end)
                    .add(end += (long) Float.BYTES * each.getValue().size());
        }
        byte[] json = padded(header.toString());
        ByteBuffer file = ByteBuffer.allocate(Math.toIntExact(Long.BYTES + json.length + end))
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json);
        for (Tensor tensor : sorted.values()) {
            file.asFloatBuffer().put(tensor.data());
            file.position(file.position() + Float.BYTES * tensor.size());
        }
        byte[] content = file.array();
        String digest = Bytes.of(content).sha256();
        System.arraycopy(digest.getBytes(StandardCharsets.US_ASCII), 0, content, DIGEST_AT, DIGEST_CHARACTERS);
        return Bytes.of(content);
    }

    private static byte[] padded(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(bytes, (bytes.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        Arrays.fill(padded, bytes.length, padded.length, (byte) ' ');
        return padded;
    }

    /** @throws UnusableCheckpointException where it is none of ours, or not as it was written */
    static CheckpointFile read(Bytes file) throws UnusableCheckpointException {
        byte[] content = file.array();
        requireDigest(content);
        try {
            ByteBuffer buffer = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
            int length = Math.toIntExact(buffer.getLong());
            JsonNode header = JSON.readTree(new String(content, Long.BYTES, length, StandardCharsets.UTF_8));
            Map<String, String> metadata = new LinkedHashMap<>();
            header.path(METADATA)
                    .properties()
                    .forEach(each -> metadata.put(each.getKey(), each.getValue().textValue()));
            metadata.remove(DIGEST);
            return new CheckpointFile(metadata, tensors(header, buffer, Long.BYTES + length));
        } catch (JsonProcessingException | RuntimeException e) {
            throw new UnusableCheckpointException("it cannot be read: " + e, false);
        }
    }

    private static void requireDigest(byte[] content) throws UnusableCheckpointException {
        int after = DIGEST_AT + DIGEST_CHARACTERS;
        if (content.length < after || !Arrays.equals(content, Long.BYTES, DIGEST_AT, BEGIN, 0, BEGIN.length)) {
            throw new UnusableCheckpointException("it is no checkpoint", false);
        }
        byte[] blank = content.clone();
        Arrays.fill(blank, DIGEST_AT, after, (byte) '0');
        String digest = new String(content, DIGEST_AT, DIGEST_CHARACTERS, StandardCharsets.US_ASCII);
        if (!Bytes.of(blank).sha256().equals(digest)) {
            throw new UnusableCheckpointException("its content does not have its checksum", false);
        }
    }

    /** The tensors, which have no more elements together than the file: there is no array before that is known. */
    private static Map<String, Tensor> tensors(JsonNode header, ByteBuffer file, int data) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        int left = (file.limit() - data) / Float.BYTES;
        for (Map.Entry<String, JsonNode> each : header.properties()) {
            if (!each.getKey().equals(METADATA)) {
                int[] shape = JSON.convertValue(each.getValue().path("shape"), int[].class);
                int elements = Tensor.elements(shape);
                if (elements < 0 || elements > left) {
                    throw new IllegalArgumentException(
                            each.getKey() + ": a tensor of " + elements + " elements where " + left + " are left");
                }
                left -= elements;
                tensors.put(each.getKey(), tensor(each.getValue(), shape, file, data));
            }
        }
        return tensors;
    }

    private static Tensor tensor(JsonNode place, int[] shape, ByteBuffer file, int data) {
        if (!place.path("dtype").asText().equals("F32")) {
            throw new IllegalArgumentException("a tensor of type " + place.path("dtype") + "; expected F32");
        }
        float[] values = new float[Tensor.elements(shape)];
        long begin = place.path("data_offsets").path(0).asLong();
        file.duplicate()
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(Math.toIntExact(data + begin))
                .asFloatBuffer()
                .get(values);
        return Tensor.of(values, shape);
    }
}
