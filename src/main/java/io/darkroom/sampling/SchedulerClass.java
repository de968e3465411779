package io.darkroom.sampling;

import static io.darkroom.sampling.SchedulerKeys.ALPHA_ONE;
import static io.darkroom.sampling.SchedulerKeys.DYNAMIC;
import static io.darkroom.sampling.SchedulerKeys.EDM;
import static io.darkroom.sampling.SchedulerKeys.EPSILON;
import static io.darkroom.sampling.SchedulerKeys.FINAL;
import static io.darkroom.sampling.SchedulerKeys.FLOW;
import static io.darkroom.sampling.SchedulerKeys.LAMBDA_MIN;
import static io.darkroom.sampling.SchedulerKeys.OFFSET;
import static io.darkroom.sampling.SchedulerKeys.ORDER;
import static io.darkroom.sampling.SchedulerKeys.RANGE;
import static io.darkroom.sampling.SchedulerKeys.SIGMA_KINDS;
import static io.darkroom.sampling.SchedulerKeys.THRESHOLD;
import static io.darkroom.sampling.SchedulerKeys.ZERO_SNR;
import static io.darkroom.sampling.SchedulerKeys.betas;
import static io.darkroom.sampling.SchedulerKeys.clip;
import static io.darkroom.sampling.SchedulerKeys.keys;
import static io.darkroom.sampling.SchedulerKeys.nulls;
import static io.darkroom.sampling.SchedulerKeys.spacing;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * diffusers' scheduler classes (0.36) that Darkroom has, each with the keys of its config and their defaults, in the
 * order of its constructor.
 */
