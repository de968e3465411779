package io.darkroom.pipeline;

import io.darkroom.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** How far an inversion's reconstruction is from its source. */
final class Inversions {
    private Inversions() {}

    /** The mean and the largest absolute difference of the latents. */
    static Map<String, Double> errors(Tensor source, Tensor reconstruction) {
        double sum = 0;
        double largest = 0;
        for (int i = 0; i < source.size(); i++) {
            double d = Math.abs((double) source.data()[i] - reconstruction.data()[i]);
            sum += d;
            largest = Math.max(largest, d);
        }
        Map<String, Double> errors = new LinkedHashMap<>();
        errors.put("inversion_latents_mean_error", sum / source.size());
        errors.put("inversion_latents_max_error", largest);
        return errors;
    }
}
