package io.darkroom.pipeline;

import io.darkroom.model.Lease;
import io.darkroom.model.ModelCatalog;
import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.model.NetworkLoader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * All models of one device, from their names to pipelines: planned without being loaded, loaded when they are used.
 * Thread safe; what a lease gives is used by the device's thread.
 */
public final class Models implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Models.class);

    private final ModelCatalog<Pipeline> catalog;
    private final Map<String, Planner> planners = new HashMap<>();

    /**
     * @param directory where model folders lie ({@code darkroom.models.path}); may be missing
     * @param builtIn the model that is always there
     * @param chosen {@code darkroom.models.default}, where it is set
     * @param budgetBytes how much loaded models may take up, by the size of their files
     * @param loader puts networks on the device
     * @param noise makes generators
     */
    public Models(
            Path directory,
            ModelFolder builtIn,
            Optional<String> chosen,
            long budgetBytes,
            NetworkLoader loader,
            NoiseFactory noise) {
        this.catalog = new ModelCatalog<>(directory, builtIn, chosen, budgetBytes, folder -> planner(folder)
                .open(loader, noise));
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
     * Plans for a model without loading it.
     *
     * @throws io.darkroom.model.UnknownModelException where there is none of that name
     * @throws ModelUnavailableException where its files are missing or do not fit
     * @throws ArgumentsException unsupported, where its family is not served
     */
    public Planner planner(String name) {
        return planner(catalog.folder(name));
    }

    private synchronized Planner planner(ModelFolder folder) {
        Planner known = planners.get(folder.name());
        if (known == null || known.description().folder() != folder) {
            known = Families.planner(folder);
            planners.put(folder.name(), known);
        }
        return known;
    }

    /**
     * Takes a model into use, loading it where it is not. As {@link #planner}, and
     *
     * @throws ModelUnavailableException where a file cannot be loaded; the next call tries again
     */
    public Lease<Pipeline> lease(String name) {
        planner(name);
        return catalog.lease(name);
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
