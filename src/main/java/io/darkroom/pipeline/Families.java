package io.darkroom.pipeline;

import io.darkroom.model.ModelFolder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;

/** Which family a folder is of: {@code model_index.json} says. */
public final class Families {
    private static final Map<String, Function<ModelFolder, Family>> BY_CLASS = new LinkedHashMap<>();

    static {
        StableDiffusion.CLASSES.forEach(c -> BY_CLASS.put(c, StableDiffusion::new));
        StableDiffusionXl.CLASSES.forEach(c -> BY_CLASS.put(c, StableDiffusionXl::new));
        LatentConsistency.CLASSES.forEach(c -> BY_CLASS.put(c, LatentConsistency::new));
        DiffusionTransformer.CLASSES.forEach(c -> BY_CLASS.put(c, DiffusionTransformer::new));
        StableDiffusion3.CLASSES.forEach(c -> BY_CLASS.put(c, StableDiffusion3::new));
        Flux.CLASSES.forEach(c -> BY_CLASS.put(c, Flux::new));
    }

    private Families() {}

    /**
     * Reads a folder as its family does.
     *
     * @throws ArgumentsException unsupported, where there is no family for the folder's class
     * @throws io.darkroom.model.ModelUnavailableException where files are missing or do not fit
     */
    public static Planner planner(ModelFolder folder) {
        String found = folder.pipelineClass();
        Function<ModelFolder, Family> family = BY_CLASS.get(found);
        if (family == null) {
            throw new ArgumentsException(
                    List.of(new Problem(
                            "model",
                            "\"" + folder.name() + "\" is a " + found + ", which is not served; served are "
                                    + new TreeSet<>(BY_CLASS.keySet()))),
                    true);
        }
        return new FamilyPlanner(family.apply(folder));
    }
}