public enum SchedulerClass {
    DDIM(
            "DDIMScheduler",
            betas(1e-4, 0.02, "linear"),
            clip(true),
            ALPHA_ONE,
            OFFSET,
            EPSILON,
            THRESHOLD,
            RANGE,
            spacing("leading"),
            ZERO_SNR),
    DDIM_INVERSE(
            "DDIMInverseScheduler",
            betas(1e-4, 0.02, "linear"),
            clip(true),
            ALPHA_ONE,
            OFFSET,
            EPSILON,
            RANGE,
            spacing("leading"),
            ZERO_SNR),
    DDPM(
            "DDPMScheduler",
            betas(1e-4, 0.02, "linear"),
            keys("variance_type", "fixed_small"),
            clip(true),
            EPSILON,
            THRESHOLD,
            RANGE,
            spacing("leading"),
            OFFSET,
            ZERO_SNR),
    PNDM(
            "PNDMScheduler",
            betas(1e-4, 0.02, "linear"),
            keys("skip_prk_steps", false, "set_alpha_to_one", false),
            EPSILON,
            spacing("leading"),
            OFFSET),
    LMS("LMSDiscreteScheduler", betas(1e-4, 0.02, "linear"), SIGMA_KINDS, EPSILON, spacing("linspace"), OFFSET),
    EULER(
            "EulerDiscreteScheduler",
            betas(1e-4, 0.02, "linear"),
            EPSILON,
            keys("interpolation_type", "linear"),
            SIGMA_KINDS,
            nulls("sigma_min", "sigma_max"),
            spacing("linspace"),
            keys("timestep_type", "discrete"),
            OFFSET,
            ZERO_SNR,
            FINAL),
    EULER_ANCESTRAL(
            "EulerAncestralDiscreteScheduler",
            betas(1e-4, 0.02, "linear"),
            EPSILON,
            spacing("linspace"),
            OFFSET,
            ZERO_SNR),
    HEUN(
            "HeunDiscreteScheduler",
            betas(0.00085, 0.012, "linear"),
            EPSILON,
            SIGMA_KINDS,
            clip(false),
            RANGE,
            spacing("linspace"),
            OFFSET),
    KDPM2("KDPM2DiscreteScheduler", betas(0.00085, 0.012, "linear"), SIGMA_KINDS, EPSILON, spacing("linspace"), OFFSET),
    KDPM2_ANCESTRAL(
            "KDPM2AncestralDiscreteScheduler",
            betas(0.00085, 0.012, "linear"),
            SIGMA_KINDS,
            EPSILON,
            spacing("linspace"),
            OFFSET),
    DPM_MULTISTEP(
            "DPMSolverMultistepScheduler",
            betas(1e-4, 0.02, "linear"),
            ORDER,
            EPSILON,
            THRESHOLD,
            keys(
                    "algorithm_type",
                    "dpmsolver++",
                    "solver_type",
                    "midpoint",
                    "lower_order_final",
                    true,
                    "euler_at_final",
                    false),
            SIGMA_KINDS,
            keys("use_lu_lambdas", false),
            FLOW,
            FINAL,
            LAMBDA_MIN,
            nulls("variance_type"),
            spacing("linspace"),
            OFFSET,
            ZERO_SNR,
            DYNAMIC),
    DPM_MULTISTEP_INVERSE(
            "DPMSolverMultistepInverseScheduler",
            betas(1e-4, 0.02, "linear"),
            ORDER,
            EPSILON,
            THRESHOLD,
            keys(
                    "algorithm_type",
                    "dpmsolver++",
                    "solver_type",
                    "midpoint",
                    "lower_order_final",
                    true,
                    "euler_at_final",
                    false),
            SIGMA_KINDS,
            FLOW,
            LAMBDA_MIN,
            nulls("variance_type"),
            spacing("linspace"),
            OFFSET),
    DPM_SINGLESTEP(
            "DPMSolverSinglestepScheduler",
            betas(1e-4, 0.02, "linear"),
            ORDER,
            EPSILON,
            THRESHOLD,
            keys("algorithm_type", "dpmsolver++", "solver_type", "midpoint", "lower_order_final", false),
            SIGMA_KINDS,
            FLOW,
            FINAL,
            LAMBDA_MIN,
            nulls("variance_type"),
            DYNAMIC),
    UNIPC(
            "UniPCMultistepScheduler",
            betas(1e-4, 0.02, "linear"),
            ORDER,
            EPSILON,
            THRESHOLD,
            keys("predict_x0", true, "solver_type", "bh2", "lower_order_final", true, "disable_corrector", List.of()),
            nulls("solver_p"),
            SIGMA_KINDS,
            FLOW,
            spacing("linspace"),
            OFFSET,
            FINAL,
            ZERO_SNR,
            DYNAMIC),
    DEIS(
            "DEISMultistepScheduler",
            betas(1e-4, 0.02, "linear"),
            ORDER,
            EPSILON,
            THRESHOLD,
            keys("algorithm_type", "deis", "solver_type", "logrho", "lower_order_final", true),
            SIGMA_KINDS,
            FLOW,
            spacing("linspace"),
            OFFSET,
            DYNAMIC),
    SA_SOLVER(
            "SASolverScheduler",
            betas(1e-4, 0.02, "linear"),
            keys("predictor_order", 2, "corrector_order", 2),
            EPSILON,
            nulls("tau_func"),
            THRESHOLD,
            keys("algorithm_type", "data_prediction", "lower_order_final", true),
            SIGMA_KINDS,
            FLOW,
            LAMBDA_MIN,
            nulls("variance_type"),
            spacing("linspace"),
            OFFSET),
    IPNDM("IPNDMScheduler", keys("num_train_timesteps", 1000), nulls("trained_betas")),
    LCM(
            "LCMScheduler",
            betas(0.00085, 0.012, "scaled_linear"),
            keys("original_inference_steps", 50),
            clip(false),
            RANGE,
            ALPHA_ONE,
            OFFSET,
            EPSILON,
            THRESHOLD,
            spacing("leading"),
            keys("timestep_scaling", 10.0),
            ZERO_SNR),
    TCD(
            "TCDScheduler",
            betas(0.00085, 0.012, "scaled_linear"),
            keys("original_inference_steps", 50),
            clip(false),
            RANGE,
            ALPHA_ONE,
            OFFSET,
            EPSILON,
            THRESHOLD,
            spacing("leading"),
            keys("timestep_scaling", 10.0),
            ZERO_SNR),
    EDM_EULER("EDMEulerScheduler", EDM, FINAL),
    EDM_DPM_MULTISTEP(
            "EDMDPMSolverMultistepScheduler",
            EDM,
            ORDER,
            THRESHOLD,
            keys(
                    "algorithm_type",
                    "dpmsolver++",
                    "solver_type",
                    "midpoint",
                    "lower_order_final",
                    true,
                    "euler_at_final",
                    false),
            FINAL),
    FLOW_EULER(
            "FlowMatchEulerDiscreteScheduler",
            keys(
                    "num_train_timesteps",
                    1000,
                    "shift",
                    1.0,
                    "use_dynamic_shifting",
                    false,
                    "base_shift",
                    0.5,
                    "max_shift",
                    1.15,
                    "base_image_seq_len",
                    256,
                    "max_image_seq_len",
                    4096,
                    "invert_sigmas",
                    false),
            nulls("shift_terminal"),
            SIGMA_KINDS,
            keys("time_shift_type", "exponential", "stochastic_sampling", false)),
    FLOW_HEUN("FlowMatchHeunDiscreteScheduler", keys("num_train_timesteps", 1000, "shift", 1.0));

