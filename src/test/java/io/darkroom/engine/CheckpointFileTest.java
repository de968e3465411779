package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.job.Bytes;
import io.darkroom.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CheckpointFileTest {
    private static final CheckpointFile FILE = new CheckpointFile(
            Map.of("format", "darkroom-checkpoint", "text", "ä \"quoted\""),
            Map.of(
                    "0.sampler.sample",
                    Tensor.of(new float[] {1, -2.5f, Float.MIN_VALUE, 3, 4, 0.1f}, 1, 2, 3),
                    "0.end.0",
                    Tensor.of(new float[] {7}, 1)));

    @Test
    void whatIsWrittenIsReadBackToTheBit() throws Exception {
        Bytes written = FILE.write();
        String keep = System.getProperty("darkroom.checkpoint.keep");
        if (keep != null) {
            Files.write(Path.of(keep), written.array());
        }

        CheckpointFile read = CheckpointFile.read(written);

        assertThat(read.metadata()).isEqualTo(FILE.metadata());
        assertThat(read.tensors().keySet()).isEqualTo(FILE.tensors().keySet());
        read.tensors().forEach((name, tensor) -> {
            Tensor own = Objects.requireNonNull(FILE.tensors().get(name));
            assertThat(tensor.shape()).isEqualTo(own.shape());
            assertThat(tensor.data()).isEqualTo(own.data());
        });
    }

    @Test
    void theSameIsWrittenAsTheSameFile() {
        assertThat(FILE.write()).isEqualTo(FILE.write());
    }

    @Test
    void aFileOfWhichAnyByteWasChangedOrLostIsRefused() {
        byte[] written = FILE.write().array();
        Random random = new Random(5);
        for (int i = 0; i < 300; i++) {
            byte[] damaged = written.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            byte[] cut = Arrays.copyOf(written, random.nextInt(written.length));

            assertThatThrownBy(() -> CheckpointFile.read(Bytes.of(damaged)))
                    .isInstanceOf(UnusableCheckpointException.class);
            assertThatThrownBy(() -> CheckpointFile.read(Bytes.of(cut)))
                    .isInstanceOf(UnusableCheckpointException.class);
        }
    }

    @Test
    void noArrayIsMadeForElementsThatAreNotThere() {
        byte[] written = FILE.write().array();
        String text = new String(written, StandardCharsets.ISO_8859_1);
        for (String shape : new String[] {"[2147483647]", "[20000000]", "[8]", "[-1]"}) {
            String claimed = text.replace("\"shape\":[1]", "\"shape\":" + shape);

            assertThatThrownBy(() -> CheckpointFile.read(signed(claimed)))
                    .isInstanceOf(UnusableCheckpointException.class)
                    .hasMessageContaining("0.end.0: a tensor of " + shape.substring(1, shape.length() - 1));
        }
    }

    /** With the length and the digest that such a file would have. */
    private static Bytes signed(String text) {
        byte[] file = text.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(text.lastIndexOf('}') + 1 - Long.BYTES);
        int digest = text.indexOf("sha256") + "sha256\":\"".length();
        Arrays.fill(file, digest, digest + 64, (byte) '0');
        byte[] own = Bytes.of(file.clone()).sha256().getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(own, 0, file, digest, own.length);
        return Bytes.of(file);
    }
}
