package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.job.Bytes;
import io.darkroom.tensor.Tensor;
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
}
