package io.darkroom.engine;

import io.darkroom.job.Problem;
import io.darkroom.job.RenderRequest;
import io.darkroom.pipeline.InputImage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pictures that a job starts from.
 *
 * @param image null where it starts from noise
 * @param mask of the image; null unless a part of it is repainted
 * @param control for a ControlNet; null where none is used
 */
record Inputs(@Nullable InputImage image, @Nullable InputImage mask, @Nullable InputImage control) {
    static final Inputs NONE = new Inputs(null, null, null);

    /** Whether a request names any. */
    static boolean named(RenderRequest.Inputs named) {
        return named.image() != null || named.maskImage() != null || named.controlImage() != null;
    }

    /**
     * Fetches what a request names. Blocks.
     *
     * @throws InputPictures.UnusableException with the problems of all that cannot be used
     * @throws io.darkroom.job.SurroundingsException where the store is at fault
     */
    static Inputs of(RenderRequest.Inputs named, InputPictures from) {
        List<Problem> problems = new ArrayList<>();
        Inputs all = new Inputs(
                read("image", named.image(), from, problems),
                read("mask_image", named.maskImage(), from, problems),
                read("control_image", named.controlImage(), from, problems));
        if (!problems.isEmpty()) {
            throw new InputPictures.UnusableException(problems);
        }
        return all;
    }

    private static @Nullable InputImage read(
            String field, RenderRequest.@Nullable ImageRef named, InputPictures from, List<Problem> problems) {
        try {
            return named == null ? null : from.read(field, named);
        } catch (InputPictures.UnusableException e) {
            problems.addAll(e.problems());
            return null;
        }
    }
}
