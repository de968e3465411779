package io.darkroom.goldens;

import io.darkroom.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** NumPy's {@code .npy} files, version 1, of little-endian float32 in C order. */
public final class Npy {
    private static final Pattern HEADER =
            Pattern.compile("\\{'descr': '<f4', 'fortran_order': False, 'shape': \\(([0-9, ]*)\\), \\}\\s*");

    private Npy() {}

    /** Reads a file whole. */
    public static Tensor read(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            int headerLength = bytes.getShort(8);
            String header = new String(bytes.array(), 10, headerLength, StandardCharsets.US_ASCII);
            Matcher matcher = HEADER.matcher(header);
            if (!matcher.matches()) {
                throw new IOException(file + ": unexpected header " + header);
            }
            int[] shape = Stream.of(matcher.group(1).split(",", -1))
                    .map(String::strip)
                    .filter(d -> !d.isEmpty())
                    .mapToInt(Integer::parseInt)
                    .toArray();
            float[] data = new float[Tensor.elements(shape)];
            bytes.position(10 + headerLength)
                    .slice()
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(data);
            return Tensor.of(data, shape);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One entry along the first axis, without that axis. */
    public static Tensor row(Tensor batch, int index) {
        int[] shape = Arrays.copyOfRange(batch.shape(), 1, batch.rank());
        int n = Tensor.elements(shape);
        return Tensor.of(Arrays.copyOfRange(batch.data(), index * n, (index + 1) * n), shape);
    }
}
