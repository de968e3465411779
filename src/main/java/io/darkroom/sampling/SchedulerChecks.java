package io.darkroom.sampling;

import io.darkroom.sampling.SchedulerException.Kind;
import io.darkroom.sampling.SchedulerException.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Combinations of config values that diffusers refuses or crashes on, and those that Darkroom lacks. */
final class SchedulerChecks {
    private final SchedulerClass type;
    private final Map<String, @Nullable Object> values;
    private final List<Problem> problems = new ArrayList<>();

    SchedulerChecks(SchedulerClass type, Map<String, @Nullable Object> values) {
        this.type = type;
        this.values = values;
        leftOut();
        ranges();
        oneSigmaKind();
        betas();
        words();
        predictions();
        solvers();
    }

    List<Problem> problems() {
        return problems;
    }

    private void invalid(String key, String message) {
        problems.add(new Problem(Kind.INVALID, SchedulerConfig.field(key), message));
    }

    private void unsupported(String key, String message) {
        problems.add(new Problem(Kind.UNSUPPORTED, SchedulerConfig.field(key), message));
    }

    private String text(String key) {
        return values.get(key) instanceof String s ? s : "";
    }

    private boolean flag(String key) {
        return Boolean.TRUE.equals(values.get(key));
    }

    private void oneOf(String key, String... allowed) {
        if (!List.of(allowed).contains(text(key))) {
            invalid(
                    key,
                    "\"" + text(key) + "\" is none of " + String.join(", ", allowed) + " (" + type.className() + ")");
        }
    }

    private void range(String key, double low, double high) {
        if (values.get(key) instanceof Number n && !(n.doubleValue() >= low && n.doubleValue() <= high)) {
            invalid(key, n + " is not between " + low + " and " + high);
        }
    }

    private void leftOut() {
        for (String key : List.of("solver_p", "tau_func", "variance_type")) {
            if (type != SchedulerClass.DDPM && values.get(key) != null) {
                unsupported(key, values.get(key) + " is not built; leave it out");
            }
        }
    }

    private void ranges() {
        range("num_train_timesteps", 2, 100_000);
        range("beta_start", 0, 1);
        range("beta_end", 0, 1);
        range("steps_offset", 0, 100_000);
        range("dynamic_thresholding_ratio", 0, 1);
        range("original_inference_steps", 1, 100_000);
        boolean threeOrders = type != SchedulerClass.UNIPC;
        range("solver_order", 1, threeOrders ? 3 : 8);
        range("predictor_order", 1, 4);
        range("corrector_order", 1, 4);
        for (String key : List.of("shift", "flow_shift", "sigma_data", "rho", "sigma_max")) {
            range(key, Double.MIN_VALUE, Double.MAX_VALUE);
        }
        range("sigma_min", type == SchedulerClass.EULER ? 0 : Double.MIN_VALUE, Double.MAX_VALUE);
        if (values.get("shift_terminal") instanceof Number n && !(n.doubleValue() >= 0 && n.doubleValue() < 1)) {
            invalid("shift_terminal", n + " is not at least 0 and below 1");
        }
    }

    private void oneSigmaKind() {
        List<String> kinds = List.of("use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas").stream()
                .filter(this::flag)
                .toList();
        if (kinds.size() > 1) {
            invalid(kinds.get(1), "only one of " + String.join(" and ", kinds) + " can be true");
        }
    }

    private void betas() {
        Object trained = values.get("trained_betas");
        if (trained instanceof List<?> list
                && type != SchedulerClass.IPNDM
                && list.size() != ((Number) Objects.requireNonNull(values.get("num_train_timesteps"))).intValue()) {
            invalid(
                    "trained_betas",
                    list.size() + " values for num_train_timesteps = " + values.get("num_train_timesteps"));
        }
        if (values.containsKey("beta_schedule")) {
            switch (text("beta_schedule")) {
                case "exp" -> {
                    if (type != SchedulerClass.HEUN) {
                        oneOf("beta_schedule", "linear", "scaled_linear", "squaredcos_cap_v2");
                    }
                }
                case "sigmoid" -> {
                    if (type != SchedulerClass.DDPM) {
                        oneOf("beta_schedule", "linear", "scaled_linear", "squaredcos_cap_v2");
                    }
                }
                default -> {}
            }
        }
    }

