package io.darkroom.engine;

import io.darkroom.job.RenderRequest;
import io.darkroom.job.RenderRequest.Format;
import io.darkroom.job.RenderRequest.Output;
import io.darkroom.job.RenderRequest.Presentation;
import io.darkroom.model.ModelFolder;
import io.darkroom.pipeline.RequestDefaults;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A request with what it leaves open taken from its model's own defaults, as far as that is no argument of a pipeline: those
 * the plan takes. Done anew whenever the model is at hand, as the file may have been mended in between.
 */
final class Completion {
    private Completion() {}

    /** @throws io.darkroom.model.ModelUnavailableException where the model's defaults are not what is accepted */
    static RenderRequest of(RenderRequest request, ModelFolder folder) {
        RequestDefaults defaults = RequestDefaults.of(folder);
        return defaults.equals(RequestDefaults.NONE) ? request : request.with(given -> complete(given, defaults));
    }

    private static Presentation complete(Presentation given, RequestDefaults defaults) {
        Output output = given.output();
        return new Presentation(
                given.seedGiven(),
                given.seedGiven() || defaults.seed() == null ? given.seed() : defaults.seed(),
                new Output(
                        output.prefix(),
                        or(output.format(), format(defaults.format())),
                        or(output.quality(), defaults.quality()),
                        output.presignSeconds(),
                        or(output.metadata(), defaults.metadata())),
                or(given.previewEvery(), defaults.previewEvery()));
    }

    private static @Nullable Format format(@Nullable String name) {
        return name == null ? null : Format.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private static <T> @Nullable T or(@Nullable T given, @Nullable T otherwise) {
        return given == null ? otherwise : given;
    }
}
