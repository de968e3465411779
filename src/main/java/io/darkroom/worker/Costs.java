package io.darkroom.worker;

import io.darkroom.job.RenderRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How long jobs will have the device, for their order alone: evaluations times pixels, at the speed that jobs of the same
 * model had so far. Before the first has ended a guess, in which only the proportions are right. Not safe for more than one
 * thread.
 */
final class Costs {
    /** Where a request leaves it to the model. */
    private static final int STEPS = 30;

    private static final int SIDE = 512;
    private static final double GUESSED_MS = 1e-4;
    private static final double LEARNING = 0.2;
    private static final int MODELS = 256;

    private final Map<String, Double> msAnEvaluatedPixel = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Double> eldest) {
            return size() > MODELS;
        }
    };

    /** Milliseconds of the device that a job will take. */
    double estimate(RenderRequest request) {
        return work(request) * msAnEvaluatedPixel.getOrDefault(model(request), GUESSED_MS);
    }

    /** What a job has taken in the end. */
    void learn(RenderRequest request, double deviceMs) {
        double speed = deviceMs / work(request);
        msAnEvaluatedPixel.merge(model(request), speed, (before, now) -> before + LEARNING * (now - before));
    }

    private static String model(RenderRequest request) {
        return request.model() == null ? "" : request.model();
    }

    /** Evaluated pixels of all pictures; of a sweep, which may vary the steps or the size, each combination's. */
    private static double work(RenderRequest request) {
        RenderRequest.Sweep sweep = request.sweep();
        return sweep == null || sweep.variants().isEmpty()
                ? one(request)
                : sweep.variants().stream().mapToDouble(v -> one(v.request())).sum();
    }

    private static double one(RenderRequest request) {
        RenderRequest.Steps given = request.steps();
        int steps = given.timesteps() != null
                ? given.timesteps().size()
                : given.sigmas() != null ? given.sigmas().size() : or(given.numInferenceSteps(), STEPS);
        Double scale = request.guidance().guidanceScale();
        int rows = scale != null && scale <= 1 ? 1 : 2;
        double pixels = (double) or(request.width(), SIDE) * or(request.height(), SIDE);
        int labels = request.classLabels() == null ? 1 : request.classLabels().size();
        return steps * rows * pixels * or(request.numImagesPerPrompt(), 1) * labels;
    }

    private static int or(@Nullable Integer given, int otherwise) {
        return given == null ? otherwise : given;
    }
}
