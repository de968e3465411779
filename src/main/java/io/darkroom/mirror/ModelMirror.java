package io.darkroom.mirror;

import io.darkroom.job.LocationRefusedException;
import io.darkroom.job.SurroundingsException;
import io.darkroom.storage.BucketReader;
import io.darkroom.storage.StoreConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Models in a bucket, kept on this machine's disk. A sync brings what is new, checks what is there by its digest, and
 * then gives this process a folder of its own with the models as they were in the bucket: what another process syncs
 * later changes nothing in it. Any number of processes may share a cache. One thread syncs; the rest is safe for any.
 */
public final class ModelMirror implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ModelMirror.class);
    private static final int DOWNLOADS = 4;

    private final ModelSource source;
    private final Path cache;
    private final StoreConfig store;
    private final SourceFolder folder;
    private final Progress progress;
    private final AtomicBoolean stopped = new AtomicBoolean();
    /** Contents that this process has checked. */
    private final Set<String> checked = ConcurrentHashMap.newKeySet();

    private @Nullable HeldLock claim;

    /**
     * @param cache a folder for all sources; made where there is none
     * @param canceled whether a sync under way should end
     */
    public ModelMirror(ModelSource source, Path cache, StoreConfig store, BooleanSupplier canceled) {
        this.source = source;
        this.cache = cache;
        this.store = store;
        this.folder = new SourceFolder(cache.resolve(name(source, store)));
        this.progress = new Progress(() -> canceled.getAsBoolean() || stopped.get());
    }

    /** Where this process finds its models; not there before the first sync has ended. */
    public Path models() {
        return folder.tree();
    }

    /**
     * Brings the models of the bucket as they are now. May be called again after a fault, and goes on where it ended.
     *
     * @throws SurroundingsException where the store cannot be reached or refuses the credentials, where the disk is full
     *     ({@link DiskFullException}), or the cache cannot be used
     * @throws ModelSourceException where the bucket is not there or refused, or holds no models
     * @throws CancellationException where it was canceled
     */
    @SuppressWarnings("try") // the lock is held, and asked for nothing
    public void sync() {
        try (BucketReader reader = new BucketReader(store)) {
            folder.create();
            try (HeldLock lock = folder.lock(progress)) {
                List<Wanted> models = Wanted.of(source, reader.list(source.bucket(), source.keyPrefix()));
                if (claim == null) {
                    claim = folder.claim();
                }
                folder.sweep(models.stream().map(Wanted::id).collect(Collectors.toSet()));
                requireRoom(models);
                bring(models, reader);
                Sums.require(models, folder);
                folder.link(models);
            }
        } catch (LocationRefusedException e) {
            throw new ModelSourceException("models cannot be read from " + source + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("the sync of models was interrupted");
        } catch (IOException e) {
            throw new SurroundingsException("the models' cache " + folder.root() + " cannot be used: " + e, e);
        }
    }

    private void bring(List<Wanted> models, BucketReader reader) throws IOException, InterruptedException {
        // Two files of the same content are one.
        Map<String, Wanted> contents = new LinkedHashMap<>();
        models.forEach(file -> contents.put(file.id(), file));
        long bytes =
                contents.values().stream().mapToLong(f -> f.object().bytes()).sum();
        long start = System.nanoTime();
        progress.start("from " + source, bytes);
        stopped.set(false);
        AtomicInteger made = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(DOWNLOADS, work -> {
            Thread thread = new Thread(work, "models-" + made.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<?>> all = new ArrayList<>();
            for (Wanted file : contents.values()) {
                all.add(threads.submit((Callable<@Nullable Void>) () -> {
                    bring(file, reader);
                    return null;
                }));
            }
            await(all);
        } finally {
            threads.shutdown();
        }
        LOG.infof(
                "Models: %d files of %s from %s are there, %s of them new, in %.1f s",
                models.size(),
                Progress.size(bytes),
                source,
                Progress.size(progress.fetchedBytes()),
                (System.nanoTime() - start) / 1e9);
    }

    /** Waits for all, also where one fails: none may write any more when the lock is given up. */
    private void await(List<Future<?>> all) throws IOException, InterruptedException {
        Throwable first = null;
        for (Future<?> each : all) {
            try {
                each.get();
            } catch (ExecutionException e) {
                first = first == null || first instanceof CancellationException ? e.getCause() : first;
                stopped.set(true);
            }
        }
        stopped.set(false);
        if (first instanceof IOException fault) {
            throw fault;
        }
        if (first instanceof RuntimeException fault) {
            throw fault;
        }
        if (first != null) {
            throw new IllegalStateException(first);
        }
    }

    private void bring(Wanted file, BucketReader reader) throws IOException {
        progress.requireGoingOn();
        String id = file.id();
        if (isThere(file)) {
            progress.found(file.object().bytes());
            return;
        }
        folder.drop(id);
        String sha256 = new Download(reader, source.bucket(), file.object(), folder.partial(id), progress).run();
        folder.accept(id, sha256);
        checked.add(id);
    }

    private boolean isThere(Wanted file) throws IOException {
        String id = file.id();
        if (checked.contains(id)) {
            return true;
        }
        Optional<String> digest = folder.digest(id);
        if (digest.isEmpty()) {
            return false;
        }
        boolean whole = Files.size(folder.file(id)) == file.object().bytes()
                && Digests.hex(Digests.of(folder.file(id), file.object().bytes(), progress))
                        .equals(digest.get());
        if (whole) {
            checked.add(id);
        } else {
            LOG.warnf("%s in the cache was damaged (its digest differs): it is fetched anew", file.path());
        }
        return whole;
    }

    /** Before anything is fetched; what other sources have left behind goes first, the oldest of it. */
    @SuppressWarnings("try") // the lock is held, and asked for nothing
    private void requireRoom(List<Wanted> models) throws IOException {
        long missing = 0;
        Set<String> seen = new HashSet<>();
        for (Wanted file : models) {
            if (seen.add(file.id()) && folder.digest(file.id()).isEmpty()) {
                missing += file.object().bytes() - Download.left(folder.partial(file.id()));
            }
        }
        for (SourceFolder other : others()) {
            if (missing <= free()) {
                return;
            }
            Optional<HeldLock> lock = other.tryLock();
            if (lock.isPresent()) {
                try (HeldLock held = lock.get()) {
                    LOG.infof("Models: making room in %s", other.root());
                    other.sweep(Set.of());
                }
            }
        }
        if (missing > free()) {
            throw new DiskFullException(cache, missing, free());
        }
    }

    private List<SourceFolder> others() throws IOException {
        try (Stream<Path> all = Files.list(cache)) {
            return all.filter(other -> Files.isDirectory(other.resolve("files")) && !other.equals(folder.root()))
                    .sorted(Comparator.comparingLong(
                            other -> other.resolve("used").toFile().lastModified()))
                    .map(SourceFolder::new)
                    .toList();
        }
    }

    private long free() throws IOException {
        return Files.getFileStore(folder.root()).getUsableSpace();
    }

    /** Gives up this process's models: others may remove what nobody uses any more. */
    @Override
    public void close() {
        stopped.set(true);
        try {
            if (claim != null) {
                folder.leave();
                claim.close();
            }
        } catch (IOException e) {
            LOG.warnf("%s could not be given up (%s); the next sync removes it", folder.tree(), e);
        }
    }

    /** A folder's name that tells people whose it is, and another one for each store, bucket and prefix. */
    private static String name(ModelSource source, StoreConfig store) {
        String readable = (source.bucket() + "-" + source.prefix())
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("-$", "");
        byte[] digest = Digests.sha256().digest((store.endpoint() + " " + source).getBytes(StandardCharsets.UTF_8));
        return readable.substring(0, Math.min(readable.length(), 60)) + "-"
                + HexFormat.of().formatHex(digest, 0, 4);
    }
}
