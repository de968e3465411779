package io.darkroom.pipeline;

import io.darkroom.model.ModelFolder;
import io.darkroom.model.NetworkLoader;
import io.darkroom.model.Networks;
import java.util.List;

/** Which family a folder is of: {@code model_index.json} says. */
public final class Families {
    private Families() {}

    /**
     * What can be said about requests without loading the model.
     *
     * @throws ArgumentsException unsupported, where there is no family for the folder's class
     * @throws io.darkroom.model.ModelUnavailableException where its files do not fit
     */
    public static Planner planner(ModelFolder folder) {
        return stableDiffusion(folder);
    }

    /**
     * Loads a model.
     *
     * @param loader puts its networks on a device
     * @param noise makes its generators
     * @throws ArgumentsException as {@link #planner}
     * @throws io.darkroom.model.ModelUnavailableException where a file is missing, unreadable or does not fit
     */
    public static Pipeline open(ModelFolder folder, NetworkLoader loader, NoiseFactory noise) {
        StableDiffusion family = stableDiffusion(folder);
        Networks networks = loader.load(folder);
        try {
            return new StableDiffusionPipeline(family, networks, noise);
        } catch (RuntimeException e) {
            networks.close();
            throw e;
        }
    }

    private static StableDiffusion stableDiffusion(ModelFolder folder) {
        if (!StableDiffusion.CLASSES.contains(folder.pipelineClass())) {
            throw new ArgumentsException(
                    List.of(new Problem(
                            "model",
                            "\"" + folder.name() + "\" is a " + folder.pipelineClass() + ", which is not served yet; "
                                    + "served are " + StableDiffusion.CLASSES)),
                    true);
        }
        return new StableDiffusion(folder);
    }
}
