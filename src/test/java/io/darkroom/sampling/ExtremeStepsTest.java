package io.darkroom.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every sampler with every spacing and numbers of steps at both ends of what there may be: it ends with finite latents, or
 * the request is refused, with the field that is at fault. Never an error of ours.
 */
class ExtremeStepsTest {
    private static final int TRAIN = 1000;
    private static final int[] STEPS = {1, 2, 4, 5, 333, 499, 500, 998, 999, 1000, 1001};
    private static final List<Map<String, Object>> LEVELS = List.of(
            Map.of(),
            Map.of("use_karras_sigmas", true),
            Map.of("use_flow_sigmas", true, "prediction_type", "flow_prediction"),
            Map.of("rescale_betas_zero_snr", true, "prediction_type", "v_prediction"));

    @TestFactory
    Stream<DynamicTest> aSamplerEndsOrSaysWhichFieldIsWrong() {
        return SchedulerNames.all().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    List<String> wrong = new ArrayList<>();
                    for (String spacing : List.of("leading", "trailing", "linspace")) {
                        int offsets = spacing.equals("leading") ? 3 : 1;
                        for (int offset = 0; offset < offsets; offset++) {
                            for (Map<String, Object> levels : LEVELS) {
                                for (int steps : STEPS) {
                                    Map<String, Object> config = new LinkedHashMap<>(levels);
                                    config.put("timestep_spacing", spacing);
                                    config.put("steps_offset", offset);
                                    config.put("num_train_timesteps", TRAIN);
                                    String fault = fault(name, config, steps);
                                    if (fault != null) {
                                        wrong.add(steps + " steps, " + config + ": " + fault);
                                    }
                                }
                            }
                        }
                    }
                    assertThat(wrong).isEmpty();
                }));
    }

    private static @Nullable String fault(String name, Map<String, Object> config, int steps) {
        Map<String, Object> override = new LinkedHashMap<>(config);
        override.put("_class_name", name);
        try {
            Sampler sampler =
                    Schedulers.create(SchedulerConfig.from(Map.of(), override), ScheduleRequest.ofSteps(steps));
            String obstacle = sampler.obstacle(0);
            return (obstacle == null) == isFinite(sampler) ? null : "obstacle: " + obstacle;
        } catch (SchedulerException e) {
            return e.problems().get(0).field().equals("num_inference_steps")
                            || e.problems().get(0).field().startsWith("scheduler.")
                    ? null
                    : e.toString();
        }
    }

    private static boolean isFinite(Sampler sampler) {
        try {
            for (float x : EverySampler.run(sampler, EverySampler.noise()).data()) {
                if (!Float.isFinite(x)) {
                    return false;
                }
            }
            return true;
        } catch (IndexOutOfBoundsException e) {
            return false;
        }
    }
}
