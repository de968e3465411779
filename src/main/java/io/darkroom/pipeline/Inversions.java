package io.darkroom.pipeline;

import io.darkroom.sampling.Sampler;
import io.darkroom.sampling.ScheduleRequest;
import io.darkroom.sampling.SchedulerClass;
import io.darkroom.sampling.SchedulerConfig;
import io.darkroom.sampling.SchedulerException;
import io.darkroom.sampling.Schedulers;
import io.darkroom.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** DDIM inversion (Song et al. 2021, section 4.3): the way up, and how far back it is. */
final class Inversions {
    /** The request's field for the steps of the way up. */
    static final String STEPS = "inversion.num_inference_steps";

    private Inversions() {}

    /**
     * The schedule that goes up in noise: from the same config, with as many steps as the request's inversion says.
     *
     * @throws SchedulerException where it cannot go up with these settings; fields are the request's
     */
    static Sampler sampler(SchedulerConfig scheduler, Arguments.Inversion inversion) {
        Map<String, @Nullable Object> file = new LinkedHashMap<>(scheduler.values());
        file.put("_class_name", SchedulerClass.DDIM_INVERSE.className());
        int steps = Objects.requireNonNull(inversion.numInferenceSteps());
        try {
            return Schedulers.create(SchedulerConfig.from(file), ScheduleRequest.ofSteps(steps));
        } catch (SchedulerException e) {
            throw new SchedulerException(e.problems().stream()
                    .map(p -> new SchedulerException.Problem(
                            p.kind(),
                            p.field().equals("num_inference_steps") ? STEPS : p.field(),
                            "on the way up: " + p.message()))
                    .toList());
        }
    }

    /** The arguments with what the picture shows now for the prompt. */
    static Arguments source(Arguments a) {
        return a.toBuilder()
                .prompt(Objects.requireNonNull(a.inversion()).prompt())
                .negativePrompt("")
                .build();
    }

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
