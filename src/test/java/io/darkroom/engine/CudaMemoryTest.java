package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A program stands for nvidia-smi that answers what the test says: what is tried is how its answers are taken. */
class CudaMemoryTest {
    private static final OptionalLong NOTHING = OptionalLong.empty();

    @TempDir
    Path folder;

    private final AtomicLong now = new AtomicLong(-5);
    private Path program;
    private CudaMemory memory;

    @BeforeEach
    void start() {
        program = folder.resolve("smi");
        memory = new CudaMemory(program.toString(), "3", now::get);
    }

    @Test
    void itIsAskedForItsCard() throws IOException {
        answers("[ \"$3\" = --id=3 ] && echo '1000, 24564'");

        assertThat(memory.free()).hasValue(1000L << 20);
        assertThat(memory.limit()).hasValue(24_564L << 20);
    }

    @Test
    void oneThatDoesNotAnswerIsLeftAloneForAMinute() throws IOException {
        answers("echo 'No devices were found'");
        assertThat(memory.free()).isEqualTo(NOTHING);

        answers("echo '1, 2'");
        now.addAndGet(Duration.ofSeconds(59).toNanos());
        assertThat(memory.free()).isEqualTo(NOTHING);
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(memory.free()).hasValue(1L << 20);
    }

    @Test
    void oneThatCannotBeStartedIsLeftAloneForAMinuteToo() throws IOException {
        assertThat(memory.free()).isEqualTo(NOTHING);

        answers("echo '1, 2'");
        assertThat(memory.free()).isEqualTo(NOTHING);
        now.addAndGet(Duration.ofMinutes(1).toNanos());
        assertThat(memory.free()).hasValue(1L << 20);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            quoteCharacter = '\'',
            value = {
                "0, -, 0",
                "1, -, 1",
                "0, '2,3', 2",
                "1, '2, 3', 3",
                "0, GPU-8932f937-d72c-4106-c12f-20bd9faed9f6, GPU-8932f937-d72c-4106-c12f-20bd9faed9f6",
                "1, '', 1"
            })
    void theCardIsWhereCudaSeesIt(int index, String visible, String id) {
        assertThat(CudaMemory.id(index, visible)).isEqualTo(id);
    }

    private void answers(String script) throws IOException {
        Files.writeString(program, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }
}
