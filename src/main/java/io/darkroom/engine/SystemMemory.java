package io.darkroom.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The memory that a process on Linux may take: what its control group leaves it (version 2, then version 1), and what
 * the machine has. Past the group's limit the kernel kills the process, and no exception comes before.
 */
public final class SystemMemory implements Memory {
    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

    private final Path root;
    private final int parts;

    /**
     * Of this process.
     *
     * @param parts how many devices take from it
     */
    public SystemMemory(int parts) {
        this(Path.of("/"), parts);
    }

    /** @param root where {@code proc} and {@code sys} are */
    SystemMemory(Path root, int parts) {
        this.root = root;
        this.parts = parts;
    }

    private record Group(String folder, String limit, String used, String file) {}

    private static final List<Group> GROUPS = List.of(
            new Group("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
            new Group("sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"));

    @Override
    public OptionalLong free() {
        OptionalLong machine = kibibytes("MemAvailable");
        for (Group group : GROUPS) {
            OptionalLong limit = number(group, group.limit());
            OptionalLong used = number(group, group.used());
            if (limit.isPresent() && used.isPresent()) {
                // Pages of files count as used, yet are given up before anything is killed.
                long files = line(group.folder() + "/memory.stat", group.file()).orElse(0);
                long left = limit.getAsLong() - used.getAsLong() + files;
                return OptionalLong.of(Math.min(left, machine.orElse(left)));
            }
        }
        return machine;
    }

    @Override
    public boolean kills() {
        return true;
    }

    @Override
    public double share() {
        return 1.0 / parts;
    }

    @Override
    public OptionalLong limit() {
        OptionalLong machine = kibibytes("MemTotal");
        for (Group group : GROUPS) {
            OptionalLong limit = number(group, group.limit());
            if (limit.isPresent()) {
                return OptionalLong.of(Math.min(limit.getAsLong(), machine.orElse(Long.MAX_VALUE)));
            }
        }
        return machine;
    }

    private OptionalLong number(Group group, String file) {
        String text = read(group.folder() + "/" + file).strip();
        return NUMBER.matcher(text).matches() ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    private OptionalLong kibibytes(String name) {
        OptionalLong found = line("proc/meminfo", name + ":");
        return found.isPresent() ? OptionalLong.of(found.getAsLong() << 10) : found;
    }

    /** The number behind a name. */
    private OptionalLong line(String file, String name) {
        Matcher matcher = Pattern.compile("(?m)^" + Pattern.quote(name) + "\\s+(\\d{1,18})\\b")
                .matcher(read(file));
        return matcher.find() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
    }

    private String read(String file) {
        try {
            return Files.readString(root.resolve(file));
        } catch (IOException e) {
            return "";
        }
    }
}
