package io.darkroom.pipeline;

import io.darkroom.model.ModelFolder;
import java.util.List;

/** Which family a folder is of: {@code model_index.json} says. */
public final class Families {
    private Families() {}

    /**
     * Reads a folder as its family does.
     *
     * @throws ArgumentsException unsupported, where there is no family for the folder's class
     * @throws io.darkroom.model.ModelUnavailableException where files are missing or do not fit
     */
    public static Planner planner(ModelFolder folder) {
        String found = folder.pipelineClass();
        if (StableDiffusion.CLASSES.contains(found)) {
            return new StableDiffusion(folder);
        }
        throw new ArgumentsException(
                List.of(new Problem(
                        "model",
                        "\"" + folder.name() + "\" is a " + found + ", which is not served yet; served are "
                                + StableDiffusion.CLASSES)),
                true);
    }
}
