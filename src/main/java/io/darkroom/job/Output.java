package io.darkroom.job;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A picture that the store has confirmed, with the digest and size of what is stored.
 *
 * @param bytes the object's size
 * @param sha256 of the object, in lower-case hex
 * @param seed of its noise; null for a contact sheet
 * @param swept the values by which this picture of a sweep differs, by field; else empty
 */
public record Output(
        ObjectStore.Location at,
        String mediaType,
        int width,
        int height,
        long bytes,
        String sha256,
        @Nullable Long seed,
        Map<String, Object> swept) {
    public Output {
        swept = RenderRequest.ordered(swept);
    }
}
