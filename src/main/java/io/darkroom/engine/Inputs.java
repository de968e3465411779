package io.darkroom.engine;

import io.darkroom.job.RenderRequest;
import io.darkroom.pipeline.InputImage;
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

    /** Fetches what a request names. Blocks. */
    static Inputs of(RenderRequest.Inputs named, InputPictures from) {
        return new Inputs(
                named.image() == null ? null : from.read("image", named.image()),
                named.maskImage() == null ? null : from.read("mask_image", named.maskImage()),
                named.controlImage() == null ? null : from.read("control_image", named.controlImage()));
    }
}
