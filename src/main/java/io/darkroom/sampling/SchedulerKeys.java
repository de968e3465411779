package io.darkroom.sampling;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The config keys that several scheduler classes share: name and default, one after the other; null is None. */
final class SchedulerKeys {
    private SchedulerKeys() {}

    static final Object[] RANGE = {"clip_sample_range", 1.0};
    static final Object[] OFFSET = {"steps_offset", 0};
    static final Object[] ALPHA_ONE = {"set_alpha_to_one", true};
    static final Object[] EPSILON = {"prediction_type", "epsilon"};
    static final Object[] ZERO_SNR = {"rescale_betas_zero_snr", false};
    static final Object[] FINAL = {"final_sigmas_type", "zero"};
    static final Object[] ORDER = {"solver_order", 2};
    static final Object[] FLOW = {"use_flow_sigmas", false, "flow_shift", 1.0};
    static final Object[] DYNAMIC = {"use_dynamic_shifting", false, "time_shift_type", "exponential"};
    static final Object[] LAMBDA_MIN = {"lambda_min_clipped", Double.NEGATIVE_INFINITY};
    static final Object[] THRESHOLD = {
        "thresholding", false, "dynamic_thresholding_ratio", 0.995, "sample_max_value", 1.0
    };
    static final Object[] SIGMA_KINDS = {
        "use_karras_sigmas", false, "use_exponential_sigmas", false, "use_beta_sigmas", false
    };
    static final Object[] EDM = {
        "sigma_min",
        0.002,
        "sigma_max",
        80.0,
        "sigma_data",
        0.5,
        "sigma_schedule",
        "karras",
        "num_train_timesteps",
        1000,
        "prediction_type",
        "epsilon",
        "rho",
        7.0
    };

    /** What a string key may be. Where classes differ, the sampler checks the rest. */
    static final Map<String, List<String>> ALLOWED = Map.ofEntries(
            Map.entry("beta_schedule", List.of("linear", "scaled_linear", "squaredcos_cap_v2", "exp", "sigmoid")),
            Map.entry("timestep_spacing", List.of("leading", "trailing", "linspace")),
            Map.entry("prediction_type", List.of("epsilon", "v_prediction", "sample", "flow_prediction")),
            Map.entry("final_sigmas_type", List.of("zero", "sigma_min")),
            Map.entry("interpolation_type", List.of("linear", "log_linear")),
            Map.entry("timestep_type", List.of("discrete", "continuous")),
            Map.entry("sigma_schedule", List.of("karras", "exponential")),
            Map.entry("time_shift_type", List.of("exponential", "linear")));

    /** Types of the keys whose default is None. */
    static final Map<String, Class<?>> NULLABLE = Map.of(
            "trained_betas", List.class,
            "sigma_min", Double.class,
            "sigma_max", Double.class,
            "shift_terminal", Double.class,
            "variance_type", String.class,
            "solver_p", Object.class,
            "tau_func", Object.class);

    static Object[] betas(double start, double end, String schedule) {
        return new @Nullable Object[] {
            "num_train_timesteps",
            1000,
            "beta_start",
            start,
            "beta_end",
            end,
            "beta_schedule",
            schedule,
            "trained_betas",
            null
        };
    }

    static Object[] clip(boolean value) {
        return new Object[] {"clip_sample", value};
    }

    static Object[] spacing(String value) {
        return new Object[] {"timestep_spacing", value};
    }

    static Object[] keys(Object... nameAndDefault) {
        return nameAndDefault;
    }

    static Object[] nulls(String... names) {
        @Nullable Object[] all = new @Nullable Object[names.length * 2];
        for (int i = 0; i < names.length; i++) {
            all[2 * i] = names[i];
        }
        return all;
    }
}
