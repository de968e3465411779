package io.darkroom.sampling;

import io.darkroom.noise.NoiseSource;
import io.darkroom.noise.TorchCpuGenerator;
import io.darkroom.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** Every sampler by its short name, with its harder options, and a model to drive it. */
final class EverySampler {
    private EverySampler() {}

    private static final Map<String, Object> STABLE_DIFFUSION =
            Map.of("beta_start", 0.00085, "beta_end", 0.012, "beta_schedule", "scaled_linear", "steps_offset", 1);

    /** Options under which more is remembered than by default. */
    private static final Map<String, Map<String, Object>> OPTIONS = Map.of(
            "unipc", Map.of("solver_order", 3),
            "deis", Map.of("solver_order", 3),
            "edm_dpmpp_2m", Map.of("solver_order", 3),
            "sa_solver", Map.of("predictor_order", 3, "corrector_order", 4));

    static Map<String, Sampler> all(int steps) {
        Map<String, Sampler> all = new LinkedHashMap<>();
        SchedulerNames.all().forEach(name -> all.put(name, named(name, steps)));
        return all;
    }

    static Sampler named(String name, int steps) {
        Map<String, Object> override = new LinkedHashMap<>(OPTIONS.getOrDefault(name, Map.of()));
        override.put("_class_name", name);
        ScheduleRequest request = ScheduleRequest.ofSteps(steps)
                .withOptions(new StepOptions(0.7, false, 2, 0, Double.POSITIVE_INFINITY, 1.003, 4));
        return Schedulers.create(SchedulerConfig.from(STABLE_DIFFUSION, override), request);
    }

    /** A model that is not linear, so that a wrong history shows. */
    static Tensor model(Tensor input, double time) {
        float[] out = new float[input.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) StrictMath.sin(input.data()[i] + 0.001 * time + 0.1 * i);
        }
        return Tensor.of(out, input.shape());
    }

    static Progress begin(Sampler sampler, NoiseSource noise) {
        return sampler.begin(new Start.Noise(noise.next(4, 4, 4)));
    }

    static Progress step(Sampler sampler, Pending pending, NoiseSource noise) {
        return sampler.advance(pending, model(pending.input(), pending.time()), noise);
    }

    static Tensor run(Sampler sampler, NoiseSource noise) {
        Progress progress = begin(sampler, noise);
        while (progress instanceof Pending pending) {
            progress = step(sampler, pending, noise);
        }
        return ((Done) progress).latents();
    }

    static NoiseSource noise() {
        return new TorchCpuGenerator(42);
    }
}
