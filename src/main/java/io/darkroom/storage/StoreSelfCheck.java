package io.darkroom.storage;

import io.darkroom.job.ObjectStore;
import io.darkroom.job.ObjectStore.Creation;
import io.darkroom.job.ObjectStore.Location;
import io.darkroom.job.SurroundingsException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Makes sure, before any job, that of two creates of one key only one comes through: on that rests that a job has one
 * outcome. A store that does not know {@code If-None-Match: *} takes both without a word.
 */
public final class StoreSelfCheck {
    private static final Logger LOG = Logger.getLogger(StoreSelfCheck.class);
    private static final String PREFIX = StoreFaults.RECORDS + "self-check/";
    private static final int ROUNDS = 8;
    private static final int RACERS = 2;
    /** A create that meets another of its key is tried again. */
    private static final int CALLS = 2;

    private static final int LIMIT = 64;
    private static final String TYPE = "text/plain";

    private StoreSelfCheck() {}

    /**
     * Races two creates, several times, and removes what they left.
     *
     * @param name what to call the store in a message
     * @param call how long a call may take; twice that is waited for each of two that race
     * @throws UnsafeStoreException if the store lets both through, or neither, or keeps another content than the first
     * @throws SurroundingsException if the store cannot be reached
     */
    public static void run(ObjectStore store, String bucket, String name, Duration call) {
        Duration patience = call.multipliedBy(CALLS);
        ExecutorService racers = Executors.newFixedThreadPool(RACERS, task -> {
            Thread thread = new Thread(task, "darkroom-store-self-check");
            thread.setDaemon(true);
            return thread;
        });
        try {
            for (int round = 0; round < ROUNDS; round++) {
                Location at = new Location(bucket, PREFIX + UUID.randomUUID());
                try {
                    race(store, at, name, racers, patience);
                } finally {
                    cleanUp(store, at);
                }
            }
        } finally {
            racers.shutdownNow();
        }
    }

    private static void race(ObjectStore store, Location at, String name, ExecutorService racers, Duration patience) {
        CyclicBarrier start = new CyclicBarrier(RACERS);
        Future<Creation> first = racers.submit(racer(store, at, content(0), start, patience));
        Future<Creation> second = racers.submit(racer(store, at, content(1), start, patience));
        List<Creation> ends = List.of(get(first, patience), get(second, patience));

        if (ends.stream().filter(end -> end == Creation.CREATED).count() != 1) {
            throw unsafe(name, "two creates of one key at the same time ended as " + ends);
        }
        byte[] stored = store.read(at, LIMIT);
        if (!Arrays.equals(stored, content(ends.indexOf(Creation.CREATED)))) {
            throw unsafe(name, "the object is not the one whose create was confirmed");
        }
        if (store.create(at, content(2), TYPE) != Creation.EXISTS) {
            throw unsafe(name, "a create replaced an object that was there");
        }
    }

    private static Callable<Creation> racer(
            ObjectStore store, Location at, byte[] content, CyclicBarrier start, Duration patience) {
        return () -> {
            try {
                start.await(patience.toMillis(), TimeUnit.MILLISECONDS);
            } catch (BrokenBarrierException | TimeoutException e) {
                throw new IllegalStateException("the other racer did not come", e);
            }
            return store.create(at, content, TYPE);
        };
    }

    private static Creation get(Future<Creation> racer, Duration patience) {
        try {
            return racer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("the store's self-check failed", e);
        } catch (TimeoutException e) {
            throw new SurroundingsException("the store did not answer within " + patience.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the store's self-check was interrupted", e);
        }
    }

    private static void cleanUp(ObjectStore store, Location at) {
        try {
            store.delete(at);
        } catch (RuntimeException e) {
            LOG.debugf(e, "could not remove %s, which is of no further use", at);
        }
    }

    private static UnsafeStoreException unsafe(String name, String found) {
        return new UnsafeStoreException("Darkroom cannot use the store " + name + ": " + found
                + ". It needs one that honours If-None-Match: * on a put, so that an object is created once");
    }

    private static byte[] content(int racer) {
        return ("racer " + racer).getBytes(StandardCharsets.US_ASCII);
    }
}
