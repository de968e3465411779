package io.darkroom.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The data folder, held by this process alone until it is closed. The operating system drops the lock when the process
 * ends, however it ends.
 */
public final class DataFolder implements AutoCloseable {
    /** A byte far behind the process id, so that it can be read where locks also keep readers out. */
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

    /**
     * What this process holds. Asked first, for to open and close a file that the process has locked would drop the
     * lock (POSIX).
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel channel;

    private DataFolder(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Creates the folder if it is not there, and locks it.
     *
     * @throws StandaloneException if another process holds it, or it cannot be written to
     */
    public static DataFolder open(Path folder) {
        Path path = create(folder);
        if (!HELD.add(path)) {
            throw inUse(path, Long.toString(ProcessHandle.current().pid()));
        }
        boolean locked = false;
        try {
            DataFolder opened = lock(path);
            locked = true;
            return opened;
        } catch (IOException e) {
            throw unusable(path, e);
        } finally {
            if (!locked) {
                HELD.remove(path);
            }
        }
    }

    /** The folder, absolute. */
    public Path path() {
        return path;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the lock of " + path, e);
        } finally {
            HELD.remove(path);
        }
    }

    private static Path create(Path folder) {
        try {
            return Files.createDirectories(folder.toAbsolutePath()).toRealPath();
        } catch (IOException e) {
            throw unusable(folder.toAbsolutePath(), e);
        }
    }

    // The channel that gets through belongs to the caller, and is closed with the folder.
    @SuppressWarnings("MustBeClosedChecker")
    private static DataFolder lock(Path path) throws IOException {
        FileChannel channel = FileChannel.open(
                path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
            if (lock == null) {
                throw inUse(path, read(channel));
            }
            byte[] pid = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(pid), 0);
            locked = true;
            return new DataFolder(path, channel);
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    private static @Nullable String read(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(32);
        channel.read(buffer, 0);
        String pid = new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
        return pid.matches("[0-9]+") ? pid : null;
    }

    private static StandaloneException inUse(Path path, @Nullable String pid) {
        String who = pid == null ? "another process" : "process " + pid;
        return new StandaloneException("The data folder " + path + " is in use by " + who + ": stop that one, or set "
                + Setting.DATA_DIR + " to another folder");
    }

    private static StandaloneException unusable(Path path, IOException cause) {
        return new StandaloneException(
                "Cannot use the data folder " + path + " (" + cause + "): set " + Setting.DATA_DIR
                        + " to a folder that can be written to",
                cause);
    }
}
