package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemMemoryTest {
    @TempDir
    private Path root;

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private void machine() throws IOException {
        write("proc/meminfo", "MemTotal:       16000 kB\nMemFree:  100 kB\nMemAvailable:    9000 kB\n");
    }

    @Test
    void withoutAGroupsLimitItIsTheMachines() throws IOException {
        machine();
        write("sys/fs/cgroup/memory.max", "max\n");
        write("sys/fs/cgroup/memory.current", "1000\n");

        assertThat(new SystemMemory(root, 1).free()).hasValue(9000 << 10);
        assertThat(new SystemMemory(root, 1).limit()).hasValue(16000 << 10);
    }

    @Test
    void aGroupsLimitCountsWithoutThePagesOfFiles() throws IOException {
        machine();
        write("sys/fs/cgroup/memory.max", "4000000\n");
        write("sys/fs/cgroup/memory.current", "3000000\n");
        write("sys/fs/cgroup/memory.stat", "anon 5\ninactive_file 500000\nactive_file 7\n");

        assertThat(new SystemMemory(root, 1).free()).hasValue(1_500_000);
        assertThat(new SystemMemory(root, 1).limit()).hasValue(4_000_000);
    }

    @Test
    void theFirstVersionsGroupsAreReadToo() throws IOException {
        machine();
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "4000000\n");
        write("sys/fs/cgroup/memory/memory.usage_in_bytes", "1000000\n");
        write("sys/fs/cgroup/memory/memory.stat", "total_inactive_file 250000\n");

        assertThat(new SystemMemory(root, 1).free()).hasValue(3_250_000);
    }

    @Test
    void whereNothingIsToldNothingIsKnown() {
        assertThat(new SystemMemory(root, 1).free()).isEmpty();
        assertThat(new SystemMemory(root, 1).limit()).isEmpty();
    }
}
