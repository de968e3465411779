package io.darkroom.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The models of one device: those in the model directory and the built-in ones. A model is loaded when it is first leased
 * and stays loaded; when another one needs the memory, the least recently used of those not in use is closed. A model
 * larger than the budget is loaded alone. Models in use are never closed, so while they are, the budget may be exceeded.
 * Each {@link Variant} of a model is one of them; what several have in common is counted once.
 * Thread safe; a model is loaded by one thread, and others that want it wait for that.
 *
 * @param <M> what a loaded model is
 */
public final class ModelCatalog<M extends AutoCloseable> implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ModelCatalog.class);

    private final Path directory;
    private final Map<String, ModelFolder> builtIn = new LinkedHashMap<>();
    private final Optional<String> chosen;
    private final long budgetBytes;
    private final Function<ModelFolder, M> loader;

    private final Map<String, ModelFolder> folders = new HashMap<>();
    private final Map<Key, Loaded<M>> loaded = new ConcurrentHashMap<>();
    private final Map<String, Double> loadedInMs = new ConcurrentHashMap<>();
    private final Map<Key, String> failures = new HashMap<>();
    private long uses;
    private boolean closed;

    /** Which networks. */
    private record Key(String model, Variant variant) {}

    /** A model that is loaded or being loaded. Guarded by the catalog. */
    private static final class Loaded<M> {
        final CompletableFuture<M> model = new CompletableFuture<>();
        final String label;
        final Map<String, Long> parts;
        int users;
        long lastUse;

        Loaded(ModelFolder folder) {
            this.label = folder.label();
            this.parts = folder.parts();
        }
    }

    /**
     * @param directory where model folders lie; may be missing
     * @param builtIn the models that are always there, at least one; the first is the default. A folder of the same name in
     *     the directory is taken instead
     * @param chosen the default model as configured, where it is
     * @param budgetBytes how much loaded models may take up, by the size of their files
     * @param loader loads a model; throws {@link ModelUnavailableException}
     */
    public ModelCatalog(
            Path directory,
            List<ModelFolder> builtIn,
            Optional<String> chosen,
            long budgetBytes,
            Function<ModelFolder, M> loader) {
        this.directory = directory;
        builtIn.forEach(folder -> this.builtIn.put(folder.name(), folder));
        this.chosen = chosen;
        this.budgetBytes = budgetBytes;
        this.loader = loader;
    }

    /** The names of all models there are now: the directory is read anew. */
    public NavigableSet<String> names() {
        NavigableSet<String> names = found();
        names.addAll(builtIn.keySet());
        return names;
    }

    /** The model of a request that names none: the configured one, else the only one in the directory, else the first built-in. */
    public String defaultName() {
        return chosen.orElseGet(() -> {
            NavigableSet<String> found = found();
            return found.size() == 1
                    ? found.first()
                    : builtIn.keySet().iterator().next();
        });
    }

    /** Reads a folder anew at the next call: what was read of it does not fit, and whoever mends it need not restart us. */
    public synchronized void forget(ModelFolder folder) {
        folders.remove(folder.name(), folder.plain());
    }

    /**
     * A model's folder, read at the first call.
     *
     * @throws UnknownModelException where there is none of that name
     * @throws ModelUnavailableException where its configs cannot be read
     */
    public synchronized ModelFolder folder(String name) {
        ModelFolder known = folders.get(name);
        if (known != null) {
            return known;
        }
        ModelFolder folder =
                found().contains(name) ? ModelFolder.read(name, directory.resolve(name)) : builtIn.get(name);
        if (folder == null) {
            throw new UnknownModelException(
                    "there is no model \"" + name + "\"; there are " + String.join(", ", names()));
        }
        folders.put(name, folder);
        return folder;
    }

    /** Takes a model into use as it lies there. As {@link #lease(String, Variant)}. */
    public Lease<M> lease(String name) {
        return lease(name, Variant.PLAIN);
    }

    /**
     * Takes a variant of a model into use, loading it where it is not.
     *
     * @throws UnknownModelException where there is none of that name
     * @throws ModelUnavailableException where it cannot be loaded; the next call tries again
     * @throws VaeException where the variant's VAE cannot
     * @throws LoraException where a LoRA cannot be used with it
     */
    public Lease<M> lease(String name, Variant variant) {
        Loaded<M> entry;
        boolean ours = false;
        ModelFolder folder = folder(name).as(variant);
        Key key = new Key(name, variant);
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("the catalog is closed");
            }
            entry = loaded.get(key);
            if (entry == null) {
                entry = new Loaded<>(folder);
                makeRoom(entry.parts);
                loaded.put(key, entry);
                ours = true;
            }
            entry.users++;
            entry.lastUse = ++uses;
        }
        if (ours) {
            load(folder, key, entry);
        }
        try {
            return new Use(entry, entry.model.join());
        } catch (CompletionException e) {
            release(entry);
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /**
     * Whether a variant of a model is loaded, or can be within the budget while those stay that are in use now. Where none
     * is, it can: one that is larger than the budget is loaded alone. As {@link #folder}.
     */
    public synchronized boolean hasRoom(String name, Variant variant) {
        if (loaded.containsKey(new Key(name, variant))) {
            return true;
        }
        List<Loaded<M>> used =
                loaded.values().stream().filter(entry -> entry.users > 0).toList();
        Map<String, Long> all = new HashMap<>(folder(name).as(variant).parts());
        used.forEach(entry -> all.putAll(entry.parts));
        return used.isEmpty() || size(all) <= budgetBytes;
    }

    /** Bytes of the files that have to be loaded for a variant of a model; 0 where it is loaded. As {@link #folder}. */
    public synchronized long bytesToLoad(String name, Variant variant) {
        return loaded.containsKey(new Key(name, variant))
                ? 0
                : size(folder(name).as(variant).parts());
    }

    /** Takes all that is loaded now into use, variants too, without their counting as used: for upkeep. */
    public synchronized List<Lease<M>> leaseLoaded() {
        List<Lease<M>> leases = new ArrayList<>();
        for (Loaded<M> entry : loaded.values()) {
            if (entry.model.isDone() && !entry.model.isCompletedExceptionally()) {
                entry.users++;
                leases.add(new Use(entry, entry.model.join()));
            }
        }
        return leases;
    }

    private void load(ModelFolder folder, Key key, Loaded<M> entry) {
        long start = System.nanoTime();
        try {
            M model = loader.apply(folder);
            synchronized (this) {
                failures.remove(key);
            }
            double ms = (System.nanoTime() - start) / 1e6;
            loadedInMs.put(folder.name(), ms);
            LOG.infof(
                    "model %s loaded from %s: %d MB in %.0f ms",
                    entry.label, folder.root(), size(entry.parts) >> 20, ms);
            entry.model.complete(model);
        } catch (RuntimeException | Error e) {
            synchronized (this) {
                loaded.remove(key, entry);
                forget(folder);
                // Want of memory is no fault of the model's, and over when others have left.
                if (e instanceof ModelUnavailableException
                        || (e instanceof DeviceException && !(e instanceof DeviceMemoryException))) {
                    failures.put(key, String.valueOf(e.getMessage()));
                }
            }
            entry.model.completeExceptionally(e);
        }
    }

    /**
     * What keeps models from being used, by model: configs that cannot be read now, and what the last attempt to load
     * said, also for a variant. For readiness.
     */
    public NavigableMap<String, String> problems() {
        NavigableMap<String, String> problems = new TreeMap<>();
        for (String name : names()) {
            try {
                ModelFolder folder = folder(name);
                synchronized (this) {
                    failures.forEach((key, failure) -> {
                        if (key.model().equals(name)) {
                            problems.put(folder.as(key.variant()).label(), failure);
                        }
                    });
                }
            } catch (ModelUnavailableException e) {
                problems.put(name, String.valueOf(e.getMessage()));
            } catch (UnknownModelException e) {
                LOG.debugf("model %s was removed just now", name);
            }
        }
        return problems;
    }

    /** The models that are loaded now; variants say what is exchanged in them. */
    public synchronized NavigableSet<String> loaded() {
        NavigableSet<String> names = new TreeSet<>();
        loaded.values().forEach(entry -> {
            if (entry.model.isDone()) {
                names.add(entry.label);
            }
        });
        return names;
    }

    /**
     * Milliseconds until a model, in whatever variant, can be used: 0 where it is loaded, as long as it took the last time
     * where it is not, NaN where it never was. Does not block.
     */
    public double loadingMs(String name) {
        return loaded.keySet().stream().anyMatch(key -> key.model().equals(name))
                ? 0
                : loadedInMs.getOrDefault(name, Double.NaN);
    }

    /** Closes the models that are not in use. */
    public synchronized void closeIdle() {
        evictWhile(() -> true);
    }

    /** Closes all models, those in use as soon as they are given back. */
    @Override
    public synchronized void close() {
        closed = true;
        evictWhile(() -> true);
    }

    /** For parts that come, of which some may be there already. */
    private void makeRoom(Map<String, Long> parts) {
        evictWhile(() -> {
            Map<String, Long> all = new HashMap<>(parts);
            loaded.values().forEach(entry -> all.putAll(entry.parts));
            return size(all) > budgetBytes;
        });
    }

    private static long size(Map<String, Long> parts) {
        return parts.values().stream().mapToLong(Long::longValue).sum();
    }

    private void evictWhile(BooleanSupplier needed) {
        while (needed.getAsBoolean()) {
            Optional<Map.Entry<Key, Loaded<M>>> oldest = loaded.entrySet().stream()
                    .filter(e -> e.getValue().users == 0 && e.getValue().model.isDone())
                    .min(Comparator.comparingLong(e -> e.getValue().lastUse));
            if (oldest.isEmpty()) {
                return;
            }
            loaded.remove(oldest.get().getKey());
            LOG.infof("model %s closed", oldest.get().getValue().label);
            closeQuietly(oldest.get().getValue().model.getNow(null));
        }
    }

    private synchronized void release(Loaded<M> entry) {
        entry.users--;
        if (closed) {
            evictWhile(() -> true);
        } else {
            makeRoom(Map.of());
        }
    }

    private static void closeQuietly(@Nullable AutoCloseable model) {
        try {
            if (model != null) {
                model.close();
            }
        } catch (Exception e) {
            LOG.warn("a model did not close", e);
        }
    }

    private NavigableSet<String> found() {
        NavigableSet<String> names = new TreeSet<>();
        if (!Files.isDirectory(directory)) {
            return names;
        }
        try (Stream<Path> entries = Files.list(directory)) {
            // Names with a dot in front are not models: Kubernetes mounts versions of a volume under such names.
            entries.filter(ModelFolder::isOne)
                    .map(folder -> String.valueOf(folder.getFileName()))
                    .filter(name -> !name.startsWith("."))
                    .forEach(names::add);
            return names;
        } catch (IOException e) {
            throw new ModelUnavailableException("the model directory " + directory + " cannot be read: " + e, e);
        }
    }

    private final class Use implements Lease<M> {
        private final Loaded<M> entry;
        private final M model;
        private final AtomicBoolean open = new AtomicBoolean(true);

        Use(Loaded<M> entry, M model) {
            this.entry = entry;
            this.model = model;
        }

        @Override
        public M model() {
            return model;
        }

        @Override
        public void close() {
            if (open.getAndSet(false)) {
                release(entry);
            }
        }
    }
}
