package io.darkroom.mirror;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A lock on a file, against other processes on this machine and, where the file system does so (NFS 4), on others. The
 * system takes it back when the process ends, however it ends.
 */
final class HeldLock implements AutoCloseable {
    private static final int AGAIN_MS = 100;

    private final FileChannel channel;

    private HeldLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Takes it, or finds that it is held. */
    static Optional<HeldLock> tryTake(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (isTaken(channel)) {
            return Optional.of(new HeldLock(channel));
        }
        channel.close();
        return Optional.empty();
    }

    /** Waits for it. */
    static HeldLock take(Path file, Progress progress) throws IOException, InterruptedException {
        // One channel for as long as it takes: closing one gives up what this process holds through others.
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            while (!isTaken(channel)) {
                progress.waiting("waiting for another process that syncs into the same folder");
                progress.requireGoingOn();
                TimeUnit.MILLISECONDS.sleep(AGAIN_MS);
            }
            taken = true;
            return new HeldLock(channel);
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    private static boolean isTaken(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // this process has it, through another channel
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
