package io.darkroom.mirror;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/** How far a sync is: a line in the log every few seconds. Safe for use from any thread. */
final class Progress {
    private static final Logger LOG = Logger.getLogger(ModelMirror.class);
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

    private final BooleanSupplier canceled;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong fetched = new AtomicLong();
    private final AtomicLong nextLine = new AtomicLong(System.nanoTime() + BETWEEN_LINES.toNanos());
    private volatile String phase = "";
    private volatile long total;

    Progress(BooleanSupplier canceled) {
        this.canceled = canceled;
    }

    /** What is waited for now. */
    void waiting(String what) {
        phase = what;
        total = 0;
        line();
    }

    /** Begins to count, to so many bytes in all. */
    void start(String what, long bytes) {
        done.set(0);
        fetched.set(0);
        phase = what;
        total = bytes;
    }

    /** So many bytes are there, and were before. */
    void found(long bytes) {
        done.addAndGet(bytes);
        line();
    }

    /** So many bytes came. */
    void fetched(long bytes) {
        fetched.addAndGet(bytes);
        found(bytes);
    }

    long fetchedBytes() {
        return fetched.get();
    }

    /** @throws CancellationException where the process is to stop */
    void requireGoingOn() {
        if (canceled.getAsBoolean()) {
            throw new CancellationException("the sync of models was stopped");
        }
    }

    private void line() {
        long due = nextLine.get();
        long now = System.nanoTime();
        if (now - due >= 0 && nextLine.compareAndSet(due, now + BETWEEN_LINES.toNanos())) {
            LOG.infof("Models: %s", this);
        }
    }

    static String size(long bytes) {
        return bytes >= 1_000_000_000
                ? String.format(Locale.ROOT, "%.1f GB", bytes / 1e9)
                : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }

    @Override
    public String toString() {
        return total == 0 ? phase : phase + ", " + size(done.get()) + " of " + size(total) + " are there";
    }
}
