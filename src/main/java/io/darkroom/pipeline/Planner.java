package io.darkroom.pipeline;

import io.darkroom.model.ModelFolder;
import java.util.Set;

/**
 * What can be said about a request from a model's folder alone, without loading its networks. Immutable and safe for use
 * from any thread.
 */
public interface Planner {
    /** The model's folder. */
    ModelFolder folder();

    /** The family's name, as in diffusers: {@code stable-diffusion}. */
    String family();

    /** What this model can do. */
    Set<Task> tasks();

    /** The width in pixels of a request that names none. */
    int defaultWidth();

    /** The height in pixels of a request that names none. */
    int defaultHeight();

    /** What widths and heights in pixels must be a multiple of. */
    int sizeMultiple();

    /**
     * Validates arguments against the model and resolves every default. Pure.
     *
     * @throws ArgumentsException with every problem at once
     */
    Plan plan(Arguments arguments);
}
