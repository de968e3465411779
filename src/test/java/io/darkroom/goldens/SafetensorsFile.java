package io.darkroom.goldens;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.darkroom.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Writes small safetensors files, float32. */
public final class SafetensorsFile {
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    /** Adds a tensor of normal numbers, of which the seed decides. */
    public SafetensorsFile random(String name, long seed, int... shape) {
        Random random = new Random(seed);
        float[] values = new float[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.1 * random.nextGaussian());
        }
        tensors.put(name, Tensor.of(values, shape));
        return this;
    }

    /** Both factors of a module: {@code <module>.lora_A.weight} and {@code <module>.lora_B.weight}. */
    public SafetensorsFile lora(String module, int rank, int in, int out) {
        return random(module + ".lora_A.weight", 1, rank, in).random(module + ".lora_B.weight", 2, out, rank);
    }

    /** The same factors by kohya's names: {@code <module>.lora_down.weight} and {@code <module>.lora_up.weight}. */
    public SafetensorsFile kohya(String module, int rank, int in, int out) {
        return random(module + ".lora_down.weight", 1, rank, in).random(module + ".lora_up.weight", 2, out, rank);
    }

    /** Writes them; the parents are made. */
    public void write(Path file) throws IOException {
        Map<String, Object> header = new LinkedHashMap<>();
        int at = 0;
        for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
            int end = at + Float.BYTES * tensor.getValue().size();
            header.put(
                    tensor.getKey(),
                    Map.of("dtype", "F32", "shape", tensor.getValue().shape(), "data_offsets", new int[] {at, end}));
            at = end;
        }
        byte[] json = new ObjectMapper().writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + json.length + at).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        tensors.values().forEach(t -> {
            for (float value : t.data()) {
                bytes.putFloat(value);
            }
        });
        Path parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.write(file, bytes.array());
    }
}