    private void words() {
        if (type == SchedulerClass.DDPM) {
            oneOf(
                    "variance_type",
                    "fixed_small",
                    "fixed_small_log",
                    "fixed_large",
                    "fixed_large_log",
                    "learned",
                    "learned_range");
        }
        if (type == SchedulerClass.DDIM_INVERSE) {
            oneOf("timestep_spacing", "leading", "trailing");
        }
        if (values.containsKey("time_shift_type") && type != SchedulerClass.FLOW_EULER) {
            oneOf("time_shift_type", "exponential");
        }
    }

    private void predictions() {
        if (!values.containsKey("prediction_type")) {
            return;
        }
        switch (type) {
            case EULER_ANCESTRAL, KDPM2, KDPM2_ANCESTRAL, PNDM, EDM_EULER, EDM_DPM_MULTISTEP -> oneOf(
                    "prediction_type", "epsilon", "v_prediction");
            case DDIM, DDIM_INVERSE, DDPM, EULER, HEUN, LMS, LCM, TCD -> oneOf(
                    "prediction_type", "epsilon", "v_prediction", "sample");
            case UNIPC -> flowOnlyIf(flag("predict_x0"));
            case SA_SOLVER -> flowOnlyIf(text("algorithm_type").equals("data_prediction"));
            case DPM_MULTISTEP, DPM_MULTISTEP_INVERSE, DPM_SINGLESTEP -> flowOnlyIf(
                    text("algorithm_type").endsWith("++"));
            case DEIS, IPNDM, FLOW_EULER, FLOW_HEUN -> {}
        }
    }

    private void flowOnlyIf(boolean x0) {
        if (!x0) {
            oneOf("prediction_type", "epsilon", "v_prediction", "sample");
        }
    }

    private void solvers() {
        int order = values.get("solver_order") instanceof Integer n ? n : 0;
        boolean sde = text("algorithm_type").startsWith("sde-");
        switch (type) {
            case DPM_MULTISTEP -> {
                oneOf("algorithm_type", "dpmsolver", "dpmsolver++", "sde-dpmsolver", "sde-dpmsolver++");
                oneOf("solver_type", "midpoint", "heun");
                finalSigma();
                thirdOrder(order, text("algorithm_type").equals("sde-dpmsolver"));
            }
            case DPM_MULTISTEP_INVERSE -> {
                oneOf("algorithm_type", "dpmsolver", "dpmsolver++", "sde-dpmsolver", "sde-dpmsolver++");
                oneOf("solver_type", "midpoint", "heun");
                thirdOrder(order, sde);
            }
            case DPM_SINGLESTEP -> {
                oneOf("algorithm_type", "dpmsolver", "dpmsolver++", "sde-dpmsolver++");
                oneOf("solver_type", "midpoint", "heun");
                finalSigma();
            }
            case EDM_DPM_MULTISTEP -> {
                oneOf("algorithm_type", "dpmsolver++", "sde-dpmsolver++");
                oneOf("solver_type", "midpoint", "heun");
                thirdOrder(order, sde);
            }
            case DEIS -> {
                oneOf("algorithm_type", "deis");
                oneOf("solver_type", "logrho");
            }
            case UNIPC -> oneOf("solver_type", "bh1", "bh2");
            case SA_SOLVER -> {
                oneOf("algorithm_type", "data_prediction", "noise_prediction");
                if (text("algorithm_type").equals("noise_prediction") && flag("thresholding")) {
                    unsupported("thresholding", "fails in diffusers with algorithm_type noise_prediction");
                }
            }
            case DDIM, DDIM_INVERSE, DDPM, PNDM, LMS, EULER, EULER_ANCESTRAL, HEUN, KDPM2, KDPM2_ANCESTRAL -> {}
            case IPNDM, LCM, TCD, EDM_EULER, FLOW_EULER, FLOW_HEUN -> {}
        }
    }

    private void finalSigma() {
        if (!text("algorithm_type").endsWith("++") && text("final_sigmas_type").equals("zero")) {
            invalid("final_sigmas_type", "must be sigma_min with algorithm_type " + text("algorithm_type"));
        }
    }

    private void thirdOrder(int order, boolean missing) {
        if (order == 3 && missing) {
            unsupported("solver_order", "3 fails in diffusers with algorithm_type " + text("algorithm_type"));
        }
    }
}
