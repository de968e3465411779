package io.darkroom.pipeline;

import io.darkroom.model.ModelFolder;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model's own defaults ({@code darkroom.json}) for what of a request is no argument of a pipeline, or is one that always
 * has a value; null is "none".
 *
 * @param seed 0 to 2^63-1
 * @param previewEvery steps between previews, at least 1
 * @param format {@code png}, {@code jpeg} or {@code webp}
 * @param quality 1 to 100
 * @param metadata whether files tell how to make them again
 */
public record RequestDefaults(
        @Nullable Long seed,
        @Nullable Integer previewEvery,
        @Nullable String format,
        @Nullable Integer quality,
        @Nullable Boolean metadata) {
    /** Of a model that says nothing. */
    public static final RequestDefaults NONE = new RequestDefaults(null, null, null, null, null);

    static final Set<String> FIELDS = Set.of("seed", "preview_every", "output");

    private static final List<String> FORMATS = List.of("png", "jpeg", "webp");

    /**
     * What a folder says.
     *
     * @throws io.darkroom.model.ModelUnavailableException where something is not what is accepted
     */
    public static RequestDefaults of(ModelFolder folder) {
        DefaultsFile file = DefaultsFile.of(folder);
        DefaultsFile output = file.object("output");
        return new RequestDefaults(
                file.whole("seed", 0, Long.MAX_VALUE),
                file.integer("preview_every", 1, Integer.MAX_VALUE),
                output.choice("format", FORMATS),
                output.integer("quality", 1, 100),
                output.flag("metadata"));
    }
}
