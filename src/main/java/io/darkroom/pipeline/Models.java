package io.darkroom.pipeline;

import io.darkroom.model.Lease;
import io.darkroom.model.LoraException;
import io.darkroom.model.ModelCatalog;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.NetworkLoader;
import io.darkroom.model.VaeException;
import io.darkroom.model.Variant;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * All models of one device, from their names to pipelines: planned without being loaded, loaded when they are used.
 * Thread safe; what a lease gives is used by the device's thread.
 */
public final class Models implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Models.class);
    /** Planners kept: each holds its tokenizers. */
    private static final int PLANNERS = 64;

    private final ModelCatalog<Pipeline> catalog;
    private final Consumer<ModelFolder> check;
    private final Map<PlannerKey, Planner> planners = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<PlannerKey, Planner> eldest) {
            return size() > PLANNERS;
        }
    };

    /** What a planner depends on: LoRAs change weights only. */
    private record PlannerKey(String model, @Nullable String vae) {}

    /**
     * @param directory where model folders lie ({@code darkroom.models.path}); may be missing
     * @param builtIn the models that are always there; the first is the default
     * @param chosen {@code darkroom.models.default}, where it is set
     * @param budgetBytes how much loaded models may take up, by the size of their files
     * @param loader puts networks on the device
     * @param noise makes generators
     */
    public Models(
            Path directory,
            List<ModelFolder> builtIn,
            Optional<String> chosen,
            long budgetBytes,
            NetworkLoader loader,
            NoiseFactory noise) {
        this(directory, builtIn, chosen, budgetBytes, loader, noise, folder -> {});
    }

    /**
     * As {@link #Models(Path, List, Optional, long, NetworkLoader, NoiseFactory)}.
     *
     * @param check looks at a folder once it is read, and throws {@link ModelUnavailableException} where it is not to be used
     */
    public Models(
            Path directory,
            List<ModelFolder> builtIn,
            Optional<String> chosen,
            long budgetBytes,
            NetworkLoader loader,
            NoiseFactory noise,
            Consumer<ModelFolder> check) {
        this.check = check;
        this.catalog = new ModelCatalog<>(directory, builtIn, chosen, budgetBytes, folder -> planner(folder)
                .open(folder, loader, noise));
    }

    /** The names of all models there are now. */
    public NavigableSet<String> names() {
        return catalog.names();
    }

    /** The model of a request that names none. */
    public String defaultName() {
        return catalog.defaultName();
    }

    /** The models that are loaded now. */
    public NavigableSet<String> loaded() {
        return catalog.loaded();
    }

    /**
     * Milliseconds until a model, in whatever variant, can be used: 0 where it is loaded, as long as it took the last time
     * where it is not, NaN where it never was. Does not block.
     */
    public double loadingMs(String name) {
        return catalog.loadingMs(name);
    }

    /**
     * Plans for a model without loading it.
     *
     * @throws io.darkroom.model.UnknownModelException where there is none of that name
     * @throws ModelUnavailableException where its files are missing or do not fit
     * @throws ArgumentsException unsupported, where its family is not served
     */
    public Planner planner(String name) {
        return planner(catalog.folder(name));
    }

    /**
     * Plans for the variant of a model that a request wants, without loading it. What is wrong with the parts that it
     * exchanges shows in the plan. As {@link #planner(String)}.
     */
    public Planner planner(String name, Arguments arguments) {
        ModelFolder folder = catalog.folder(name);
        planner(folder);
        return planner(folder.as(Variants.of(folder, arguments)));
    }

    private synchronized Planner planner(ModelFolder folder) {
        PlannerKey key = new PlannerKey(folder.name(), folder.variant().vae());
        Planner known = planners.get(key);
        if (known == null || known.description().folder().plain() != folder.plain()) {
            try {
                known = Families.planner(folder.as(folder.variant().withLoras(List.of())));
                check.accept(folder);
            } catch (ModelUnavailableException e) {
                catalog.forget(folder);
                throw e;
            }
            planners.put(key, known);
        }
        return known;
    }

    /**
     * What a model's own {@code darkroom.json} says, by field, whatever else is wrong with its folder.
     *
     * @throws io.darkroom.model.UnknownModelException where there is none of that name
     * @throws ModelUnavailableException where the folder's configs cannot be read
     */
    public Map<String, Object> defaults(String name) {
        return catalog.folder(name).defaults();
    }

    /**
     * Takes a model into use as it lies there, loading it where it is not. As {@link #planner(String)}, and
     *
     * @throws ModelUnavailableException where a file cannot be loaded; the next call tries again
     */
    public Lease<Pipeline> lease(String name) {
        planner(name);
        return catalog.lease(name);
    }

    /**
     * Takes the variant of a model into use that a request wants. As {@link #lease(String)}. What is wrong with the parts
     * that it exchanges shows in the plan, or
     *
     * @throws ArgumentsException where a LoRA does not fit the loaded graphs, or the VAE that it names cannot be loaded
     */
    public Lease<Pipeline> lease(String name, Arguments arguments) {
        ModelFolder folder = catalog.folder(name);
        planner(folder);
        Variant variant = Variants.of(folder, arguments);
        planner(folder.as(variant));
        try {
            return catalog.lease(name, variant);
        } catch (LoraException e) {
            throw Variants.refused(folder, arguments, e);
        } catch (VaeException e) {
            throw Variants.refused(folder, variant, e);
        }
    }

    /**
     * The digest of the variant of a model that a request wants, as {@link ModelFolder#digest}: its files are read where
     * nobody has asked for it yet, which takes long. As {@link #planner(String, Arguments)}.
     */
    public String digest(String name, Arguments arguments) {
        ModelFolder folder = catalog.folder(name);
        return folder.as(Variants.of(folder, arguments)).digest();
    }

    /**
     * Whether the variant of a model that a request wants is loaded, or can be while those stay that are in use now. As
     * {@link #planner(String, Arguments)}.
     */
    public boolean hasRoom(String name, Arguments arguments) {
        return catalog.hasRoom(name, Variants.of(catalog.folder(name), arguments));
    }

    /** Bytes of the files that have to be loaded for it; 0 where it is loaded. As {@link #hasRoom}. */
    public long bytesToLoad(String name, Arguments arguments) {
        return catalog.bytesToLoad(name, Variants.of(catalog.folder(name), arguments));
    }

    /** Takes all that is loaded now into use, variants too, for upkeep: it does not count as use. */
    public List<Lease<Pipeline>> leaseLoaded() {
        return catalog.leaseLoaded();
    }

    /** Closes what is loaded and not in use, for memory's sake. */
    public void closeIdle() {
        catalog.closeIdle();
    }

    /**
     * What keeps models from being used, by model: missing files and what does not fit, found by looking, and what the
     * last attempt to load said. A folder of a family that is not served is no problem.
     */
    public NavigableMap<String, String> problems() {
        NavigableMap<String, String> problems = catalog.problems();
        for (String name : catalog.names()) {
            if (!problems.containsKey(name)) {
                try {
                    planner(name);
                } catch (ModelUnavailableException e) {
                    problems.put(name, String.valueOf(e.getMessage()));
                } catch (ArgumentsException e) {
                    LOG.debugf("model %s: %s", name, e.getMessage());
                }
            }
        }
        return problems;
    }

    /** Closes all models, those in use as soon as they are given back. */
    @Override
    public void close() {
        catalog.close();
    }
}