    private final String className;

    @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable map of immutable values
    private final Map<String, @Nullable Object> defaults;

    SchedulerClass(String className, Object[]... groups) {
        this.className = className;
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        for (Object[] group : groups) {
            for (int i = 0; i < group.length; i += 2) {
                all.put((String) group[i], group[i + 1]);
            }
        }
        this.defaults = Collections.unmodifiableMap(all);
    }

    /** The name in diffusers. */
    public String className() {
        return className;
    }

    /** The keys of the class's config with their defaults, in order; null is None. */
    public Map<String, @Nullable Object> defaults() {
        return defaults;
    }

    /** By diffusers' name; the Parallel classes are the plain ones. */
    public static Optional<SchedulerClass> named(String className) {
        String plain = className.replace("ParallelScheduler", "Scheduler");
        return Arrays.stream(values()).filter(c -> c.className.equals(plain)).findFirst();
    }

    /** Scheduler classes of diffusers that Darkroom has not, each with the reason. */
    static final Map<String, String> LEFT_OUT = Map.ofEntries(
            Map.entry("DPMSolverSDEScheduler", "needs torchsde's Brownian tree; dpmpp_2m_sde is near"),
            Map.entry("CosineDPMSolverMultistepScheduler", "is for audio models"),
            Map.entry("CogVideoXDDIMScheduler", "is for video models"),
            Map.entry("CogVideoXDPMScheduler", "is for video models"),
            Map.entry("CMStochasticIterativeScheduler", "is for consistency models in pixels"),
            Map.entry("ConsistencyDecoderScheduler", "is for the consistency decoder"),
            Map.entry("DDPMWuerstchenScheduler", "is for Wuerstchen"),
            Map.entry("FlowMatchLCMScheduler", "is not built"),
            Map.entry("KarrasVeScheduler", "is deprecated in diffusers"),
            Map.entry("RePaintScheduler", "is for RePaint pipelines"),
            Map.entry("SCMScheduler", "is for SANA-Sprint"),
            Map.entry("ScoreSdeVeScheduler", "is for score models in pixels"),
            Map.entry("ScoreSdeVpScheduler", "is deprecated in diffusers"),
            Map.entry("UnCLIPScheduler", "is for unCLIP pipelines"),
            Map.entry("VQDiffusionScheduler", "is for discrete latents"),
            Map.entry("AmusedScheduler", "is for discrete latents"));

    /** Every name by which a class may be asked for. */
    static List<String> classNames() {
        return Arrays.stream(values()).map(SchedulerClass::className).toList();
    }
}
