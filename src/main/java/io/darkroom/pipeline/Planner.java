package io.darkroom.pipeline;

import io.darkroom.model.ModelFolder;
import io.darkroom.model.NetworkLoader;
import java.util.Set;

/**
 * What can be said about a request from a model's folder alone, without loading its networks. Immutable and safe for use
 * from any thread.
 */
public interface Planner {
    /** What kind of model it is. */
    Description description();

    /**
     * A model, for those who choose one.
     *
     * @param folder where it lies
     * @param family as in diffusers: {@code stable-diffusion}
     * @param tasks what it can do
     * @param defaultWidth the width in pixels of a request that names none
     * @param defaultHeight the height in pixels of a request that names none
     * @param sizeMultiple what widths and heights in pixels must be a multiple of
     */
    record Description(
            ModelFolder folder, String family, Set<Task> tasks, int defaultWidth, int defaultHeight, int sizeMultiple) {

        /** The same of a variant of the folder. */
        Description of(ModelFolder variant) {
            return new Description(variant, family, tasks, defaultWidth, defaultHeight, sizeMultiple);
        }
    }

    /**
     * Validates arguments against the model and resolves every default. Pure.
     *
     * @throws ArgumentsException with every problem at once
     */
    Plan plan(Arguments arguments);

    /** The size of a picture of these arguments in pixels, whatever else may be wrong with them. Pure. */
    Arguments.Size size(Arguments arguments);

    /** Loads the model. As {@link #open(ModelFolder, NetworkLoader, NoiseFactory)}. */
    default Pipeline open(NetworkLoader loader, NoiseFactory noise) {
        return open(description().folder(), loader, noise);
    }

    /**
     * Loads a variant of the model.
     *
     * @param variant the folder of {@link #description}, with or without LoRAs: planning does not depend on them
     * @param loader puts its networks on a device
     * @param noise makes its generators
     * @throws io.darkroom.model.ModelUnavailableException where a file is missing, unreadable or does not fit
     * @throws io.darkroom.model.LoraException where a LoRA does not fit
     */
    Pipeline open(ModelFolder variant, NetworkLoader loader, NoiseFactory noise);
}
